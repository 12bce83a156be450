"""Where a template comes from: customisation, theme, parents, plugin, in that order."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jinja2
from jinja2.loaders import split_template_path

PLUGIN_PREFIX = "plugins/"


class LayeredLoader(jinja2.BaseLoader):
    """Finds templates through the layers of a theme.

    A plugin's own templates are called ``plugins/<name>/<file>``; a theme may bring a file of the
    same name to change them.

    Args:
        folders: template folders, most important first.
        plugins: template folders of plugins by name, asked at each look-up.
    """

    def __init__(self, folders: Sequence[Path], plugins: Callable[[], Mapping[str, Path]]) -> None:
        self._folders = tuple(folders)
        self._plugins = plugins

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The source of the first file found.

        Raises:
            TemplateNotFound: no layer has it.
        """
        path = self.find(template)
        if path is None:
            raise jinja2.TemplateNotFound(template)
        stamp = path.stat().st_mtime_ns

        def is_fresh() -> bool:
            try:
                return self.find(template) == path and path.stat().st_mtime_ns == stamp
            except OSError:
                return False

        return path.read_text(encoding="utf-8"), str(path), is_fresh

    def find(self, template: str) -> Path | None:
        """The file behind a template name, or ``None``."""
        pieces = split_template_path(template)
        for folder in self._candidates(pieces):
            if folder.is_file():
                return folder
        return None

    def list_templates(self) -> list[str]:
        """Names of every template of every layer, plugins' included."""
        roots: list[tuple[str, Path]] = [("", folder) for folder in self._folders]
        roots += [(f"{PLUGIN_PREFIX}{name}/", folder) for name, folder in self._plugins().items()]
        return sorted(
            {
                prefix + path.relative_to(root).as_posix()
                for prefix, root in roots
                for path in root.glob("**/*")
                if path.is_file()
            }
        )

    def _candidates(self, pieces: list[str]) -> list[Path]:
        found = [folder.joinpath(*pieces) for folder in self._folders]
        if len(pieces) > 2 and pieces[0] == PLUGIN_PREFIX.rstrip("/"):
            own = self._plugins().get(pieces[1])
            if own is not None:
                found.append(own.joinpath(*pieces[2:]))
        return found
