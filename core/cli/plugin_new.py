"""``banyan plugin new``: five questions, and a plugin that passes its own tests."""

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import click

from core.authoring.parts import PARTS, check_parts
from core.cli.reporting import json_option, report
from core.kernel.errors import InvalidInput, ShopError

T = TypeVar("T")
_KINDS = ("package", "folder")
_TOOLS = ("hatchling", "editables", "pytest")
"""What builds and tests a plugin; a store that only sells does not have them."""
_OFFER = "\n".join(f"  {part:9} {what}" for part, what in PARTS.items())


@click.command("new", epilog=f"\b\nParts:\n{_OFFER}")
@click.argument("name", required=False)
@click.option("--label-en", help="What merchants call it in English. [NAME in words]")
@click.option("--label-zh", help="What merchants call it in Chinese.")
@click.option("--parts", metavar="PARTS", help="What it has: parts joined by commas, or “all”.")
@click.option("--as", "kind", type=click.Choice(_KINDS), help="Made for pip, or for plugins/.")
@click.option(
    "--where",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to make it in. [here; with --as folder where Banyan looks for plugins]",
)
@click.option("--yes", is_flag=True, help="Ask nothing: what is not said has its default.")
@json_option
def new(
    name: str | None,
    label_en: str | None,
    label_zh: str | None,
    parts: str | None,
    kind: str | None,
    where: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Make a plugin called NAME.

    Asks what is not said: name, labels, parts, and whether pip installs it. Without a terminal, or
    with --json, nothing is asked.
    """
    from core.authoring import scaffolding
    from core.authoring.naming import check_chinese, check_english
    from core.config import load_config
    from core.host.discovery import find_plugins

    config = load_config()
    known = find_plugins(config.plugin_dirs, use_entry_points=config.use_entry_points)
    is_asking = sys.stdin.isatty() and not yes and not as_json

    def answer(
        given: str | None, question: str, default: str | None, check: Callable[[str], T]
    ) -> T:
        if given is not None or not is_asking:
            if given is None and default is None:
                raise click.UsageError("Say what the plugin is called: banyan plugin new NAME.")
            return check(str(default if given is None else given))
        while True:
            try:
                return check(click.prompt(question, default=default).strip())
            except ShopError as error:
                click.echo(str(error), err=True)

    name = answer(name, "Name", None, lambda text: scaffolding.check_free(text, known))
    english = name.replace("_", " ").capitalize()
    label_en = answer(label_en, "Label in English", english, check_english)
    label_zh = answer(label_zh, "Label in Chinese", f"{label_en} 插件", check_chinese)
    if parts is None and is_asking:
        click.echo(_OFFER)
    chosen = answer(parts, "Parts, joined by commas, or all", "block", _parts)
    kind = answer(kind, "As a package for pip, or a folder for plugins/", "package", _kind)
    is_package = kind == "package"
    where = where or (Path() if is_package else config.plugin_dirs[0])
    wish = scaffolding.Wish(name, label_en, label_zh, chosen, is_package, where.resolve())
    files = scaffolding.make(wish, known)
    found = {"name": name, "root": wish.root, "package": wish.package, "parts": wish.parts}
    report({**found, "files": files}, _told(wish.root, files, is_package), as_json=as_json)


def _parts(text: str) -> frozenset[str]:
    words = PARTS if text.strip() == "all" else (word.strip() for word in text.split(","))
    return check_parts(filter(None, words))


def _kind(text: str) -> str:
    found = [kind for kind in _KINDS if text and kind.startswith(text.lower())]
    if not found:
        raise InvalidInput("authoring.kind", "Answer package or folder.", field="kind")
    return found[0]


def _told(root: Path, files: Sequence[Path], is_package: bool) -> str:
    steps = ["banyan plugin check .", "python -m pytest ."]
    if is_package:
        steps.insert(0, "python -m pip install --no-deps --no-build-isolation -e .")
    missing = [name for name in (_TOOLS if is_package else ["pytest"]) if find_spec(name) is None]
    if missing:
        steps.insert(0, f"python -m pip install {' '.join(missing)}")
    lines = [f"{root.name}/", *(f"  {path.relative_to(root).as_posix()}" for path in files)]
    return "\n".join([*lines, "", f"Next, in {root.name}:", *(f"  {step}" for step in steps)])
