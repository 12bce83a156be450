"""A shop with fan tasks, as one-liners: people come by a taker, follow, leave; time passes."""

from datetime import timedelta

import sqlalchemy as sa

from core.api.clock import now
from core.api.ledger import WALLET, balance, member_owner
from core.api.members import note_follow
from core.members import services as members
from core.sharing import services as sharing
from plugins.poster.models import Fan, Reward
from plugins.poster.rules.tasks import Benefit, BenefitKind, Step, TaskRules
from plugins.poster.services import task_taking, tasks
from plugins.poster.services.task_budget import budget_left
from plugins.poster.services.tasks import TaskForm

STAFF = "staff:00000000-0000-0000-0000-000000000001"
CHANNEL = "wechat_account"


def money(fans, fen):
    """A step that brings so much money."""
    return Step(fans, Benefit(BenefitKind.WALLET, amount_fen=fen))


def gift(fans, text="一只茶杯"):
    """A step that brings a gift."""
    return Step(fans, Benefit(BenefitKind.GIFT, text_zh=text, text_en="A tea cup"))


class FanStage:
    """Everything a test does with fan tasks; each act is a unit of work of its own."""

    def __init__(self, shop, maker, outbox, run_job):
        self.shop, self.maker, self.outbox, self.run_job = shop, maker, outbox, run_job

    def write(self):
        return self.shop.database.write()

    def read(self):
        return self.shop.database.read()

    def form(self, *steps, budget_fen=100_000, days=30, name="春日邀新", **rules):
        at = now()
        return TaskForm(
            name,
            "Spring guests",
            at - timedelta(minutes=1),
            at + timedelta(days=days),
            TaskRules(steps=steps or (money(3, 500),), **rules),
            budget_fen,
        )

    def task(self, *steps, is_open=True, **more):
        """A task; opened unless told otherwise."""
        with self.write() as session:
            task_id = tasks.create_task(session, self.form(*steps, **more), actor=STAFF)
            if is_open:
                tasks.open_task(
                    session,
                    task_id,
                    seen_revision=1,
                    actor=STAFF,
                    actor_name="店主",
                    acknowledged=("fan_task", "follow_reward"),
                )
        return task_id

    def take_part(self, task_id, member):
        with self.write() as session:
            task_taking.take_part(session, task_id, member.id)

    def taker(self, task_id, name="林知夏"):
        """A member who takes part."""
        member = self.maker.member(name)
        self.take_part(task_id, member)
        return member

    def fan(self, holder, *, drain=True, reason="registration"):
        """Somebody who registers by the holder's link; their id."""
        fan = self.maker.member()
        self.bind(fan.id, holder, reason)
        if drain:
            self.outbox.drain()
        return fan.id

    def bind(self, fan_id, holder, reason="registration"):
        with self.write() as session:
            sharing.bind(session, fan_id, holder.id, reason=reason)

    def follow(self, fan_id, is_following=True, channel=CHANNEL, *, drain=True):
        with self.write() as session:
            note_follow(session, fan_id, channel, is_following)
        if drain:
            self.outbox.drain()

    def erase(self, member_id, *, drain=True):
        with self.write() as session:
            members.erase_member(session, member_id)
        if drain:
            self.outbox.drain()

    def finish(self):
        self.run_job("poster.fan_tasks")

    def fans(self):
        """State of each fan."""
        with self.read() as session:
            return dict(session.execute(sa.select(Fan.fan_id, Fan.state)).all())

    def rewards(self):
        """Rewards, oldest first."""
        with self.read() as session:
            return list(session.scalars(sa.select(Reward).order_by(Reward.at, Reward.id)))

    def wallet(self, member):
        with self.read() as session:
            return balance(session, member_owner(member.id), WALLET)

    def left(self, task_id):
        with self.read() as session:
            return budget_left(session, task_id)
