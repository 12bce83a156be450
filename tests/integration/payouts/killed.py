"""``python -m tests.integration.payouts.killed``: send one payout, and be killed while doing so."""

import sys
from pathlib import Path
from uuid import UUID

import tests.integration.payouts.conftest  # noqa: F401 - declares the accounts
from core.db.engine import Database
from core.payouts.jobs import run_payout
from tests.integration.payouts.far_side import Far

if __name__ == "__main__":
    url, payout_id, file, dies = sys.argv[1:]
    run_payout(Database(url), Far(Path(file), dies), UUID(payout_id))
