"""Which blocks stand in a region, and in which order: the trunk's and the plugins' are peers.

The order is (merchant's arrangement, weight, key); a block with an anchor stands right behind it.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import field
from typing import Any

from core.api.contributions import Block
from core.api.regions import Region
from core.db import state
from core.kernel.values import dataclass
from core.themes.host import Look
from core.web import context


@dataclass(frozen=True)
class CoreBlock:
    """A block of the trunk: it sees everything its page sees."""

    key: str
    weight: int
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """A block in its place; ``plugin`` is empty for the trunk's own.

    ``block`` is a plugin's ``Block``, or a ``CoreBlock``.
    """

    plugin: str
    block: Any
    hook: str = field(init=False)
    """Under this name calls are counted."""
    template: str = field(init=False)
    """Where themes and plugins have its template."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hook", f"block:{self.block.key}")
        template = self.block.template
        path = f"plugins/{self.plugin}/{template}" if self.plugin else template
        object.__setattr__(self, "template", path)


_core: dict[str, tuple[CoreBlock, ...]] = {}


def declare(region: Region, *blocks: CoreBlock) -> None:
    """Put blocks of the trunk into a region; called while the faces are installed."""
    known = {block.key: block for block in _core.get(region, ())}
    known.update({block.key: block for block in blocks})
    _core[region] = tuple(known.values())


def core_blocks(region: str) -> tuple[CoreBlock, ...]:
    """The trunk's blocks of a region."""
    return _core.get(region, ())


@dataclass(frozen=True)
class Plan:
    """What stands where, for one state of plugins and theme.

    ``texts`` belong to ``core.web.kept``, ``shells`` to ``core.web.shells``, ``links`` to
    ``core.web.block_files``.
    """

    look: Look
    blocks: tuple[tuple[str, Any], ...]
    texts: dict[tuple[Any, ...], tuple[float, str]] = field(default_factory=dict)
    shells: dict[Hashable, Any] = field(default_factory=dict)
    links: dict[tuple[tuple[str, str, str], ...], str] = field(default_factory=dict)
    _known: dict[str, tuple[Placed, ...]] = field(default_factory=dict)

    def of(self, region: str) -> tuple[Placed, ...]:
        """The blocks of a region in order."""
        known = self._known.get(region)
        if known is None:
            known = self._known[region] = arrange(region, self.blocks, self.look)
        return known


class Plans:
    """Gives the present plan."""

    def __init__(self) -> None:
        self._now: tuple[tuple[int, int], Plan] | None = None  # one value: threads share it

    def now(self, look: Look) -> Plan:
        """The plan for the look and the plugins of this moment."""
        shop = context.shop()
        counters = shop.counters.refresh()
        stamp = counters.get(state.PLUGINS, 0), counters.get(state.THEME, 0)
        known = self._now
        if known is None or known[0] != stamp or known[1].look is not look:
            known = self._now = stamp, Plan(look, tuple(shop.plugins.contributions("blocks")))
        return known[1]


def arrange(region: str, contributed: Iterable[tuple[str, Any]], look: Look) -> tuple[Placed, ...]:
    """Put a region's blocks in order and leave out what the merchant hid."""
    placed = [Placed("", block) for block in core_blocks(region)]
    placed += [Placed(name, block) for name, block in contributed if block.region == region]
    wish = look.choice.regions.get(region)
    if wish is not None:
        placed = [each for each in placed if each.block.key not in wish.hidden]
    first = {key: index for index, key in enumerate(wish.order)} if wish else {}
    last = len(first)

    def place(each: Placed) -> tuple[Any, ...]:
        block = each.block
        own = (first.get(block.key, last), block.weight, block.key)
        anchor = None if block.key in first else _anchor(each, placed)
        if anchor is None:
            return own
        return (first.get(anchor.key, last), anchor.weight, anchor.key, *own[1:])

    return tuple(sorted(placed, key=place))


def _anchor(each: Placed, placed: Iterable[Placed]) -> Any:
    """The block that one wants to stand behind: the trunk's, or another that needs no anchor."""
    wanted = each.block.after if isinstance(each.block, Block) else ""
    for other in placed if wanted else ():
        is_free = isinstance(other.block, CoreBlock) or not other.block.after
        if is_free and other.block.key.rpartition(".")[2] == wanted:
            return other.block
    return None
