"""Payouts that staff pay by hand, and the queue with its filters, sums and files."""

import csv
import io
import re
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.ledger.rules import declare_kind, member_owner
from core.ledger.services import balance, book, verify
from core.ledger.types import Leg
from core.payouts.models import Payout, PayoutBatch
from core.payouts.rules import declare_payable
from core.payouts.services import approve, find_payout, request_payout
from core.payouts.types import PayoutRequest
from core.settings.services import save_settings
from core.staff.models import AuditEntry
from tests.integration.admin.conftest import said

SOURCE, RESERVED, PAID = "admin_batch_available", "admin_batch_reserved", "admin_batch_paid"
for kind in (SOURCE, RESERVED, PAID):
    declare_kind(kind, guarded=True)
declare_payable(SOURCE, RESERVED, PAID)

ACCOUNTS = {
    "wallet": {},
    "bank_card": {"name": "林小山", "number": "6222 0212 3456 7890", "bank": "招商银行杭州分行"},
    "alipay": {"name": "林小山", "number": "hill@example.com"},
    "wechat": {"number": "hill_9527"},
}


@pytest.fixture
def ask(shop):
    """A member asks for a payout: ``ask(member, 5000, "alipay")``; returns it, approved."""
    with shop.database.write() as session:
        ways = ("bank_card", "alipay", "wechat")
        save_settings(session, {f"payout_by_{way}": True for way in ways} | {"payouts_per_day": 99})
    shop.counters.refresh(force=True)

    def request(member, amount_fen, channel="bank_card", *, is_approved=True, **account):
        owner = member_owner(member.id)
        with shop.database.write() as session:
            legs = [Leg("platform", "test", -amount_fen), Leg(owner, SOURCE, amount_fen)]
            key = f"test:{member.id}:{amount_fen}"
            book(session, key=key, kind="test", reference="t", actor="test", legs=legs)
            made = request_payout(
                session,
                PayoutRequest(
                    member.id, SOURCE, channel, amount_fen, key[-60:], ACCOUNTS[channel] | account
                ),
                settings=shop.settings(),
                check=shop.plugins.check,
                channels=tuple(ACCOUNTS),
            )
            if is_approved:
                approve(session, made.id, f"staff:{UUID(int=9)}")
        return made

    return request


@pytest.fixture
def look(shop):
    """A payout as it stands now."""

    def read(payout):
        with shop.database.read() as session:
            return find_payout(session, payout.id)

    return read


def written(admin, channel="bank_card"):
    """Write a file, and return the address of its page."""
    answer = admin.post("/admin/payouts/batches", {"channel": channel})
    assert answer.status_code == 303, said(answer.text)
    return answer.headers["Location"]


def cells(admin, batch):
    answer = admin.post(f"{batch}/file.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_approved_payouts_go_into_a_file_that_is_the_same_whenever_it_is_fetched(
    admin, open_admin, maker, ask, look
):
    member = maker.member("小山")
    first, second = ask(member, 5000), ask(member, 7000, name="=cmd()")
    ask(member, 600, is_approved=False)
    assert "¥120.00" in _text(admin.page("/admin/payouts/batches"))
    assert "2 payouts wait" in _text(admin.page("/admin/payouts"))
    batch = written(admin)
    head, *lines = cells(admin, batch)
    assert head[:2] == ["Payout number", "Real name"]
    assert [line[0] for line in lines] == [first.payout_no, second.payout_no]
    assert lines[0][1:5] == ["林小山", "\t6222021234567890", "招商银行杭州分行", "50.00"]
    assert lines[1][1] == "'=cmd()"
    assert look(first).state == look(second).state == "paying"

    assert cells(open_admin("finance", "zh"), batch) == [head, *lines]
    refusal = admin.refused("/admin/payouts/batches", {"channel": "bank_card"})
    assert "No approved payout of this channel waits" in said(refusal)
    assert admin.get(f"{batch}/file.csv").status_code == 405


@pytest.mark.parametrize("channel", ["alipay", "wechat"])
def test_each_channel_has_a_file_of_its_own_form(admin, maker, ask, channel):
    member = maker.member("小山")
    ask(member, 5000)
    own = ask(member, 800, channel)
    _, line = cells(admin, written(admin, channel))
    assert line[0] == own.payout_no
    assert ACCOUNTS[channel]["number"] in line


