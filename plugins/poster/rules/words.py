"""What the texts of a poster say: the words of one member and one product, put into a layout."""

from core.api.values import dataclass
from plugins.poster.rules.layout import Kind, Layer, filled, places_in

PERSONAL = frozenset({"nickname", "code"})
"""Places whose words differ from member to member."""


@dataclass(frozen=True)
class Words:
    """Everything that can be put into a poster's texts; what is missing is empty.

    Args:
        price: as shown, such as ``¥268`` or ``¥268.50``; ``was_price`` likewise.
        code: the short code that the QR code leads to.
    """

    nickname: str = ""
    title: str = ""
    price: str = ""
    was_price: str = ""
    shop: str = ""
    code: str = ""


def price_text(fen: int) -> str:
    """A price as posters show it: no decimals when they are zero."""
    yuan, rest = divmod(fen, 100)
    return f"¥{yuan:,}.{rest:02d}" if rest else f"¥{yuan:,}"


def text_of(layer: Layer, words: Words) -> str:
    """What a text layer says. Empty when the value that it is about is missing."""
    if layer.kind is Kind.TEXT:
        return filled(layer.text, lambda place: str(getattr(words, place, "")))
    value: str = getattr(words, str(layer.kind))
    return layer.text.replace("{}", value) if value and layer.text else value


def is_named(layer: Layer) -> bool:
    """Whether a layer says the member's name, among other words maybe."""
    return layer.kind is Kind.NICKNAME or (
        layer.kind is Kind.TEXT and "nickname" in places_in(layer.text)
    )


def is_personal(layer: Layer) -> bool:
    """Whether a layer differs from member to member; all others are painted once for many."""
    if layer.kind in {Kind.AVATAR, Kind.NICKNAME, Kind.QR}:
        return True
    return layer.kind is Kind.TEXT and not PERSONAL.isdisjoint(places_in(layer.text))
