"""What a plugin adds to the shop face: blocks in regions, pages of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

STYLE_BYTES = 2048
"""Most bytes of style sheets that one block may bring, compressed."""

SCRIPT_BYTES = 3072
"""Most bytes of scripts that one block may bring, compressed."""

CacheKey = Literal["subject", "member"]


class BlockContext(NamedTuple):
    """What a block may know of the page it stands on.

    ``subject`` is the page's value object (``core.api.pages.ProductSubject`` on product pages, an
    order view on order pages …; ``None`` where a page is about nothing), ``member_id`` is ``None``
    for guests, ``settings`` are the plugin's own. ``session`` reads only.
    """

    session: Session
    region: str
    subject: Any
    member_id: UUID | None
    settings: Mapping[str, Any]
    locale: str


@dataclass(frozen=True)
class Block:
    """A piece of page in a named region, beside core's own blocks.

    Asked each time a page with its region is made; not for guests' pages that are kept, not when
    the merchant hid it, and only by themes that have the region (every shipped theme has all). One
    that raises or takes too long is left out of the page and counted; under debug it raises.

    Args:
        key: ``plugin.name``.
        region: one of ``core.api.regions.Region``.
        template: the plugin's template, rendered with what ``context`` returns.
        context: values for the template, in at most one statement; ``None`` renders nothing. In the
            two card regions it is asked once for all cards (see ``core.api.regions``).
        weight: order within the region; core's blocks stand at 100, 200, 300 …
        audience: ``member`` blocks are not even asked for guests, ``guest`` blocks not for members:
            what both see, but members afresh, is two blocks with one template.
        styles: the plugin's style sheets that the block needs, at most 2 kB compressed together.
        scripts: likewise scripts, at most 3 kB; they are loaded deferred, once a page.
        after: last word of the key of another block of the region (``price`` for
            ``core.info.price``): stand right behind it, wherever the merchant puts that one;
            without such a block, ``weight`` counts.
        fresh_seconds: how old what people see may be. Up to that, guests' pages are kept with the
            block on them, and what it rendered is used again for pages with the same ``cache``.
        cache: what the rendered text depends on besides language, region and settings: ``subject``
            (one without an ``id`` or ``product``, such as a bag, has it asked each time; cards are
            always told apart), ``member``. Only used when ``fresh_seconds`` is above 1; what is
            not named here is then ``None`` in the ``BlockContext``.
    """

    key: str
    region: str
    template: str
    context: Callable[[BlockContext], Mapping[str, Any] | None]
    weight: int = 500
    audience: Literal["all", "member", "guest"] = "all"
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    after: str = ""
    fresh_seconds: float = 1.0
    cache: tuple[CacheKey, ...] = ()


@dataclass(frozen=True)
class StorePage:
    """A page of the shop face; it answers while the plugin takes part, and is not found otherwise.

    A view that raises a ``ShopError`` shows its sentence; anything else is counted and shows the
    error page. A view may open units of work (``core.api.web``) and makes a fixed number of
    statements.

    Args:
        key: ``plugin.name``.
        path: ``/x/<plugin>`` or below it; Flask's rule syntax.
        view: a Flask view; what it may ask of the request is in ``core.api.web``.
        access: who may use it; ``member`` pages send guests to sign in first.
        methods: nothing may change on ``GET``.
        menu_label: catalogue entry of a line in the member centre; ``None``: no line.
        menu_icon: of the theme's set.
    """

    key: str
    path: str
    view: Callable[..., Any]
    access: Literal["guest", "member"]
    methods: tuple[str, ...] = ("GET",)
    menu_label: str | None = None
    menu_icon: str = "star"
