"""Starting the processes that are to be killed."""

import json
import subprocess
import sys
from typing import Any

from core.cli.serving import environment_of
from core.config import ROOT, Config
from tests.integration.crashes.life import Cast

SPAN = 250
"""Statements and commits after which a process is dead at the latest; an order takes about 200."""


def killed(
    config: Config, cast: Cast, *, kills: int, seed: int, seconds: float = 300
) -> dict[str, Any]:
    """Let processes be killed and others go on; the number of orders and what is wrong.

    Raises:
        AssertionError: a process failed otherwise than by being killed; with its words.
    """
    task = {"cast": cast.to_json(), "kills": kills, "seed": seed, "span": SPAN}
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.crashes.killing"],
        cwd=ROOT,
        env=environment_of(config),
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
