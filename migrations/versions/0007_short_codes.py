"""Short codes of share links, and how many people came by them."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10
BATCH = 5_000


def upgrade() -> None:
    """Bring the schema up: every link gets a code, scans of before are counted."""
    op.add_column("share_link", sa.Column("code", sa.String(length=16), nullable=True))
    op.add_column(
        "share_link",
        sa.Column("scan_count", sa.BigInteger(), nullable=False, server_default="0"),
    )
    _give_codes()
    op.create_index("ix_share_link_code", "share_link", ["code"], unique=True)
    op.execute(
        "UPDATE share_link SET scan_count = (SELECT count(*) FROM share_visit"
        " WHERE share_visit.share_id = share_link.id AND share_visit.kind = 'scan')"
        " WHERE id IN (SELECT share_id FROM share_visit WHERE kind = 'scan')"
    )


def _give_codes() -> None:
    links = sa.table("share_link", sa.column("id", sa.Uuid()), sa.column("code"))
    connection = op.get_bind()
    give = (
        sa.update(links).where(links.c.id == sa.bindparam("link")).values(code=sa.bindparam("new"))
    )
    waiting = sa.select(links.c.id).where(links.c.code.is_(None)).limit(BATCH)
    while found := connection.execute(waiting).scalars().all():
        connection.execute(give, [{"link": link, "new": _code()} for link in found])


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def downgrade() -> None:
    """Bring the schema down; scans stay among the visits."""
    op.drop_index("ix_share_link_code", "share_link")
    op.drop_column("share_link", "scan_count")
    op.drop_column("share_link", "code")
