"""Plugins made for measuring: folders like any plugin's, found by ``BANYAN_PLUGIN_DIRS``."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.store import ACTOR, Bench
from core.config import ROOT
from core.host.shop import Shop, open_shop

_MANIFEST = """name = "{name}"
version = "1.0.0"
core = ">=0.1"

[label]
en = "{name}"
zh = "{name}"
"""


@dataclass(frozen=True)
class Made:
    """A shop that knows the plugins that were made, and how to start processes that do."""

    shop: Shop
    environ: Mapping[str, str]

    def switch(self, names: Sequence[str], *, is_on: bool) -> None:
        """Switch plugins on or off, as a merchant does."""
        for name in names:
            (self.shop.plugins.enable if is_on else self.shop.plugins.disable)(name, ACTOR)


@contextmanager
def made(bench: Bench, folder: Path, plugins: Mapping[str, Mapping[str, str]]) -> Iterator[Made]:
    """Plugins installed and switched off; gone with all their data when the block ends.

    Args:
        bench: the store.
        folder: where theirs are made.
        plugins: by name, the text of each file by its path.
    """
    for name, files in plugins.items():
        for path, text in {"plugin.toml": _MANIFEST.format(name=name), **files}.items():
            file = folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    dirs = (ROOT / "plugins", folder)
    shop = open_shop(replace(bench.config, plugin_dirs=dirs))
    try:
        for name in plugins:
            if (fault := shop.plugins.plugins[name].quarantine) is not None:
                raise fault
            shop.plugins.install(name, ACTOR)
        yield Made(shop, {**bench.environ, "BANYAN_PLUGIN_DIRS": os.pathsep.join(map(str, dirs))})
    finally:
        for name in plugins:
            if name in shop.plugins.snapshot().rows:
                shop.plugins.disable(name, ACTOR)
                shop.plugins.uninstall(name, ACTOR)
                shop.plugins.remove_data(name, ACTOR)
        shop.close()
