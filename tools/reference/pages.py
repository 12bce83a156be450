"""Every page of the reference by the name of its file, and what is on the disk instead."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tools.reference import api, commands, events, hooks, permissions, regions, settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "plugins" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "hooks.md": hooks.page,
    "events.md": events.page,
    "regions.md": regions.page,
    "settings.md": settings.page,
    "permissions.md": permissions.page,
    "commands.md": commands.page,
    "api.md": api.page,
    **{name: partial(api.module_page, module) for module, name in api.LARGE.items()},
    "testing.md": api.testing_page,
}


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of pages that are missing, out of date, or made by nobody."""
    known = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    made = {name: page() for name, page in PAGES.items()}
    return sorted(name for name in {*known, *made} if known.get(name) != made.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder in line with the code; returns the names of what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = stale(folder)
    for name in changed:
        if name in PAGES:
            (folder / name).write_text(PAGES[name](), encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed
