"""``banyan members``: following played in a sandbox."""

import pytest

from core.kernel.errors import Forbidden
from tests.integration.people import facts


def test_following_is_played_by_phone_or_id_and_said_once(command, shop, make_member):
    member = make_member("林知夏", phone="+8613800000009")
    told = {"member_id": str(member.id), "channel": "sandbox"}

    assert command("members", "follow", "13800000009") == {**told, "is_news": True}
    assert command("members", "follow", str(member.id)) == {**told, "is_news": False}
    assert "no longer" in command("members", "unfollow", "13800000009", text=True)
    assert len(facts(shop.database, "member_followed")) == 1
    assert len(facts(shop.database, "member_unfollowed")) == 1


def test_a_real_store_takes_no_word_for_it(command, shop, make_member, monkeypatch):
    member = make_member("林知夏")
    monkeypatch.setenv("BANYAN_SANDBOX", "0")

    with pytest.raises(Forbidden, match="this store is real"):
        command("members", "follow", str(member.id))
    assert facts(shop.database, "member_followed") == []
