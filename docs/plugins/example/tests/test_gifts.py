import pytest
from banyan_by_hand import services

from core.api.errors import Rejected
from core.api.orders import order_detail


@pytest.fixture
def give(shop, maker, make_member, make_order):
    """A paid order that its buyer wants wrapped."""

    def run(words="生日快乐"):
        member = make_member("小山")
        order = make_order([("POT", 1, 26_800)], member=member)
        with shop.database.write() as session:
            view = order_detail(session, order.order_no)
            services.offer_wrap(session, [line.product_id for line in view.lines])
            services.ask_for_wrap(session, view, words)
        return order, member

    return run


def gift_of(shop, order):
    with shop.database.read() as session:
        return services.gift_of(session, order.id)


def test_a_gift_is_asked_for_wrapped_and_tidied_away(shop, give, clock, run_job):
    order, _ = give()
    with shop.database.write() as session:
        assert services.waiting(session).gifts == 1
        assert services.mark_wrapped(session, [order.id]) == 1
        assert services.mark_wrapped(session, [order.id]) == 0
    run_job("by_hand.tidy")
    assert gift_of(shop, order).words == "生日快乐"
    clock.advance(days=31)
    run_job("by_hand.tidy")
    assert gift_of(shop, order).words == ""


def test_what_cannot_be_wrapped_is_refused(shop, give, make_order, maker):
    order, member = give()
    unpaid = make_order([("POT", 1, 26_800)], member=member, paid=False)
    plain = make_order([("CUP", 1, 5000)], member=member)
    with shop.database.write() as session:
        services.mark_wrapped(session, [order.id])
    for number, why in (
        (unpaid.order_no, "paid orders"),
        (plain.order_no, "Nothing"),
        (order.order_no, "already"),
    ):
        with pytest.raises(Rejected, match=why), shop.database.write() as session:
            services.ask_for_wrap(session, order_detail(session, number), "贺")


def test_the_buyer_writes_the_card_on_the_order(shop, sign_in, give, make_member):
    order, member = give("旧的")
    browser = sign_in(member)
    origin = {"Origin": "http://localhost"}
    page = browser.get(f"/me/orders/{order.order_no}").text
    assert 'value="旧的"' in page
    assert "by_hand" in page.partition("</head>")[0]

    form = {"words": "新的"}
    browser.post(f"/x/by_hand/gift/{order.order_no}", data=form, headers=origin)
    assert gift_of(shop, order).words == "新的"
    stranger = sign_in(make_member("别人"))
    answer = stranger.post(f"/x/by_hand/gift/{order.order_no}", data=form, headers=origin)
    assert answer.status_code == 404


def test_an_erased_members_words_go(shop, give, outbox):
    order, member = give()
    from core.api.clock import now
    from core.api.events import MemberErased

    with shop.database.write() as session:
        shop.plugins.deliver(session, "by_hand", MemberErased(member_id=member.id, erased_at=now()))
    assert gift_of(shop, order).words == ""


def test_staff_without_the_right_may_only_look(sign_in, make_staff, shop):
    clerk = sign_in(make_staff(role="clerk"), "staff")
    assert clerk.get("/admin/x/by_hand").status_code == 403
    owner = sign_in(make_staff(), "staff")
    assert "人工台" in owner.get("/admin/x/by_hand?lang=zh").text
