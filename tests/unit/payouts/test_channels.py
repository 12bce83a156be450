import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput
from core.payouts.rules import PayoutState
from core.payouts.rules.channels import (
    MANUAL,
    mask_account,
    payout_ways,
    read_account,
    way_of,
    without_account,
)
from core.payouts.rules.wording import expected_next, state_label
from core.payouts.types import PayoutRequest, PayRequest
from core.settings.rules import StoreSettings
from tests.unit.admin.test_words import translated

ON = StoreSettings(payout_by_bank_card=True, payout_by_alipay=True, payout_by_wechat=True)


TEXT = st.text(st.characters(exclude_characters="*"), min_size=2, max_size=30)


class Plugged:
    key, label, fields = "gift.bank", "Gift bank", (("number", "Number"),)


def test_the_wallet_is_always_there_and_others_as_the_merchant_switches_them_on():
    assert [way.key for way in payout_ways(StoreSettings())] == ["wallet"]
    ways = payout_ways(ON, [Plugged()])
    assert [way.key for way in ways] == ["wallet", "bank_card", "alipay", "wechat", "gift.bank"]
    assert [way.is_by_hand for way in ways] == [False, True, True, True, False]


def test_a_plugins_channel_without_a_name_gets_a_field_for_it():
    assert [field.name for field in way_of("gift.bank", [Plugged()]).fields] == ["name", "number"]
    assert way_of("gone.bank").label == "gone.bank"


@pytest.mark.parametrize(
    ("channel", "typed", "kept"),
    [
        ("bank_card", {"number": "6222 0212-3456 7890"}, {"number": "6222021234567890"}),
        ("alipay", {"number": " +86 138 0000 1234 "}, {"number": "13800001234"}),
        ("alipay", {"number": "Hill@Example.com"}, {"number": "hill@example.com"}),
        ("wechat", {"number": "hill_9527"}, {"number": "hill_9527"}),
        ("wechat", {"number": "138-0000-1234"}, {"number": "13800001234"}),
    ],
)
def test_what_was_typed_is_brought_into_shape(channel, typed, kept):
    whole = {"name": " 林 小山 ", "bank": "招商银行", "other": "x"} | typed
    found = read_account(way_of(channel), whole, 100, ON)
    assert found == {"name": "林 小山"} | kept | (
        {"bank": "招商银行"} if channel == "bank_card" else {}
    )


@pytest.mark.parametrize(
    ("channel", "field", "text"),
    [
        ("bank_card", "number", "6222"),
        ("bank_card", "number", "6222O2123456789O"),
        ("bank_card", "number", "6" * 20),
        ("bank_card", "name", "林"),
        ("bank_card", "name", "林小山2"),
        ("bank_card", "bank", "123456"),
        ("alipay", "number", "12800001234"),
        ("alipay", "number", "nobody"),
        ("wechat", "number", "9527_hill"),
        ("wechat", "number", "hill"),
        ("wechat", "number", "=HYPERLINK(1)"),
    ],
)
def test_a_wrong_field_is_named(channel, field, text):
    whole = {"name": "林小山", "number": "6222021234567890", "bank": "招商银行"}
    with pytest.raises(InvalidInput) as refusal:
        read_account(way_of(channel), whole | {field: text}, 100, ON)
    assert refusal.value.params["field"] == f"{channel}.{field}"
    assert refusal.value.message in translated()


def test_the_real_name_is_needed_from_the_threshold_on_and_never_for_the_wallet():
    alipay = {"number": "13800001234"}
    assert read_account(way_of("alipay"), alipay, 199_999, ON) == alipay
    with pytest.raises(InvalidInput, match="real name"):
        read_account(way_of("alipay"), alipay, 200_000, ON)
    assert read_account(way_of("wallet"), {}, 10**9, ON) == {}
    always = StoreSettings(payout_by_alipay=True, payout_name_from_fen=0)
    with pytest.raises(InvalidInput, match="real name"):
        read_account(way_of("alipay"), alipay, 1, always)


@given(st.dictionaries(st.sampled_from(["name", "number", "card_no"]), TEXT, min_size=1))
def test_a_masked_account_never_shows_a_whole_value(account):
    for name, shown in mask_account(account).items():
        assert account[name] not in shown


def test_masks_leave_enough_to_know_an_account_again():
    account = {"name": "林小山", "number": "6222021234567890", "bank": "招商银行"}
    assert mask_account(account) == {"name": "林**", "number": "**** 7890", "bank": "招商银行"}
    assert mask_account({"number": "hill@example.com"}) == {"number": "h***@example.com"}


def test_accounts_are_kept_out_of_texts_and_of_what_values_say_of_themselves():
    account = {"name": "林小山", "number": "6222021234567890"}
    assert (
        without_account("6222021234567890 of 林小山 is closed", account) == "*** of *** is closed"
    )
    for value in (
        PayoutRequest(None, "a", "b", 1, "k", account),
        PayRequest("W1", None, 1, account),
    ):
        assert "6222" not in repr(value)


def test_every_label_hint_state_and_next_step_is_translated():
    texts = {field.label for way in MANUAL.values() for field in way.fields}
    texts |= {field.hint for way in MANUAL.values() for field in way.fields}
    texts |= {way.label for way in payout_ways(ON)}
    for state in PayoutState:
        texts |= {state_label(state)}
        texts |= {expected_next(state, channel) for channel in ("wallet", "bank_card")}
    assert sorted(texts - translated() - {""}) == []


def test_what_is_over_expects_nothing_more():
    ends = [state for state in PayoutState if not expected_next(state, "wallet")]
    assert ends == [PayoutState.PAID, PayoutState.REJECTED, PayoutState.RETURNED]
