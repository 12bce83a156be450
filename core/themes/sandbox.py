"""The sandbox templates run in, and what is settled while they are compiled.

A sandbox that asks about every attribute costs a page more than its own work. Here attributes of
frozen value objects are given out at once, trusted functions are called at once, what is safe
already is not copied to be shown, and texts and icons named by constants become part of the
compiled template. Everything else goes Jinja's way.
"""

import re
from collections.abc import Callable, MutableMapping
from enum import Enum
from pathlib import Path
from typing import Any, cast

import jinja2
import jinja2.sandbox
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext, Macro, Undefined
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from core.kernel.values import is_frozen
from core.themes.plugin_words import PluginWords

_ALLOWED = """
    abs batch capitalize count d default dictsort e escape first float format groupby int items join
    last length list lower map max min reject rejectattr replace reverse round select selectattr
    slice sort string sum title trim truncate unique upper urlencode wordcount
"""
FILTERS = frozenset(_ALLOWED.split())
"""Jinja's own filters that templates may use; the display filters come on top. No ``safe``."""

_GETTEXT = frozenset({"_", "gettext"})
FILL = "fill_text_"
"""Name under which templates call the function that fills a translated text."""
COMPILED = "2"
"""Changes with the way templates are compiled here: those kept by another way are left alone."""
_MACHINERY = (TemplateModule, LoopContext)

_special = re.compile("[&<>\"']").search
"""Finds what must be escaped; most texts have none, and asking is quicker than a copy."""

_AS_THEY_ARE = frozenset({int, float, Markup})

Fold = Callable[..., str]


def fill_text(text: str, **params: Any) -> Markup:
    """A translated text with its places filled; what is put in is escaped."""
    given = {
        name: value if type(value) in _AS_THEY_ARE else escape(value)
        for name, value in params.items()
    }
    return Markup(text % given)  # noqa: S704 (texts are ours)


def shown(value: Any) -> str:
    """What a template writes for a value: escaped, unless it is markup."""
    kind = type(value)
    if kind is Markup:
        return cast(str, value)
    if kind is str:
        return cast(str, value) if _special(value) is None else escape(value)
    return str(value) if kind is int else escape(value)


class _Generator(CodeGenerator):
    """Compiles templates that write through :func:`shown`, found on their environment."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        is_settled = frame.eval_ctx.autoescape and not frame.eval_ctx.volatile
        if not is_settled or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class ThemeEnvironment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """The sandbox: no writes to values, no private names, listed filters only.

    ``{% include "./part.html" %}`` means a file beside the including one.

    Attributes:
        trusted: functions of ours that templates call; they take plain arguments.
        with_page: the trusted ones that get the page's context first.
        folds: functions whose calls with constants are worked out while compiling.
        words_of: from a plugin's name to what folds the texts in its templates.
        kept: rendered pieces by the values they show.
        shown_by: what templates of plugins show, as ``core.web.alike`` found out.
    """

    code_generator_class = _Generator
    shown = staticmethod(shown)
    trusted: frozenset[Any] = frozenset()
    with_page: frozenset[Any] = frozenset()
    folds: dict[str, Fold] = {}
    words_of: Callable[[str], Fold] = staticmethod(lambda _plugin: str)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[Any, Markup] = {}
        self.shown_by: dict[str, Any] = {}
        self._ready: dict[tuple[str, str | None], jinja2.Template] = {}

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
    ) -> jinja2.Template:
        """A template; asked for again it is found at once, as long as files are not watched."""
        if self.auto_reload or globals or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        known = self._ready.get((name, parent))
        if known is None:
            known = self._ready[name, parent] = super().get_template(name, parent)
        return known

    def join_path(self, template: str, parent: str) -> str:
        """Resolve a name that starts with ``./`` beside its parent."""
        if not template.startswith("./"):
            return template
        return parent.rpartition("/")[0] + template[1:]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute; of a frozen value object without further questions."""
        kind = type(obj)
        is_plain = _plain.get(kind)
        if is_plain is None:
            is_plain = _plain[kind] = _is_plain(kind)
        if is_plain and attribute[0] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call what a template calls; macros and our own functions at once."""
        if type(__obj) is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(__context.eval_ctx, *args, **kwargs)
        try:
            is_trusted = __obj in __self.trusted
        except TypeError:
            is_trusted = False
        if is_trusted:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            if __obj in __self.with_page:
                return __obj(__context, *args, **kwargs)
            return __obj(*args, **kwargs)
        return super().call(__context, __obj, *args, **kwargs)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names of every template: one plain dictionary, unless a template brings its own."""
        return {**self.globals, **d} if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if name is None or not name.startswith("plugins/"):
            return cast(nodes.Template, _Folder(self.folds).visit(tree))
        plugin = name.split("/")[1]
        folds = {**self.folds, "gettext": self.words_of(plugin)}
        return cast(nodes.Template, PluginWords(plugin).visit(_Folder(folds).visit(tree)))


_plain: dict[type, bool] = {}


def _is_plain(kind: type) -> bool:
    """Whether every public attribute of a type may be read: frozen values and Jinja's own parts."""
    if issubclass(kind, _MACHINERY):
        return True
    if issubclass(kind, Enum | str | Undefined):
        return False  # texts have ``format``; undefined names must complain in their own way
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return True
    return is_frozen(kind)


class _Folder(NodeTransformer):
    """Replaces calls with constant arguments by what they give."""

    def __init__(self, folds: dict[str, Fold]) -> None:
        self._folds = folds

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Fold ``_("text")`` and the declared functions."""
        self.generic_visit(node, *args, **kwargs)
        target = node.node
        if not isinstance(target, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        is_text = target.name in _GETTEXT
        fold = self._folds.get("gettext" if is_text else target.name)
        constants = [each.value for each in node.args if isinstance(each, nodes.Const)]
        if fold is None or len(constants) != len(node.args):
            return node
        if is_text and node.kwargs:
            known = nodes.Const(fold(*constants))
            return nodes.Call(
                nodes.Name(FILL, "load"), [known], node.kwargs, None, None, lineno=node.lineno
            )
        named = {each.key: each.value for each in node.kwargs}
        if not all(isinstance(value, nodes.Const) for value in named.values()):
            return node
        values = {key: cast(nodes.Const, value).value for key, value in named.items()}
        text = str(fold(*constants, **values))
        shown = text.replace("%%", "%") if is_text else text
        return nodes.MarkSafe(nodes.Const(shown), lineno=node.lineno)


def new_environment(
    loader: jinja2.BaseLoader, cache: Path | None, *, is_debug: bool
) -> ThemeEnvironment:
    """A sandboxed environment that compiles each template once.

    Args:
        loader: where templates come from.
        cache: folder for compiled templates that later processes start from; its name must change
            with everything that is folded into them.
        is_debug: look for changed files at each use, and fail on unknown names.
    """
    bytecode = None
    if cache is not None and not is_debug:
        cache.mkdir(parents=True, exist_ok=True)
        bytecode = jinja2.FileSystemBytecodeCache(str(cache))
    env = ThemeEnvironment(
        loader=loader,
        autoescape=True,
        cache_size=-1,
        auto_reload=is_debug,
        bytecode_cache=bytecode,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined if is_debug else jinja2.Undefined,
    )
    env.filters = {name: call for name, call in env.filters.items() if name in FILTERS}
    return env