def test_a_file_is_confirmed_one_by_one_or_whole_and_repeats_change_nothing(
    admin, shop, maker, ask, look
):
    member = maker.member("小山")
    made = [ask(member, 1000 + each) for each in range(3)]
    batch = written(admin)
    one = {"do": "paid", "text": "TX-1", "pick": [made[0].payout_no]}
    lie = one | {f"net.{made[0].payout_no}": "999"}
    refusal = admin.refused(f"{batch}/told", lie, status=409)
    assert "please check what was paid" in _text(refusal)
    admin.refused(f"{batch}/told", one | {"do": "x", f"net.{made[0].payout_no}": "1000"})
    assert look(made[0]).state == "paying"

    admin.done(f"{batch}/told", one | {f"net.{made[0].payout_no}": "1000"})
    assert (look(made[0]).state, look(made[0]).channel_ref) == ("paid", "TX-1")
    again = admin.refused(f"{batch}/told", one | {f"net.{made[0].payout_no}": "1000"}, status=409)
    assert "Nothing was to do" in _text(again)

    admin.refused(f"{batch}/told", {"do": "all", "text": ""})
    nets = {f"net.{each.payout_no}": str(each.net_fen) for each in made}
    admin.done(f"{batch}/told", {"do": "all", "text": "TX-2"} | nets)
    assert [look(each).channel_ref for each in made] == ["TX-1", "TX-2", "TX-2"]
    with shop.database.read() as session:
        assert balance(session, member_owner(member.id), PAID) == 3003
        assert verify(session).is_clean
        acts = session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.action.like("payout.%"))
        ).all()
    assert sorted(acts) == ["payout.batch", *["payout.confirm"] * 3]


def test_what_did_not_go_through_is_sent_again_in_the_next_file_or_given_back(
    admin, shop, maker, ask, look
):
    member = maker.member("小山")
    again, back = ask(member, 5000), ask(member, 7000)
    batch = written(admin)
    picks = [again.payout_no, back.payout_no]
    admin.done(f"{batch}/told", {"do": "failed", "text": "户名不符", "pick": picks})
    assert look(back).reason == "户名不符"
    admin.done(f"/admin/payouts/{back.id}/reject", {"reason": "请核对户名"})
    admin.done(f"/admin/payouts/{again.id}/retry")
    second = written(admin)
    assert second != batch
    assert [line[0] for line in cells(admin, second)[1:]] == [again.payout_no]

    late = {"do": "paid", "text": "TX", "pick": picks, f"net.{again.payout_no}": "5000"}
    refusal = _text(admin.refused(f"{batch}/told", late, status=409))
    assert "does not stand in this file (any more)" in refusal
    assert len(cells(admin, batch)) == 3  # the first file is as it was
    admin.done(f"/admin/payouts/{again.id}/confirm", {"reference": "TX-9", "net_fen": "5000"})
    assert (look(again).state, look(back).state) == ("paid", "rejected")
    with shop.database.read() as session:
        assert balance(session, member_owner(member.id), SOURCE) == 7000
        assert verify(session).is_clean


def test_a_result_file_is_looked_at_first_and_its_errors_are_named(admin, maker, ask, look):
    member = maker.member("小山")
    paid, failed, wrong, silent = (ask(member, 1000 + each) for each in range(4))
    batch = written(admin)
    rows = cells(admin, batch)
    told = {
        paid.payout_no: ("成功", "TX-1"),
        failed.payout_no: ("failed", "卡已注销"),
        wrong.payout_no: ("成功", "TX-3"),
        silent.payout_no: ("", ""),
    }
    body = [rows[0]] + [[*row[:-2], *told[row[0]]] for row in rows[1:]]
    next(row for row in body if row[0] == wrong.payout_no)[4] = "1.00"
    body += [["W1", "", "", "", "3.00", "", "成功", "TX-4"]]
    target = io.StringIO(newline="")
    csv.writer(target).writerows(body)
    text = target.getvalue()

    file = (io.BytesIO(text.encode("gb18030")), "result.csv")
    answer = admin.post(f"{batch}/result", {"file": file}, content_type="multipart/form-data")
    page = _text(answer.text)
    assert "The amount should be ¥10.02." in page
    assert "This number does not stand in this file." in page
    assert look(paid).state == "paying"

    done = _text(admin.refused(f"{batch}/result", {"text": text, "do": "apply"}, status=409))
    assert "The amount should be ¥10.02." in done
    states = [look(each).state for each in (paid, failed, wrong, silent)]
    assert states == ["paid", "failed", "paying", "paying"]
    assert (look(paid).channel_ref, look(failed).reason) == ("TX-1", "卡已注销")
    admin.refused(f"{batch}/result", {"text": text, "do": "apply"}, status=409)
    assert [look(each).state for each in (paid, failed, wrong, silent)] == states


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\n"])
def test_a_file_that_is_no_result_is_refused_with_a_sentence(admin, maker, ask, text):
    ask(maker.member("小山"), 5000)
    batch = written(admin)
    assert 'class="note bad"' in admin.refused(f"{batch}/result", {"text": text})


