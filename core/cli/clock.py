"""``banyan clock``: let days pass in a sandbox."""

import re
from datetime import timedelta

import click

from core.cli.reporting import json_option, opened_shop, report
from core.db import state
from core.host.shop import Shop
from core.kernel import clock as kernel_clock
from core.kernel.errors import Forbidden

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+)([wdhms])")


class Duration(click.ParamType[int]):
    """A duration such as ``8d`` or ``1d12h30m``, as seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Seconds of the text."""
        text = str(value).strip().lower()
        if not re.fullmatch(rf"(?:{_PART.pattern})+", text):
            self.fail(f"{value!r} is no duration; use 8d, 12h, 1d12h30m …", param, ctx)
        return sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(text))


@click.group()
def clock() -> None:
    """The store's clock (sandbox only)."""


@clock.command()
@click.argument("duration", type=Duration())
@json_option
def advance(duration: int, as_json: bool) -> None:
    """Let DURATION pass, such as 8d or 12h30m, in every process within a second."""
    with opened_shop() as shop:
        _refuse_outside_sandbox(shop)
        offset = shop.counters.refresh(force=True).get(state.CLOCK_OFFSET, 0) + duration
        _set(shop, offset)
        _report(offset, as_json)


@clock.command()
@json_option
def show(as_json: bool) -> None:
    """The store's time, and how far it is ahead of the machine's."""
    with opened_shop() as shop:
        _report(shop.counters.refresh(force=True).get(state.CLOCK_OFFSET, 0), as_json)


@clock.command()
@json_option
def reset(as_json: bool) -> None:
    """Go back to the machine's time."""
    with opened_shop() as shop:
        _refuse_outside_sandbox(shop)
        _set(shop, 0)
        _report(0, as_json)


def _refuse_outside_sandbox(shop: Shop) -> None:
    if not shop.config.is_sandbox:
        raise Forbidden(
            "clock.not_sandbox",
            "The clock can be moved in a sandbox only (BANYAN_SANDBOX=1); this store is real.",
        )


def _set(shop: Shop, offset: int) -> None:
    with shop.database.write() as session:
        state.put(session, state.CLOCK_OFFSET, offset)
    shop.counters.refresh(force=True)


def _report(offset: int, as_json: bool) -> None:
    now = kernel_clock.now()
    ahead = f"{timedelta(seconds=offset)} ahead" if offset else "the machine's"
    found = {"now": now, "offset_seconds": offset}
    report(found, f"{now:%Y-%m-%d %H:%M:%S} UTC ({ahead})", as_json=as_json)
