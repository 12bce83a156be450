"""A filling that was killed is ended by the next start, or is refused with what to do about it."""

import pytest
import sqlalchemy as sa

from core.demo.store import Filler
from core.host.host import Standing
from core.host.models import PluginChange
from core.kernel.errors import ConfigError
from core.replay.player import Player


class Killed(BaseException):
    """The process ends here."""


def killed_at(monkeypatch, place, name):
    """Let the process end when it comes to this method."""

    def end(*_arguments, **_named):
        raise Killed

    monkeypatch.setattr(place, name, end)


def quiet(_line):
    """Say nothing."""


def fill_until(monkeypatch, shop, place, name):
    with monkeypatch.context() as patch:
        killed_at(patch, place, name)
        with pytest.raises(Killed):
            Filler(shop, quiet).fill()


def test_plugins_installed_before_the_kill_take_part_in_the_month(shop, monkeypatch):
    fill_until(monkeypatch, shop, Filler, "_has_products")
    assert shop.plugins.standings()["distribution"] is Standing.DISABLED
    Filler(shop, quiet).fill()
    with shop.database.read() as session:
        changes = session.scalars(
            sa.select(PluginChange.kind)
            .where(PluginChange.plugin == "distribution")
            .order_by(PluginChange.id)
        ).all()
    assert changes == ["installed", "enabled", "disabled"]
    assert shop.plugins.standings()["distribution"] is Standing.DISABLED


def test_a_month_cut_short_is_never_opened_as_a_filled_store(shop, monkeypatch):
    fill_until(monkeypatch, shop, Player, "_move_parcels")
    for _start in range(2):
        with pytest.raises(ConfigError, match="halfway") as refused:
            Filler(shop, quiet).fill()
        assert str(shop.config.instance) in str(refused.value)


def test_a_store_that_was_filled_opens_again(shop):
    Filler(shop, quiet).fill()
    Filler(shop, quiet).fill()
    assert not list(shop.config.instance.glob("*filling*"))
