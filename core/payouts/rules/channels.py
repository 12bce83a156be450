"""Ways to be paid: the wallet, what staff pay by hand, plugins' channels. Plain Python.

Here stands what a recipient has to fill in, what is wrong with it, and how it is shown to others.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.kernel.contacts import parse_email
from core.kernel.errors import InvalidInput
from core.kernel.text import squeeze
from core.payouts.rules import WALLET_CHANNEL
from core.settings.rules import StoreSettings

MOST_CHARACTERS = 80
_CARD = re.compile(r"[0-9]{12,19}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WECHAT = re.compile(r"[A-Za-z][-_A-Za-z0-9]{5,19}")


@dataclass(frozen=True)
class AccountField:
    """Something that the recipient fills in.

    Args:
        name: key in the payout's account.
        label: catalogue entry.
        hint: catalogue entry under the box.
        is_name: the real name; needed from the store's threshold on.
        is_needed: never empty, whatever the amount.
        read: brings what was typed into shape.
    """

    name: str
    label: str
    hint: str = ""
    is_name: bool = False
    is_needed: bool = True
    read: Callable[[str], str] = squeeze


@dataclass(frozen=True)
class ManualChannel:
    """A channel of the trunk: staff pay from a file and say what became of it.

    Args:
        key: stands in payouts, so it never changes. Plugins' keys hold a dot, these never.
        label: catalogue entry.
        fields: what the recipient fills in, in the order of the file's columns.
    """

    key: str
    label: str
    fields: tuple[AccountField, ...]

    def is_offered(self, settings: StoreSettings) -> bool:
        """Whether the merchant switched it on."""
        return bool(getattr(settings, f"payout_by_{self.key}"))


def _read_name(typed: str) -> str:
    text = squeeze(typed)
    if not 2 <= len(text) <= 40 or any(each.isdigit() for each in text):
        raise InvalidInput("payout.name", "Give the real name of the account’s holder.")
    return text


def _read_card(typed: str) -> str:
    digits = re.sub(r"[\s-]", "", typed)
    if not _CARD.fullmatch(digits):
        raise InvalidInput("payout.card", "A card number has 12 to 19 digits.")
    return digits


def _read_bank(typed: str) -> str:
    text = squeeze(typed)
    if not 2 <= len(text) <= 60 or text.isdigit():
        raise InvalidInput("payout.bank", "Give the name of the bank, such as 招商银行杭州分行.")
    return text


def _read_alipay(typed: str) -> str:
    if phone := _mobile(typed):
        return phone
    try:
        return parse_email(typed)
    except InvalidInput:
        raise InvalidInput(
            "payout.alipay", "An Alipay account is a mobile number or an e-mail address."
        ) from None


def _read_wechat(typed: str) -> str:
    found = _mobile(typed) or typed.strip()
    if not (_MOBILE.fullmatch(found) or _WECHAT.fullmatch(found)):
        raise InvalidInput(
            "payout.wechat",
            "A WeChat ID has 6 to 20 letters, digits, - or _ and begins with a letter; "
            "a mobile number will do, too.",
        )
    return found


def _mobile(typed: str) -> str:
    """Eleven digits of a mainland mobile number; empty when it is something else."""
    digits = re.sub(r"[\s-]", "", typed).removeprefix("+86")
    return digits if _MOBILE.fullmatch(digits) else ""


_NAME = AccountField("name", "Real name", is_name=True, read=_read_name)
_NAME_AT_TIMES = AccountField("name", "Real name", is_name=True, is_needed=False, read=_read_name)

MANUAL: Mapping[str, ManualChannel] = {
    each.key: each
    for each in (
        ManualChannel(
            "bank_card",
            "Bank card",
            (
                _NAME,
                AccountField("number", "Card number", read=_read_card),
                AccountField("bank", "Bank and branch", read=_read_bank),
            ),
        ),
        ManualChannel(
            "alipay",
            "Alipay",
            (
                _NAME_AT_TIMES,
                AccountField(
                    "number", "Alipay account", "Mobile number or e-mail.", read=_read_alipay
                ),
            ),
        ),
        ManualChannel(
            "wechat",
            "WeChat",
            (
                _NAME_AT_TIMES,
                AccountField("number", "WeChat ID", "Or the mobile number.", read=_read_wechat),
            ),
        ),
    )
}
"""Channels that staff pay by hand, by key."""


class ChannelOfPlugin(Protocol):
    """What is asked of a plugin's ``PayoutChannel`` here."""

    @property
    def key(self) -> str:
        """``plugin.name``."""

    @property
    def label(self) -> str:
        """Catalogue entry."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Name → catalogue entry of what the recipient fills in."""


