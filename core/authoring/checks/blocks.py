"""Blocks as they are seen: their weight, their statements, and whether they can be rendered.

The only rule that runs a plugin's code. It does so in a process of its own, on a store that is
thrown away, so that whatever the plugin does at import stays there.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.authoring.budgets import TEMPLATE_BYTES
from core.authoring.descriptors import made
from core.authoring.findings import Finding
from core.authoring.source import PluginSource
from core.kernel.values import dataclass

PATIENCE_SECONDS = 300
_PROGRAM = "core.api.testing.weighing"  # started, not imported: it opens a whole store


@dataclass(frozen=True)
class Seen:
    """What came of rendering a plugin's blocks.

    Args:
        findings: what is wrong with them.
        unseen: keys of blocks that stayed away from every page, so that nothing could be weighed.
    """

    findings: tuple[Finding, ...] = ()
    unseen: tuple[str, ...] = ()


def render(source: PluginSource) -> Seen:
    """Show every page of a store in which everything happened once, and look at each block."""
    lines = {
        source.text(item.module, item.arguments.get("key")): (item.module.path, item.line)
        for item in made(source)
        if item.kind == "Block"
    }
    if not lines or source.manifest is None:
        return Seen()
    told = _asked(source)
    entry = (source.folder / "plugin.py", 0)
    if told["unusable"]:
        sentence = f"Its blocks cannot be rendered: {told['unusable']}"
        return Seen((Finding("P706", *entry, sentence),))
    found = tuple(
        Finding(code, *lines.get(key, entry), sentence) for code, key, sentence in _wrong(told)
    )
    return Seen(found, tuple(told["unseen"]))


def _wrong(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Code, key and sentence of what is wrong with a block."""
    for key, size in sorted(told["weights"].items()):
        if size > TEMPLATE_BYTES:
            sentence = f"“{key}” renders {size} bytes compressed; {TEMPLATE_BYTES} are allowed."
            yield "P704", key, sentence
    allowed = told["allowed_statements"]
    for key, count in sorted(told["statements"].items()):
        if count > allowed:
            yield "P705", key, f"“{key}” makes {count} statements; {allowed} is allowed."
    for key, why in sorted(told["faults"].items()):
        yield "P706", key, f"“{key}” cannot be rendered: {why}"


def _asked(source: PluginSource) -> Mapping[str, Any]:
    """What the process that renders them tells."""
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place) / "answer.json"
        argv = [sys.executable, "-m", _PROGRAM, place, source.name, source.package]
        environ = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            done = subprocess.run(
                [*argv, str(source.folder)],
                env=environ,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"unusable": f"it did not come back within {PATIENCE_SECONDS} seconds."}
        if answer.is_file():
            told: Mapping[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
            return told
        last = (done.stderr.strip() or f"it ended with {done.returncode}").splitlines()[-1]
        return {"unusable": last}
