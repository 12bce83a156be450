"""What the stored referral graph must be, computed from its edges alone."""

import sqlalchemy as sa

from core.db.engine import Database
from core.sharing.models import Referral, ReferralTeam


def check_forest(database: Database) -> dict:
    """Assert that the graph has no circle and that uplines and counts follow from the edges.

    Returns the edges, member → referrer.
    """
    with database.read() as session:
        rows = session.execute(
            sa.select(
                Referral.member_id, Referral.referrer_id, Referral.upline2_id, Referral.upline3_id
            )
        ).all()
        counts = {
            row.member_id: (row.level1_count, row.level2_count, row.level3_count)
            for row in session.execute(sa.select(ReferralTeam.__table__))
        }
    edges = {row.member_id: row.referrer_id for row in rows}
    for member_id in edges:
        seen = {member_id}
        while (member_id := edges.get(member_id)) is not None:
            assert member_id not in seen, "a circle"
            seen.add(member_id)
    expected: dict = {}
    for row in rows:
        second = edges.get(row.referrer_id)
        third = edges.get(second) if second else None
        assert (row.upline2_id, row.upline3_id) == (second, third)
        for level, upline in enumerate((row.referrer_id, second, third)):
            if upline:
                expected.setdefault(upline, [0, 0, 0])[level] += 1
    assert {m: c for m, c in counts.items() if any(c)} == {m: tuple(c) for m, c in expected.items()}
    return edges
