"""Contributions as the code makes them: keys, addresses, access, regions, files, rights."""

import ast
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from inspect import Parameter
from pathlib import Path

from core.api.contributions import SCRIPT_BYTES, STYLE_BYTES
from core.api.regions import Region
from core.authoring.budgets import TEMPLATE_BYTES, packed
from core.authoring.descriptors import Made, made, parameters
from core.authoring.findings import Finding
from core.authoring.source import PluginSource
from core.host.manifest import FILE_NAME

_REGION = "core.api.regions.Region."
_FREE_KEYS = frozenset({"Permission"})  # held by the rule about rights
_ROOTS = {"StorePage": "/x/{name}", "AdminPage": "/admin/x/{name}"}


def check(source: PluginSource) -> Iterator[Finding]:
    """Every descriptor that is made in the code, as far as it can be read without running it."""
    found = list(made(source))
    for item in found:
        yield from _shape(item)
        for rule in _RULES:
            yield from rule(source, item)
    yield from _rights(source, found)


def _shape(item: Made) -> Iterator[Finding]:
    if item.fault:
        yield _at("P312", item, item.fault)
    if not item.is_whole or item.fault:
        return
    for name, parameter in parameters(item.kind).items():
        if parameter.default is Parameter.empty and name not in item.arguments:
            if (item.kind, name) in {("StorePage", "access"), ("AdminPage", "permission")}:
                yield _at("P306", item, f"This {item.kind} does not say who may use it ({name}).")
            else:
                yield _at("P312", item, f"This {item.kind} lacks “{name}”.")


def _keys(source: PluginSource, item: Made) -> Iterator[Finding]:
    if item.kind in _FREE_KEYS or "key" not in item.arguments:
        return
    start = _start(source, item, item.arguments["key"])
    prefix = f"{source.name}."
    if start is not None and not start.startswith(prefix):
        yield _at("P305", item, f"The key “{start}” does not start with “{prefix}”.")


def _addresses(source: PluginSource, item: Made) -> Iterator[Finding]:
    if item.kind not in _ROOTS or "path" not in item.arguments:
        return
    root = _ROOTS[item.kind].format(name=source.name)
    start = _start(source, item, item.arguments["path"])
    if start is not None and start != root and not start.startswith(f"{root}/"):
        yield _at("P307", item, f"The address “{start}” does not start with “{root}”.")


def _access(source: PluginSource, item: Made) -> Iterator[Finding]:
    for kind, name in (("StorePage", "access"), ("AdminPage", "permission")):
        if item.kind == kind and name in item.arguments:
            value = source.text(item.module, item.arguments[name])
            if value is not None and (
                not value or (kind == "StorePage" and value not in {"guest", "member"})
            ):
                yield _at("P306", item, f"“{value}” tells nobody who may use this {kind}.")


def _regions(source: PluginSource, item: Made) -> Iterator[Finding]:
    if item.kind != "Block" or "region" not in item.arguments:
        return
    node = item.arguments["region"]
    meant = item.module.meant(node)
    if meant.startswith(_REGION):
        name = meant.removeprefix(_REGION)
        if name not in Region.__members__:
            near = get_close_matches(name, Region.__members__, 1, cutoff=0.5)
            hint = f"Did you mean “Region.{near[0]}”?" if near else ""
            yield _at("P309", item, f"There is no region “{name}”.", hint)
        return
    text = source.text(item.module, node)
    if text is not None and text not in set(Region):
        near = get_close_matches(text, list(Region), 1, cutoff=0.5)
        hint = f"Did you mean “{near[0]}”?" if near else ""
        yield _at("P309", item, f"There is no region “{text}”.", hint)


def _files(source: PluginSource, item: Made) -> Iterator[Finding]:
    name = source.text(item.module, item.arguments.get("template"))
    if name is not None:
        path = _template(source, name)
        if path is None:
            yield _at("P310", item, f"templates/{name} is not there.")
        elif item.kind == "Block" and (size := packed([path])) > TEMPLATE_BYTES:
            sentence = f"{name} alone has {size} bytes compressed; {TEMPLATE_BYTES} are allowed."
            yield Finding("P703", path, 0, sentence)
    for field, code, limit in (
        ("styles", "P701", STYLE_BYTES),
        ("scripts", "P702", SCRIPT_BYTES),
    ):
        paths = []
        for each in _texts(source, item, field):
            path = source.folder / "static" / each
            if ".." in each or not path.is_file():
                yield _at("P311", item, f"static/{each} is not there.")
            else:
                paths.append(path)
        if paths and (size := packed(paths)) > limit:
            sentence = f"Its {field} have {size} bytes compressed; {limit} are allowed."
            yield _at(code, item, sentence)


def _rights(source: PluginSource, found: Sequence[Made]) -> Iterator[Finding]:
    """Rights of plugin.toml, of ``register_permissions`` and those that pages ask for."""
    path = source.folder / FILE_NAME
    if source.manifest is None:
        return
    named = {
        text: item
        for item in found
        if item.kind == "Permission"
        and (text := source.text(item.module, item.arguments.get("key"))) is not None
    }
    listed = set(source.manifest.permissions)
    if all("key" in item.arguments for item in found if item.kind == "Permission"):
        for key in sorted(set(named) - listed if listed else ()):
            yield _at("P308", named[key], f"plugin.toml does not list the right “{key}”.")
        for key in sorted(listed - set(named)):
            yield Finding("P308", path, 0, f"No code registers the right “{key}”.")
    for item in found:
        wanted = source.text(item.module, item.arguments.get("permission"))
        if wanted and wanted.startswith(f"{source.name}.") and wanted not in named:
            yield _at("P308", item, f"It asks for “{wanted}”, which no code registers.")


_RULES: tuple[Callable[[PluginSource, Made], Iterator[Finding]], ...] = (
    _keys,
    _addresses,
    _access,
    _regions,
    _files,
)


def _template(source: PluginSource, name: str) -> Path | None:
    folder = source.folder / "templates"
    places = (folder / name, folder / source.name / name)
    return next((path for path in places if ".." not in name and path.is_file()), None)


def _texts(source: PluginSource, item: Made, field: str) -> Iterator[str]:
    node = item.arguments.get(field)
    found = source.constant(item.module, node) if node is not None else None
    for each in found.elts if isinstance(found, ast.Tuple | ast.List) else ():
        text = source.text(item.module, each)
        if text is not None:
            yield text


def _start(source: PluginSource, item: Made, node: ast.expr) -> str | None:
    """A text, or what stands before the first place of an f-string that names no constant."""
    found = source.constant(item.module, node)
    if not isinstance(found, ast.JoinedStr):
        return source.text(item.module, found)
    start = ""
    for part in found.values:
        if isinstance(part, ast.Constant):
            start += str(part.value)
            continue
        value = part.value if isinstance(part, ast.FormattedValue) else None
        known = source.text(item.module, value)
        if known is None:
            return start or None
        start += known
    return start


def _at(code: str, item: Made, sentence: str, hint: str = "") -> Finding:
    return Finding(code, item.module.path, item.line, sentence, hint)
