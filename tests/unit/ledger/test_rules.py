from uuid import UUID

import pytest

from core.kernel.errors import InvariantError
from core.ledger.rules import account_id, check_entry, declare_kind, is_guarded, member_owner
from core.ledger.types import CNY, PLATFORM, WALLET, JournalEntry, Leg

ANN = member_owner(UUID(int=1))


def entry(*legs, **changes):
    texts = {"key": "k", "kind": "x", "reference": "r", "actor": "system"} | changes
    return JournalEntry(**texts, legs=legs)


def test_an_account_id_depends_on_each_part_and_on_nothing_else():
    ids = {
        account_id(owner, kind, asset)
        for owner in (ANN, PLATFORM)
        for kind in (WALLET, "sales")
        for asset in (CNY, "points")
    }
    assert len(ids) == 8
    assert all(key.version == 8 and key.variant == "specified in RFC 4122" for key in ids)
    # Ids are stored: they must never come out differently.
    assert account_id(PLATFORM, "sales", CNY) == UUID("75a9aad1-85aa-829a-9906-68834beeb05f")
    assert account_id("a", "bc", CNY) != account_id("ab", "c", CNY)


def test_member_accounts_need_a_declared_kind_and_platform_accounts_none():
    declare_kind("test_rules_kind", guarded=False)
    declare_kind("test_rules_kind", guarded=False)
    assert is_guarded(ANN, WALLET)
    assert not is_guarded(ANN, "test_rules_kind")
    assert not is_guarded(PLATFORM, "anything")
    with pytest.raises(InvariantError):
        declare_kind("test_rules_kind", guarded=True)
    with pytest.raises(InvariantError):
        is_guarded(ANN, "anything")


def test_a_balanced_entry_passes_with_several_assets():
    check_entry(
        entry(
            Leg(PLATFORM, "gifts", -5),
            Leg(ANN, WALLET, 5),
            Leg(PLATFORM, "points_made", -70, "points"),
            Leg(ANN, WALLET, 70, "points"),
        )
    )


@pytest.mark.parametrize(
    "bad",
    [
        entry(Leg(PLATFORM, "gifts", -5), Leg(ANN, WALLET, 6)),
        entry(Leg(PLATFORM, "gifts", -5), Leg(ANN, WALLET, 5, "points")),
        entry(Leg(PLATFORM, "gifts", -5)),
        entry(Leg(PLATFORM, "gifts", 0), Leg(ANN, WALLET, 0)),
        entry(Leg(PLATFORM, "gifts", -5.0), Leg(ANN, WALLET, 5.0)),
        entry(Leg(PLATFORM, "gifts", -True), Leg(ANN, WALLET, True)),
        entry(Leg(PLATFORM, "gifts", -(10**15) - 1), Leg(ANN, WALLET, 10**15 + 1)),
        entry(Leg(PLATFORM, "gifts", -5, must_cover=True), Leg(ANN, WALLET, 5)),
        entry(Leg(PLATFORM, "gifts", -5), Leg(ANN, WALLET, 5), key=""),
        entry(Leg(PLATFORM, "gifts", -5), Leg(ANN, WALLET, 5), key="k" * 161),
        entry(Leg(PLATFORM, "gifts", -5), Leg(ANN, WALLET, 5), actor="a" * 65),
    ],
)
def test_an_unsound_entry_is_our_own_bug(bad):
    with pytest.raises(InvariantError):
        check_entry(bad)
