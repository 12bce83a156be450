"""Driving the plan editor as a browser without script does."""

from plugins.distribution.models import ProgrammeDraft
from plugins.distribution.services.drafts import draft_of
from plugins.distribution.services.programmes import DEFAULT_PLAN_ID, current

ROOT = "/admin/x/distribution/plan"
OWN = {"Origin": "http://localhost"}
DEFAULT = f"/plans/{DEFAULT_PLAN_ID}"
PLAN = {
    "name": "",
    "rate-kind": "bps",
    "rate-all-1": "12",
    "rate-all-2": "6",
    "pool": "25",
    "base": "paid",
    "campaign": "same",
}
SETTINGS = {
    "depth": "2",
    "joining": "open",
    "joining_spend": "",
    "joining_orders": "0",
    "self_purchase": "off",
}


class Editor:
    """A merchant at work on the plans."""

    def __init__(self, shop, browser, language="en"):
        self.shop, self.browser, self.language = shop, browser, language

    def get(self, path="", **query):
        return self.browser.get(ROOT + path, query_string={"lang": self.language, **query})

    def post(self, path="", **form):
        """Send a form; the answer, with its text as ``page``."""
        return self.browser.post(f"{ROOT}{path}?lang={self.language}", data=form, headers=OWN)

    def save(self, path=DEFAULT, **change):
        answer = self.post(path, do="save", **{**PLAN, **change})
        assert answer.status_code == 303, answer.text
        return answer

    def settle(self, **change):
        answer = self.post("/settings", do="save", **{**SETTINGS, **change})
        assert answer.status_code == 303, answer.text
        return answer

    def publish(self, summary="秋季", **more):
        version = str(self.programme.version)
        return self.post("/publish", **{"summary": summary, "seen_version": version, **more})

    def make(self, name="春茶", **more):
        """A new plan; its address below the plans."""
        answer = self.post("", name=name, **more)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].removeprefix(ROOT)

    @property
    def programme(self):
        """What is in force."""
        with self.shop.database.read() as session:
            return current(session)

    @property
    def draft(self):
        """What the one staff member works on."""
        with self.shop.database.read() as session:
            actors = session.query(ProgrammeDraft.actor).all()
            assert len(actors) == 1
            return draft_of(session, actors[0][0]).programme
