"""Pictures on pages: every format and width that exists, size known before it loads."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from core.media.types import PictureView

SMALL = 160
"""Pictures shown no wider than this are sent as WebP only: one source less in the page."""


_NO_PICTURE = Markup('<span class="noimg"></span>')
_KEEP = 4096
_markup: dict[tuple[Any, ...], Markup] = {}
"""Markup of pictures shown before: it depends on nothing but its arguments."""


def picture(
    view: PictureView | None,
    sizes: str,
    *,
    alt: str | None = None,
    eager: bool = False,
    small: bool = False,
    css: str = "",
) -> Markup:
    """The markup of a picture.

    Args:
        view: ``None`` shows the shop's empty frame.
        sizes: value of the ``sizes`` attribute.
        alt: what it shows; ``None`` takes the picture's own text, ``""`` marks it as decoration.
        eager: the page's main picture: loaded first instead of lazily.
        small: a thumbnail.
        css: class of the ``img``.
    """
    if view is None:
        return _NO_PICTURE if not css else Markup('<span class="noimg {}"></span>').format(css)
    key = (view.content_hash, view.alt if alt is None else alt, sizes, eager, small, css)
    known = _markup.get(key)
    if known is None:
        if len(_markup) >= _KEEP:
            _markup.clear()
        known = _markup[key] = _picture(view, sizes, key[1], eager=eager, small=small, css=css)
    return known


def _picture(
    view: PictureView, sizes: str, text: str, *, eager: bool, small: bool, css: str
) -> Markup:
    loading = 'fetchpriority="high"' if eager else 'loading="lazy" decoding="async"'
    klass = f' class="{escape(css)}"' if css else ""
    main = view.webp and small
    source = view.url(320, "webp") if main else view.url(640)
    srcset = f' srcset="{view.webp}" sizes="{escape(sizes)}"' if main else ""
    img = (
        f'<img src="{source}"{srcset} width="{view.width}" height="{view.height}"'
        f' alt="{escape(text)}" {loading}{klass}>'
    )
    if small:
        return Markup(img)  # noqa: S704 (every part is escaped or made by the media room)
    return Markup(f"<picture>{_sources(view, sizes)}{img}</picture>")  # noqa: S704


def _sources(view: PictureView, sizes: str) -> str:
    return "".join(
        f'<source type="image/{kind}" srcset="{srcset}" sizes="{escape(sizes)}">'
        for kind, srcset in (("avif", view.avif), ("webp", view.webp))
        if srcset
    )


def preload(view: PictureView | None, sizes: str) -> Markup:
    """A hint in the head to fetch the page's main picture at once."""
    if view is None or not view.avif:
        return Markup("")
    return Markup(
        '<link rel="preload" as="image" type="image/avif" imagesrcset="{}" imagesizes="{}"'
        ' fetchpriority="high">'
    ).format(view.avif, sizes)


def picture_globals() -> dict[str, Callable[..., Any]]:
    """Functions for templates."""
    return {"picture": picture, "preload": preload}
