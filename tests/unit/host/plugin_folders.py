"""Plugins written to a folder by a test, each under a name of its own."""

import itertools
import textwrap
from pathlib import Path

_numbers = itertools.count(1)


def write_plugin(
    folder: Path, code: str = "", *, name: str | None = None, toml: str = "", **files: str
) -> str:
    """Write a plugin and return its name; imported modules stay, so names are never used twice."""
    name = name or f"written_{next(_numbers)}"
    home = folder / name
    home.mkdir(parents=True)
    (home / "plugin.toml").write_text(toml or f'name = "{name}"\nversion = "1.0"\n')
    (home / "plugin.py").write_text(_HEAD + textwrap.dedent(code).replace("NAME", name))
    for path, text in files.items():
        (home / f"{path}.py").write_text(textwrap.dedent(text).replace("NAME", name))
    return name


_HEAD = """
from core.api.contributions import *
from core.api.errors import Rejected
from core.api.hooks import hookimpl
"""
