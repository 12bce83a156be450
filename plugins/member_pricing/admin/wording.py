"""How pages say whom a price is for, what it is, and what is wrong with it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from core.api.clock import local_date
from core.api.i18n import gettext
from core.api.money import format_yuan
from core.api.web import locale, store_settings
from plugins.member_pricing.rules import Audience, AudienceKind, Price, PriceKind, Terms
from plugins.member_pricing.services.listing import Column


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


def audience_name(audience: Audience, columns: Sequence[Column]) -> str:
    """All members, returning customers, or a tier's name and “and above”."""
    if audience.kind == AudienceKind.ALL:
        return _("All members")
    if audience.kind == AudienceKind.RETURNING:
        return _("Returning customers")
    for column in columns:
        if column.audience == audience and column.tier is not None:
            return column.tier.name_in(locale())
    return _("A tier that is no longer there")


def audience_hint(audience: Audience) -> str:
    """Who that is."""
    if audience.kind == AudienceKind.ALL:
        return _("whoever is signed in")
    if audience.kind == AudienceKind.RETURNING:
        return _("who bought before")
    return _("and above")


def yuan(fen: int) -> str:
    """An amount without needless decimals."""
    return "¥" + format_yuan(fen).removesuffix(".00")


def price_words(price: Price) -> str:
    """A price in words: ``¥88``, ``¥10 off``, ``5% off``."""
    if price.kind == PriceKind.FIXED:
        return yuan(price.value)
    if price.kind == PriceKind.LESS:
        return _("%(amount)s off", amount=yuan(price.value))
    return _("%(percent)s%% off", percent=format_yuan(price.value).rstrip("0").rstrip("."))


def terms_words(terms: Terms | None) -> str:
    """A price with its window."""
    if terms is None:
        return _("no price")
    words = price_words(terms.price)
    window = window_words(terms)
    return f"{words} · {window}" if window else words


def window_words(terms: Terms) -> str:
    """The first and the last day, as far as there are any."""
    first, last = window_days(terms)
    if first and last:
        return f"{first} – {last}"
    if first:
        return _("from %(day)s", day=first)
    return _("until %(day)s", day=last) if last else ""


def window_days(terms: Terms) -> tuple[date | None, date | None]:
    """First and last day of a window in the store's calendar."""
    zone = store_settings().timezone
    ends: datetime | None = terms.ends_at
    last = local_date(ends - timedelta(microseconds=1), zone) if ends else None
    return local_date(terms.starts_at, zone) if terms.starts_at else None, last


def fault_words(fault: str) -> str:
    """What is wrong with a price."""
    if fault == "below_cost":
        return _("below cost")
    return _("not below the list price") if fault else ""