def test_account_numbers_are_masked_for_those_who_only_look(
    open_admin, make_staff, maker, ask, shop, admin
):
    made = ask(maker.member("小山"), 5000)
    page = admin.page("/admin/payouts?view=all")
    assert "**** 7890" in page
    assert "6222021234567890" not in page
    assert "6222021234567890" in admin.page(f"/admin/payouts/{made.id}")
    viewer = _viewer(admin, open_admin, shop)
    one = viewer.page(f"/admin/payouts/{made.id}")
    assert "**** 7890" in one
    assert "6222021234567890" not in one
    batch = written(admin)
    assert "6222021234567890" not in admin.page(batch)
    assert viewer.post(f"{batch}/file.csv").status_code == 403


def _viewer(admin, open_admin, shop):
    """Somebody who may see payouts, and no more."""
    from core.staff.models import Role

    browser = open_admin("finance")
    with shop.database.write() as session:
        session.execute(
            sa.update(Role).where(Role.key == "finance").values(permissions=["payout.view"])
        )
    shop.counters.refresh(force=True)
    return browser


def test_the_queue_is_narrowed_by_channel_day_and_member_with_sums_over_all_pages(
    admin, maker, ask
):
    hill, sea = maker.member("小山"), maker.member("大海")
    ask(hill, 5000)
    ask(hill, 300, "alipay")
    ask(sea, 700, "alipay")
    everything = _text(admin.page("/admin/payouts?view=all"))
    assert "3 payouts · ¥60.00 asked for" in everything
    assert "2 payouts · ¥10.00" in _text(admin.page("/admin/payouts?view=all&channel=alipay"))
    assert "1 payout · ¥3.00" in _text(admin.page("/admin/payouts?view=all&channel=alipay&q=小山"))
    assert "1 payout · ¥7.00" in _text(admin.page(f"/admin/payouts?view=all&member={sea.id}"))
    assert "No payout fits" in admin.page("/admin/payouts?view=all&until=2001-01-01")

    export = admin.post("/admin/payouts/export.csv?view=all&channel=alipay")
    lines = list(csv.reader(io.StringIO(export.data.decode("utf-8-sig"), newline="")))
    assert len(lines) == 3
    assert "hill@example.com" not in export.text


def test_of_several_payouts_each_is_judged_alone_and_told(admin, shop, maker, ask, look):
    member = maker.member("小山")
    mine, other = (ask(member, 100 * each, "wallet", is_approved=False) for each in (3, 4))
    with shop.database.write() as session:
        me = session.scalar(sa.text("SELECT id FROM staff ORDER BY created_at DESC LIMIT 1"))
        me = UUID(str(me))
        session.execute(
            sa.update(Payout).where(Payout.id == mine.id).values(requested_by=f"staff:{me}")
        )
    picks = [str(mine.id), str(other.id)]
    page = admin.refused("/admin/payouts/bulk", {"pick": picks, "do": "approve"}, status=409)
    told = re.search(r"What became of each.*?</section>", page, re.DOTALL).group()
    assert "Somebody else has to review this payout." in told
    assert told.count("point") == 2
    assert (look(mine).state, look(other).state) == ("requested", "paid")


def test_the_settings_switch_ways_on_and_say_what_cannot_be(admin, shop):
    from tests.integration.admin.conftest import fields

    page = "/admin/settings/payouts"
    form = fields(admin.page(page))
    assert "payout_by_bank_card" not in form
    admin.done(page, form | {"payout_by_bank_card": "y", "payout_fee_fen": "0.50"})
    shop.counters.refresh(force=True)
    assert shop.settings().payout_by_bank_card
    assert shop.settings().payout_fee_fen == 50
    refusal = admin.refused(page, form | {"payout_fee_fen": "1"})
    assert "must stay below the least amount" in refusal


def test_no_batch_is_made_by_looking(admin, shop, maker, ask):
    ask(maker.member("小山"), 5000)
    admin.page("/admin/payouts/batches")
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PayoutBatch)) == 0


def _text(markup):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup)))
