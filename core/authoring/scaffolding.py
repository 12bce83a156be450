"""Makes a plugin: the files below ``scaffold/``, filled with what its author answered."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2

import core
from core.authoring.naming import check_chinese, check_english, check_name
from core.authoring.parts import PARTS, check_parts
from core.authoring.tidying import tidied
from core.config import ROOT
from core.host.discovery import Found, clash
from core.host.manifest import Manifest
from core.kernel.errors import Conflict, InvalidInput
from core.kernel.values import dataclass

_SCAFFOLD = Path(__file__).parent / "scaffold"
_TEMPLATES = jinja2.Environment(  # noqa: S701 - source text; nothing here is markup for a browser
    loader=jinja2.FileSystemLoader(_SCAFFOLD),
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    comment_start_string="<#",
    comment_end_string="#>",
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True)
class Wish:
    """What the author answered.

    Args:
        name: of the plugin.
        label_en, label_zh: what merchants call it.
        parts: keys of ``PARTS``.
        is_package: a distribution that pip installs; else a folder for a folder of plugins.
        where: the folder in which it is made.
    """

    name: str
    label_en: str
    label_zh: str
    parts: frozenset[str]
    is_package: bool
    where: Path

    @property
    def package(self) -> str:
        """Its Python package."""
        return f"banyan_{self.name}" if self.is_package else f"plugins.{self.name}"

    @property
    def root(self) -> Path:
        """The folder that is made."""
        folder = f"banyan-{self.name.replace('_', '-')}" if self.is_package else self.name
        return self.where / folder


def check_free(name: str, known: Iterable[Found]) -> str:
    """The name, when no plugin of this installation stands in its way.

    Raises:
        InvalidInput: no name for a plugin.
        Conflict: one has it, or tables of the two would look alike.
    """
    problem = clash(Manifest(check_name(name), "0", Path()), {each.key: each for each in known})
    if problem is not None:
        raise Conflict(
            "authoring.taken", "“%(name)s” cannot be its name: %(why)s", name=name, why=str(problem)
        )
    return name


def make(wish: Wish, known: Iterable[Found] = ()) -> tuple[Path, ...]:
    """Write a plugin's files, all or none; returns them.

    Args:
        wish: what is wanted.
        known: plugins that are there already.

    Raises:
        InvalidInput: an answer that cannot be, or a place that cannot be written to.
        Conflict: the name is taken, or something lies where the plugin would.
    """
    wish = replace(
        wish,
        name=check_free(wish.name, known),
        label_en=check_english(wish.label_en),
        label_zh=check_chinese(wish.label_zh),
        parts=check_parts(wish.parts),
        where=wish.where.resolve(),
    )
    if wish.root.exists():
        raise Conflict(
            "authoring.exists", "There is something at “%(path)s” already.", path=str(wish.root)
        )
    texts = _texts(wish)
    try:
        _write_together(wish.root, texts)
    except OSError as error:
        raise InvalidInput(
            "authoring.where",
            "No plugin can be made in “%(path)s”: %(why)s.",
            field="where",
            path=str(wish.where),
            why=error.strerror or str(error),
        ) from error
    return tuple(wish.root / path for path in sorted(texts))


def _texts(wish: Wish) -> dict[Path, str]:
    """Contents by file, below the plugin's root. A template that stays blank makes no file."""
    values = _values(wish)
    found = {}
    for name in _TEMPLATES.list_templates(extensions=["jinja"]):
        top, _, inner = name.removesuffix(".jinja").partition("/")
        path = Path(wish.package, inner) if wish.is_package and top == "plugin" else Path(inner)
        text = _TEMPLATES.get_template(name).render(values).strip("\n") + "\n"
        if text.strip():
            found[path] = tidied(text) if path.suffix == ".py" else text
    return found


def _values(wish: Wish) -> dict[str, Any]:
    major, minor = core.__version__.split(".")[:2]
    return {
        **{part: part in wish.parts for part in PARTS},
        "name": wish.name,
        "dashed": wish.name.replace("_", "-"),
        "package": wish.package,
        "label_en": wish.label_en,
        "label_zh": wish.label_zh,
        "is_package": wish.is_package,
        "is_in_tree": wish.where.is_relative_to(ROOT),
        "core_range": f">={major}.{minor},<{major}.{int(minor) + 1}",
    }


def _write_together(root: Path, texts: Mapping[Path, str]) -> None:
    """Write into a folder beside, which becomes the plugin's when it is complete."""
    with tempfile.TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as beside:
        made = Path(beside) / root.name
        for path, text in texts.items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_text(text, encoding="utf-8")
        made.rename(root)
