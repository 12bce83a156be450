"""Renders one plugin's blocks: ``python -m`` … ``PLACE NAME PACKAGE FOLDER``.

What ``banyan plugin check`` runs in a process of its own. The plugin is switched on in a store that
lies in PLACE, with what it requires; everything happens there once, and every page is opened. What
came of it is written to ``answer.json`` in PLACE. Needs no pytest.
"""

import json
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.api.testing import costs
from core.api.testing.case import Case
from core.api.testing.driving import Outbox, StoreClock
from core.api.testing.faces import signed_in
from core.api.testing.making import Maker
from core.api.testing.plugging import put
from core.api.testing.story import play, settle_facts
from core.config import Config, load_config
from core.db import migrate
from core.host.discovery import Found, by_requirements, find_plugins
from core.host.loading import load_plugin, new_manager
from core.host.manifest import read_manifest
from core.host.shop import Shop, open_shop

_BLOCK = "block:"


def main(place: Path, name: str, package: str, folder: Path) -> None:
    """Weigh the plugin in ``folder`` and write down what came of it."""
    needed = _needed(Found(read_manifest(folder), package, key=name))
    if not package.startswith("plugins."):
        sys.path.insert(0, str(folder.parents[package.count(".")]))
    try:
        told = _weighed(place, name, needed, is_early=True)
    except Exception:  # noqa: BLE001 - a plugin may keep the story from happening, by its rights
        told = _weighed(place, name, needed, is_early=False)
    answer = place / "answer.part"
    answer.write_text(json.dumps(told), encoding="utf-8")
    answer.rename(place / "answer.json")


def _needed(own: Found) -> list[Found]:
    """The plugin after those it requires, of the folder beside it, the installation and pip."""
    if not own.manifest.required_names:
        return [own]
    folders = (own.manifest.folder.parent, *load_config().plugin_dirs)
    known = {item.key: item for item in find_plugins(folders, use_entry_points=True)}
    wanted, open_names = {own.key: own}, list(own.manifest.required_names)
    while open_names:
        name = open_names.pop()
        if name in known and name not in wanted:
            wanted[name] = known[name]
            open_names += known[name].manifest.required_names
    return by_requirements(wanted.values())


def _weighed(place: Path, name: str, needed: list[Found], *, is_early: bool) -> dict[str, Any]:
    """What the plugin's blocks weigh and ask.

    Args:
        place: an empty folder.
        name: of the plugin.
        needed: what is loaded, the plugin last.
        is_early: whether it is on while the story happens, or only when it is looked at.
    """
    with _store(place) as shop:
        manager = new_manager()
        for item in needed:
            loaded = load_plugin(item, manager)
            if loaded.quarantine is not None:
                return {"unusable": str(loaded.quarantine)}
            put(shop, item.key, loaded)
        if is_early:
            _switch_on(shop, needed)
        maker, clock, outbox = Maker(shop), StoreClock(shop), Outbox(shop)
        story, owner = play(shop, maker, clock), maker.staff()
        settle_facts(shop, clock, outbox)
        _switch_on(shop, needed)

        def open_app() -> Any:
            from core.app import create_app

            return create_app(shop=shop)

        app = open_app()
        case = Case(
            shop,
            name,
            maker,
            clock,
            outbox,
            open_app,
            lambda who, realm="member": signed_in(shop, app, who, realm),
            story,
            owner,
        )
        return _looked_at(case, app)


def _looked_at(case: Case, app: Any) -> dict[str, Any]:
    with (
        costs.statements_of(case.shop, case.name) as most,
        costs.weighed_blocks(case.name) as weights,
    ):
        for _ in case.walk(app):
            pass
    faults = dict(_last_lines(case))
    keys = [block.key for block in case.loaded.contributions.blocks]
    return {
        "unusable": "",
        "weights": weights,
        "statements": {
            hook.removeprefix(_BLOCK): count
            for hook, count in most.items()
            if hook.startswith(_BLOCK)
        },
        "allowed_statements": costs.STATEMENTS["block"],
        "faults": faults,
        "unseen": [key for key in keys if key not in weights and key not in faults],
    }


def _last_lines(case: Case) -> Iterator[tuple[str, str]]:
    for fault in case.faults():
        hook, _, error = fault.partition(": ")
        if hook.startswith(_BLOCK):
            yield hook.removeprefix(_BLOCK), error.strip().splitlines()[-1]


def _switch_on(shop: Shop, needed: list[Found]) -> None:
    for item in needed:
        shop.plugins.install(item.key, "check")
        shop.plugins.enable(item.key, "check")


@contextmanager
def _store(place: Path) -> Iterator[Shop]:
    """An empty store without plugins."""
    instance = place / "instance"
    shutil.rmtree(instance, ignore_errors=True)
    instance.mkdir()
    config = Config(
        instance=instance,
        database_url=f"sqlite:///{instance / 'store.db'}",
        redis_url="",
        secret_key=secrets.token_hex(16),
        is_sandbox=True,
        is_safe_mode=False,
        plugin_dirs=(),
        base_url="",
        trusted_proxies=0,
        use_entry_points=False,
    )
    shop = open_shop(config)
    try:
        migrate.upgrade(shop.database.engine)
        yield shop
    finally:
        shop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
