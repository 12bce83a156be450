"""Every table of the trunk, imported so that the metadata is whole."""

import core.catalog.models
import core.db.limits
import core.db.outbox
import core.db.state
import core.host.models
import core.ledger.models
import core.media.models
import core.members.models
import core.messages.models
import core.orders.models
import core.payments.models
import core.payments.sandbox.models
import core.payouts.models
import core.sharing.models
import core.staff.models
import core.stock.models  # noqa: F401  (imported for their tables)
from core.db.base import Base
from core.db.versions import CORE

metadata = Base.metadata


def is_core(table: str) -> bool:
    """Whether a table belongs to the trunk (and not to a plugin)."""
    return CORE.owns(table)
