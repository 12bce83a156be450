"""Words of the designer: kinds, purposes, and what differs between two layouts."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.values import dataclass
from plugins.poster.rules import Kind, Layout, Purpose
from plugins.poster.rules.comparing import Change, changes

PURPOSE_LABELS: Mapping[Purpose, Any] = {
    Purpose.PRODUCT: _l("A product"),
    Purpose.SHOP: _l("The shop"),
    Purpose.INVITE: _l("An invitation"),
}
PURPOSE_SENTENCES: Mapping[Purpose, Any] = {
    Purpose.PRODUCT: _l("Members share a product; the code leads to its page."),
    Purpose.SHOP: _l("Members share the shop; the code leads to its front page."),
    Purpose.INVITE: _l("Distributors invite others; the code leads to the invitation."),
}


@dataclass(frozen=True)
class KindWords:
    """A kind of layer in words. ``around`` is an example of words around its value."""

    label: Any
    icon: str
    around: Any = ""


KINDS: Mapping[Kind, KindWords] = {
    Kind.TEXT: KindWords(_l("Text layer"), "typography"),
    Kind.TITLE: KindWords(_l("Product title"), "heading", _l("Picked for you: {}")),
    Kind.PRICE: KindWords(_l("Price"), "currency-yuan", _l("Now {}")),
    Kind.WAS_PRICE: KindWords(_l("Price before"), "strikethrough", _l("Was {}")),
    Kind.IMAGE: KindWords(_l("Picture"), "photo"),
    Kind.SHAPE: KindWords(_l("Shape"), "square"),
    Kind.QR: KindWords(_l("QR code"), "qrcode"),
    Kind.AVATAR: KindWords(_l("Member’s picture"), "user-circle"),
    Kind.NICKNAME: KindWords(_l("Member’s name"), "id", _l("{} recommends")),
}

PLACES: Mapping[str, Any] = {
    "nickname": _l("Member’s name"),
    "title": _l("Product title"),
    "price": _l("Price"),
    "was_price": _l("Price before"),
    "shop": _l("Shop’s name"),
    "code": _l("Short code"),
}

FIELD_LABELS: Mapping[str, Any] = {
    "size": _l("Size"),
    "background": _l("Background"),
    "background_media": _l("Picture behind everything"),
    "order": _l("Order of the layers"),
    "place": _l("Place"),
    "box": _l("Size"),
    "opacity": _l("Opacity"),
    "hidden": _l("Visibility"),
    "text": _l("Text"),
    "font_size": _l("Font size"),
    "weight": _l("Weight"),
    "align": _l("Alignment"),
    "max_lines": _l("Lines at most"),
    "strike": _l("Struck through"),
    "colour": _l("Colour"),
    "radius": _l("Corners"),
    "media": _l("Picture"),
    "fit": _l("In its box"),
}
_WORDS: Mapping[tuple[str, str], Any] = {
    ("weight", "regular"): _l("Regular"),
    ("weight", "bold"): _l("Bold"),
    ("align", "left"): _l("Left"),
    ("align", "center"): _l("Centre"),
    ("align", "right"): _l("To the right"),
    ("fit", "cover"): _l("Fill it"),
    ("fit", "contain"): _l("Show all of it"),
}
_MOST_SIGNS = 60


def script_words() -> dict[str, str]:
    """What the script says."""
    return {
        "undone": _("Undone"),
        "redone": _("Done again"),
        "added": _("“{}” is added"),
        "removed": _("“{}” is deleted"),
        "saved": _("Saved as a draft"),
        "one_code": _("There is a QR code already."),
        "uploading": _("Uploading …"),
        "uploaded": _("The picture is in its place."),
        "failed": _("That did not work. Please try again."),
        "picture": _("This picture"),
    }


@dataclass(frozen=True)
class ChangeRow:
    """A change in words: what, before, after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one layer, or of the poster itself."""

    title: str
    icon: str
    rows: tuple[ChangeRow, ...]


def change_groups(before: Layout, after: Layout) -> list[ChangeGroup]:
    """All that differs, in words, layer by layer."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes(before, after):
        icon = KINDS[change.kind].icon if change.kind else "device-mobile"
        groups.setdefault((change.layer or _("The poster"), icon), []).append(change)
    return [
        ChangeGroup(title, icon, tuple(_row(change) for change in found))
        for (title, icon), found in groups.items()
    ]


def summary_of(before: Layout | None, after: Layout) -> str:
    """What changed in one line, such as “Title, QR code changed; Badge added”."""
    if before is None:
        return str(_("First version"))
    said = changes(before, after)
    added = _names(change.layer for change in said if change.what == "added")
    removed = _names(change.layer for change in said if change.what == "removed")
    gone = {*added, *removed}
    changed = _names(change.layer or _("The poster") for change in said if change.layer not in gone)
    parts = []
    if changed:
        parts.append(_("%(layers)s changed", layers=_list(changed)))
    if added:
        parts.append(_("%(layers)s added", layers=_list(added)))
    if removed:
        parts.append(_("%(layers)s removed", layers=_list(removed)))
    return "; ".join(parts)[:200]


def _names(found: Any) -> list[str]:
    return list(dict.fromkeys(str(each) for each in found))


def _list(names: Sequence[str]) -> str:
    text = ", ".join(names[:3])
    more = len(names) - 3
    return _("%(names)s and %(count)s more", names=text, count=more) if more > 0 else text


def _row(change: Change) -> ChangeRow:
    if change.what in {"added", "removed"}:
        assert change.kind is not None
        label = str(KINDS[change.kind].label)
        if change.what == "added":
            return ChangeRow(str(_("Layer")), "", str(_("%(kind)s, new", kind=label)))
        return ChangeRow(str(_("Layer")), label, str(_("removed")))
    return ChangeRow(
        str(FIELD_LABELS[change.what]),
        value_text(change.what, change.before),
        value_text(change.what, change.after),
    )


def value_text(what: str, value: Any) -> str:
    """A value in words."""
    if what in {"size", "box"}:
        return f"{value[0]} × {value[1]}"
    if what == "place":
        return f"x {value[0]}, y {value[1]}"
    if what == "order":
        return " › ".join(value)
    if what == "opacity":
        return f"{value}%"
    if what == "hidden":
        return str(_("hidden") if value else _("shown"))
    if what == "strike":
        return str(_("Yes") if value else _("No"))
    if what in {"media", "background_media"}:
        nothing = _("The product’s first picture") if what == "media" else _("None")
        return str(_("A picture of your own") if value else nothing)
    if (what, value) in _WORDS:
        return str(_WORDS[what, value])
    text = str(value)
    return (text[:_MOST_SIGNS] + "…" if len(text) > _MOST_SIGNS else text) or "–"
