"""A second bookkeeper for fan tasks: plain lists and numbers, nothing of the plugin's own code.

Time is a number: hours passed times a million, plus the number of the act.
"""

HOUR = 1_000_000
FIRST, SECOND = (2, 500), (3, "gift")


class FanModel:
    """One task of two steps (two fans: 5 yuan, three fans: a gift), its takers and their fans."""

    def __init__(self, takers, *, needs_follow, window_hours, per_day, budget):
        self.takers, self.needs_follow = list(takers), needs_follow
        self.window, self.per_day, self.left = window_hours * HOUR, per_day, budget
        self.hours = self.acts = 0
        self.fans, self.queue, self.rewards = {}, [], []
        self.follows, self.erased, self.moved = {}, set(), set()
        self.wallets = dict.fromkeys(self.takers, 0)
        self.due, self.gone = set(), set()

    def tick(self):
        self.acts += 1
        return self.hours * HOUR + self.acts

    # what happens in the store; it is told later

    def register(self, fan, taker, day):
        if taker not in self.erased:
            self.queue.append(("bound", fan, taker, self.tick(), day))

    def follow(self, fan, does, day):
        at = self.tick()
        if fan in self.erased or self.follows.get(fan, (None,))[0] == does:
            return
        self.follows[fan] = (does, at)
        self.queue.append(("follow" if does else "unfollow", fan, None, at, day))

    def erase(self, who):
        self.erased.add(who)
        self.follows.pop(who, None)
        self.moved.discard(who)
        self.queue.append(("erased", who, None, self.tick(), None))

    # what is told

    def deliver(self):
        for name, who, taker, at, day in self.queue:
            getattr(self, f"_{name}")(who, taker, at, day)
        self.queue = []

    def _bound(self, fan, taker, at, day):
        if fan in self.fans or taker in self.gone:
            return
        self.fans[fan] = {"taker": taker, "state": "arrived", "doubted": False, "day": None}
        if not self.needs_follow:
            self._count(fan, at, day)
        elif self.follows.get(fan, (False, 0))[0]:
            self._count(fan, max(at, self.follows[fan][1]), day)

    def _follow(self, fan, _taker, at, day):
        if self.needs_follow and self.fans.get(fan, {}).get("state") == "arrived":
            self._count(fan, at, day)

    def _unfollow(self, fan, _taker, at, _day):
        one = self.fans.get(fan)
        if one and one["state"] == "pending" and one["at"] <= at < one["at"] + self.window:
            one["state"] = "revoked"

    def _erased(self, who, _taker, _at, _day):
        if who in self.fans and self.fans[who]["state"] in ("arrived", "pending"):
            self.fans[who]["state"] = "revoked"
        if who in self.takers:
            self.gone.add(who)
            for each in self.rewards:
                if each["taker"] == who and each["state"] in ("held", "unfunded", "due"):
                    each["state"] = "void"

    def _count(self, fan, at, day):
        one = self.fans[fan]
        same = [x for x in self.fans.values() if x["taker"] == one["taker"] and x["day"] == day]
        if len(same) >= self.per_day:
            one["state"] = "capped"
        else:
            one.update(state="pending", at=at, day=day)

    # what the job and staff do

    def finish(self):
        now = self.tick()
        for fan, one in self.fans.items():
            if one["state"] != "pending" or one["at"] + self.window > now:
                continue
            does, since = self.follows.get(fan, (True, 0))
            if fan in self.erased or (not does and one["at"] <= since < one["at"] + self.window):
                one["state"] = "revoked"
            else:
                one.update(state="final", doubted=self._shares_a_home(fan, one["taker"]))
                self.due.add(one["taker"])
        for taker in self.takers:
            if taker in self.due and taker not in self.gone:
                self._reward(taker)
        self.due = set()
        for each in self.rewards:
            if each["state"] == "unfunded":
                if self.left < 500:
                    break
                self._pay(each)

    def _shares_a_home(self, fan, taker):
        others = {x for x in self.moved if self.fans[x]["taker"] == taker} - {fan}
        return fan in self.moved and bool(others or taker not in self.erased)

    def _reward(self, taker):
        final = [x for x in self.fans.values() if x["taker"] == taker and x["state"] == "final"]
        believed = sum(not x["doubted"] for x in final)
        for step, (wanted, what) in enumerate((FIRST, SECOND)):
            if len(final) < wanted or any(
                each["taker"] == taker and each["step"] == step for each in self.rewards
            ):
                continue
            one = {"taker": taker, "step": step, "what": what, "state": "held"}
            self.rewards.append(one)
            if believed >= wanted:
                self._give(one)

    def _give(self, one):
        if one["what"] == "gift":
            one["state"] = "due"
        elif self.left >= 500:
            self._pay(one)
        else:
            one["state"] = "unfunded"

    def _pay(self, one):
        one["state"] = "granted"
        self.left -= 500
        self.wallets[one["taker"]] += 500

    def decide(self, one, *, release):
        mine = [
            x
            for x in self.fans.values()
            if x["taker"] == one["taker"] and x["state"] == "final" and x["doubted"]
        ]
        if release:
            self._give(one)
        else:
            one["state"] = "rejected"
        for each in mine:
            each["doubted"] = not release  # what was seen stays with those who were struck
            if not release:
                each["state"] = "rejected"
