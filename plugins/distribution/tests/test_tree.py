"""The merchant's network: opened level by level with and without script, searched, transferred."""

import re

import pytest

from core.api.sharing import chain_of
from core.members.models import Member
from plugins.distribution.services import network
from plugins.distribution.services.distributors import DistributorState

TREE = "/admin/x/distribution/tree"
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def see(merchant):
    def run(query="", status=200):
        answer = merchant.get(f"{TREE}{query}")
        assert answer.status_code == status
        return answer.text

    return run


def shown(page):
    """Ids of the nodes on a page, in their order."""
    return re.findall(r'<li id="n-([0-9a-f-]{36})"', page)


def test_a_tree_opens_level_by_level_by_links_alone(chain, see):
    page = see("?lang=en")
    assert shown(page) == [str(chain.third.id)]
    assert "1 directly below · 3 within three levels" in page

    def opened(page, member):
        link = re.search(rf'id="n-{member.id}".*?href="([^"#]+)#n-', page, re.DOTALL)
        return see(link[1].removeprefix(TREE).replace("&amp;", "&"))

    page = opened(page, chain.third)
    assert shown(page) == [str(chain.third.id), str(chain.second.id)]
    page = opened(page, chain.second)
    page = opened(page, chain.first)
    assert shown(page) == [str(each.id) for each in (*reversed(chain.uplines), chain.buyer)]
    assert 'aria-expanded="false"' not in page
    page = opened(page, chain.second)  # closed again; what was open below it goes with it
    assert shown(page) == [str(chain.third.id), str(chain.second.id)]


def test_a_branch_is_handed_out_by_itself_for_opening_in_place(chain, see, merchant):
    piece = see(f"/{chain.third.id}/branch?lang=en")
    assert shown(piece) == [str(chain.second.id)]
    assert "<html" not in piece
    assert f'data-branch="{TREE}/{chain.second.id}/branch"' in piece
    assert merchant.get(f"{TREE}/nobody/branch").status_code == 404


def test_the_page_needs_no_inline_script(chain, merchant):
    answer = merchant.get(f"{TREE}?at={chain.third.id}")
    assert re.findall(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text) == []
    assert re.search(r'<script src="[^"]*network[^"]*\.js" defer></script>', answer.text)
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_big_branches_come_in_pages_and_nobody_is_left_out(chain, see, make_member, monkeypatch):
    monkeypatch.setattr(network, "PER_BRANCH", 3)
    below = [make_member(f"客{n}", referrer=chain.buyer) for n in range(7)]
    seen, query = [], f"?at={chain.buyer.id}"
    while query:
        page = see(query)
        assert len(shown(page)) <= 3
        seen += shown(page)
        more = re.search(r'class="more"><a[^>]*href="[^"?]*([^"]+)"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == [str(member.id) for member in reversed(below)]
    assert "From the beginning" in see(f"?at={chain.buyer.id}&after={below[3].id}&lang=en")


def test_a_member_shows_what_they_earned_their_team_and_everybody_above(
    chain, see, make_order, outbox, make_member
):
    make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()
    below = make_member("末", referrer=chain.buyer)
    page = see(f"?at={chain.second.id}&lang=en")
    assert "¥13.40" in page
    assert re.findall(r"<dt>level \d</dt><dd>(\d+)</dd>", page) == ["1", "1", "1"]
    page = see(f"?at={below.id}&lang=en")
    names = re.findall(r'<ol class="path">(.*?)</ol>', page, re.DOTALL)[0]
    assert re.findall(r">([丙乙甲买家末]+)<", names) == ["丙", "乙", "甲", "买家", "末"]


def test_a_long_way_up_shows_the_top_and_the_nearest(chain, see, make_member):
    last = chain.buyer
    for n in range(6):
        last = make_member(f"层{n}", referrer=last)
    path = re.findall(r'<ol class="path">(.*?)</ol>', see(f"?at={last.id}&lang=en"), re.DOTALL)[0]
    assert re.findall(r"[>]([丙层]\d?)<", path) == ["丙", *(f"层{n}" for n in range(6))]
    assert "3 more" in path


@pytest.mark.parametrize("words", ["甲甲", "0001234", "shop@example"])
def test_a_search_shows_the_way_from_the_top(chain, see, make_member, shop, words):
    found = make_member("甲甲", phone="+8613800001234", referrer=chain.buyer)
    with shop.database.write() as session:
        session.get(Member, found.id).email = "shop@example.com"
    page = see(f"?q={words}&lang=en")
    way = re.search(r'<div class="chain">(.*?)</div>', page, re.DOTALL)[1]
    assert re.findall(r">([^<>]+)</(?:a|b)>", way) == ["乙", "甲", "买家", "甲甲"]
    first = re.search(r'href="([^"]+)"', way)[1].removeprefix(TREE).replace("&amp;", "&")
    assert str(chain.first.id) in shown(see(first))
    assert "Nobody fits" in see("?q=zzz&lang=en")


def test_nodes_carry_state_and_grade(chain, see, programme, make_member):
    programme.move(chain.second, DistributorState.FROZEN, "刷单")
    page = see(f"?at={chain.third.id}&lang=en")
    row = page[page.index(f'id="n-{chain.second.id}"') :].partition("</li>")[0]
    assert 'class="tag point bad">Frozen' in row
    page = see(f"?at={chain.first.id}&lang=en")
    row = page[page.index(f'id="n-{chain.buyer.id}"') :].partition("</li>")[0]
    assert "tag point" not in row


def test_a_member_is_moved_from_the_tree_after_a_look_and_orders_keep_their_chain(
    chain, see, merchant, make_order, outbox, programme, shop, make_member
):
    order = make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()
    other = make_member("新上级")
    link = f"/admin/members/{chain.buyer.id}/referral/transfer"
    assert f'href="{link}"' in see(f"?at={chain.first.id}")
    look = merchant.get(f"{link}?to={other.id}&lang=en").text
    assert "keep their chain" in look
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', look)[1]
    moved = merchant.post(
        link, data={"to": str(other.id), "seen": seen, "reason": "登记错误"}, headers=OWN
    )
    assert moved.status_code == 303
    with shop.database.read() as session:
        assert chain_of(session, chain.buyer.id) == ((1, other.id),)
    assert {row.beneficiary_id for row in programme.rows(order.id)} == {
        each.id for each in chain.uplines
    }
    assert "登记错误" in merchant.get(f"/admin/members/{chain.buyer.id}/referral").text


def test_staff_without_the_right_to_transfer_see_no_way_to_it(chain, make_staff, sign_in):
    clerk = sign_in(make_staff("clerk"), "staff")
    assert clerk.get(TREE).status_code == 403


def test_a_branch_costs_the_same_however_many_stand_below(
    chain, see, make_member, count_statements
):
    see(f"?at={chain.third.id}")
    with count_statements() as few:
        see(f"?at={chain.third.id}")
    for n in range(8):
        make_member(f"客{n}", referrer=make_member(f"层{n}", referrer=chain.third))
    with count_statements() as many:
        see(f"?at={chain.third.id}")
    assert len(many) == len(few)
