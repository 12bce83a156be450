"""The schema of before knows neither files nor payouts that nobody claimed."""

import sqlalchemy as sa

from core.db import migrate, versions
from core.payouts.rules import PayoutState
from core.payouts.services import approve, find_payout, payout_reported
from core.payouts.services.paying import claim_payout, payout_waits
from core.payouts.types import PayOutcome, PayResult, PayStatus
from tests.integration.payouts.conftest import REVIEWER, ask


def test_what_nobody_claimed_is_rejected_to_the_schema_of_before(database, ann):
    made = ask(database, ann, 6000, channel="bank")
    status = PayStatus(made.payout_no, "B1", PayOutcome.UNCLAIMED, 6000)
    with database.write() as session:
        approve(session, made.id, REVIEWER)
        claim_payout(session, made.id)
        payout_waits(session, made.id, PayResult("B1", False))
        payout_reported(session, status, channel="bank")
        assert find_payout(session, made.id).state == PayoutState.RETURNED
    migrate.downgrade(database.engine, "0004")
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT state FROM payout")) == "rejected"
        steps = connection.scalars(sa.text("SELECT state FROM payout_step ORDER BY id")).all()
        assert steps[-1] == "rejected"
    migrate.upgrade(database.engine)
    versions.check_schema(database.engine)
    with database.read() as session:
        assert find_payout(session, made.id).confirm_url == ""
