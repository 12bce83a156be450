"""Every text of orders and prices has its Chinese."""

import pytest
from babel.messages.pofile import read_po

from core.config import ROOT
from core.orders.rules import AFTER_SALE_REASONS, CANCEL_REASONS, CartProblem, problem_message
from core.orders.services.cancelling import EXPIRED_REASON
from core.orders.services.refunding import REFUNDED_REASON
from core.orders.services.search import EXPORT_HEAD
from core.orders.states import AfterSaleState, OrderStatus, after_sale_label, status_label

TEXTS = [
    *AFTER_SALE_REASONS.values(),
    *CANCEL_REASONS,
    *EXPORT_HEAD,
    EXPIRED_REASON,
    REFUNDED_REASON,
    *(problem_message(problem) for problem in CartProblem),
    *(status_label(status) for status in OrderStatus),
    *(after_sale_label(state) for state in AfterSaleState),
]


@pytest.fixture(scope="module")
def chinese():
    with (ROOT / "core/orders/translations/zh.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file)}


@pytest.mark.parametrize("text", sorted(set(TEXTS)))
def test_a_text_that_shoppers_and_staff_read_has_its_chinese(chinese, text):
    assert chinese.get(text)


def test_reasons_fit_their_column():
    assert max(map(len, (*AFTER_SALE_REASONS, *AFTER_SALE_REASONS.values(), *CANCEL_REASONS))) <= 40
