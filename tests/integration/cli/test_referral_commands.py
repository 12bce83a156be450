"""``banyan referrals``: the network recounted and mended from the command line."""

import sqlalchemy as sa


def test_a_network_with_wrong_counts_ends_with_1_and_is_named_until_it_is_mended(
    command, shop, make_member
):
    top = make_member("榕树")
    make_member("榕须", referrer=top)
    assert command("referrals", "verify") == {
        "referral_count": 1,
        "fault_count": 0,
        "faults": [],
        "is_clean": True,
    }
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE referral_team SET level1_count = 7"))

    told = command("referrals", "verify", expect=1, text=True)
    assert f"{top.id}: 7, 0, 0, but counted 1, 0, 0" in told
    assert "1 referral, 1 fault" in told
    assert command("referrals", "mend") == {"mended": 1}
    assert "clean" in command("referrals", "verify", text=True)