@dataclass(frozen=True)
class PayoutWay:
    """A way to be paid that a member can choose now."""

    key: str
    label: str
    fields: tuple[AccountField, ...]
    is_by_hand: bool = False

    def name_of(self, field: str) -> str:
        """What a field of the account is called: a catalogue entry, or its key."""
        return next((each.label for each in self.fields if each.name == field), field)


_WALLET = PayoutWay(WALLET_CHANNEL, "Store wallet", ())


def payout_ways(
    settings: StoreSettings, of_plugins: Iterable[ChannelOfPlugin] = ()
) -> tuple[PayoutWay, ...]:
    """Every way that can be chosen: the wallet, what the merchant switched on, plugins' channels.

    A plugin's channel that asks for no ``name`` gets a field for it: the trunk needs it from the
    store's threshold on.
    """
    own = tuple(_by_hand(each) for each in MANUAL.values() if each.is_offered(settings))
    return (_WALLET, *own, *map(_way, of_plugins))


def way_of(key: str, of_plugins: Iterable[ChannelOfPlugin] = ()) -> PayoutWay:
    """The way of a payout, whether or not it can still be chosen; named by its key when unknown."""
    known = (_WALLET, *map(_by_hand, MANUAL.values()), *map(_way, of_plugins))
    return next((way for way in known if way.key == key), PayoutWay(key, key, ()))


def _by_hand(channel: ManualChannel) -> PayoutWay:
    return PayoutWay(channel.key, channel.label, channel.fields, is_by_hand=True)


def _way(channel: ChannelOfPlugin) -> PayoutWay:
    fields = tuple(
        AccountField(name, label, is_name=name == "name") for name, label in channel.fields
    )
    if not any(field.is_name for field in fields):
        fields = (AccountField("name", "Real name", is_name=True, is_needed=False), *fields)
    return PayoutWay(channel.key, channel.label, fields)


def read_account(
    way: PayoutWay, typed: Mapping[str, str], amount_fen: int, settings: StoreSettings
) -> dict[str, str]:
    """What the recipient typed, in shape and without anything that was not asked for.

    Raises:
        InvalidInput: a field is empty or wrong; ``params["field"]`` is ``<channel>.<name>``.
    """
    found = {}
    for field in way.fields:
        text = squeeze(str(typed.get(field.name, "")))[:MOST_CHARACTERS]
        place = f"{way.key}.{field.name}"
        if not text:
            if field.is_needed:
                raise InvalidInput(
                    "payout.account",
                    "Please fill in every field of the way you chose.",
                    field=place,
                )
            continue
        try:
            found[field.name] = field.read(text)
        except InvalidInput as error:
            raise InvalidInput(error.code, error.message, field=place) from None
    hold_to_name(way.key, found, amount_fen, settings)
    return found


def hold_to_name(
    channel: str, account: Mapping[str, Any], amount_fen: int, settings: StoreSettings
) -> None:
    """Outside the store larger amounts go to named people only.

    Source: WeChat Pay, merchant transfers: the name is needed from 2,000 yuan on.

    Raises:
        InvalidInput: the amount needs a name, and there is none.
    """
    if channel == WALLET_CHANNEL or amount_fen < settings.payout_name_from_fen:
        return
    if not str(account.get("name", "")).strip():
        raise InvalidInput(
            "payout.name_needed",
            "From %(limit_fen)s on the real name of the recipient is needed.",
            field=f"{channel}.name",
            limit_fen=settings.payout_name_from_fen,
        )


def mask_account(account: Mapping[str, Any]) -> dict[str, str]:
    """An account as lists and its owner see it: enough to know it again, too little to use it."""
    return {name: _masked(name, str(value)) for name, value in account.items()}


def _masked(name: str, value: str) -> str:
    if name == "bank" or not value:
        return value
    if name == "name":
        return value[0] + "*" * max(1, min(len(value) - 1, 2))
    box, at, domain = value.partition("@")
    if box and at:
        return f"{box[:1]}***@{domain}"
    return f"**** {value[-4:]}" if len(value) >= 8 else f"{value[:1]}***"


def without_account(text: str, account: Mapping[str, Any]) -> str:
    """A text for logs and reasons in which nothing of the account can be read."""
    for value in sorted((str(each) for each in account.values()), key=len, reverse=True):
        if len(value) >= 2:
            text = text.replace(value, "***")
    return text
