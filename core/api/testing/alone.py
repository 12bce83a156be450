"""Boots one plugin, and those it requires, in a process of its own: ``python -m`` … ``NAME``.

Prints why it cannot take part; nothing when it can.
"""

import sys
from pathlib import Path

from core.host.discovery import find_plugins
from core.host.loading import load_plugin, new_manager


def main(name: str, folders: list[str]) -> int:
    """Load a plugin and what it requires, and nothing else."""
    found = {
        item.manifest.name: item
        for item in find_plugins([Path(each) for each in folders], use_entry_points=True)
    }
    if name not in found:
        print(f"{name} was not found")  # noqa: T201
        return 1
    manager = new_manager()
    for each in (*found[name].manifest.required_names, name):
        loaded = load_plugin(found[each], manager)
        if loaded.quarantine is not None:
            print(f"{each}: {loaded.quarantine}")  # noqa: T201
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
