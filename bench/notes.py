"""A plugin made for measuring that writes down what it is told, and the check of what it wrote."""

from collections import defaultdict

import sqlalchemy as sa

from core.db.outbox import OutboxEvent
from core.host.shop import Shop

NAME = "bench_notes"
TABLE = "plugin_bench_notes_seen"
FACTS = ("order_placed", "payment_succeeded", "order_paid", "order_cancelled")
_HOOK = '''

@hookimpl
def {fact}(session, event):
    """Write it down."""
    note(session, event)
'''
FILES = {
    "plugin.py": '''import sqlalchemy as sa
from plugins.bench_notes.models import Seen

from core.api.db import Prepared
from core.api.hooks import hookimpl

insert = Prepared(sa.insert(Seen.__table__), ("name", "aggregate", "detail"))


def note(session, event):
    """Nothing keeps a second row for the same fact out, so that a repeat would show."""
    detail = getattr(event, "reason", "")
    insert.change(
        session, {"name": event.name, "aggregate": event.aggregate_key, "detail": detail}
    )
'''
    + "".join(_HOOK.format(fact=fact) for fact in FACTS),
    "models.py": """import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base


class Seen(Base):
    __tablename__ = "plugin_bench_notes_seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    aggregate: Mapped[str] = mapped_column(sa.String(80))
    detail: Mapped[str] = mapped_column(sa.String(200))
""",
    "migrations/0001_seen.py": """import sqlalchemy as sa
from alembic import op

revision = "bench_notes_0001"
down_revision = None


def upgrade():
    op.create_table(
        "plugin_bench_notes_seen",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("aggregate", sa.String(80), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
    )


def downgrade():
    op.drop_table("plugin_bench_notes_seen")
""",
}
"""As an author writes a subscriber that is told of every order: its statement is prepared."""


def last_seq(shop: Shop) -> int:
    """The newest fact there is."""
    with shop.database.read() as session:
        return session.scalar(sa.select(sa.func.max(OutboxEvent.seq))) or 0


def faults_of_delivery(shop: Shop, since: int) -> list[str]:
    """What is missing, doubled or out of order in the notes of facts after ``since``."""
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    noted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    query = (
        sa.select(OutboxEvent.aggregate, OutboxEvent.name, OutboxEvent.payload)
        .where(OutboxEvent.seq > since, OutboxEvent.name.in_(FACTS))
        .order_by(OutboxEvent.seq)
    )
    notes = sa.text(f"SELECT aggregate, name, detail FROM {TABLE} ORDER BY id")
    with shop.database.read() as session:
        for aggregate, name, payload in session.execute(query):
            told[aggregate].append((name, payload.get("reason", "")))
        for aggregate, name, detail in session.execute(notes):
            noted[aggregate].append((name, detail))
    return [
        f"{aggregate}: told {told[aggregate]}, noted {noted[aggregate]}"
        for aggregate in sorted({*told, *noted})
        if told[aggregate] != noted[aggregate]
    ]
