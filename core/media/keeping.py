"""Files that a plugin makes and keeps: under names of its own, written whole or not at all.

They lie below the uploads folder, where no address leads to them: a view hands them out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.kernel.errors import InvariantError, NotFound
from core.kernel.ids import new_token

FOLDER = "plugins"
_NAME = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*\.[a-z0-9]{1,8}")
_PLUGIN = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True)
class Files:
    """The files of one plugin.

    A name is of small letters, digits, ``_`` and ``-``, with folders parted by ``/``, and has an
    ending, such as ``ab/ab12.jpg``.
    """

    folder: Path

    @classmethod
    def of(cls, uploads: Path, plugin: str) -> "Files":
        """The files of a plugin below the uploads folder."""
        if not _PLUGIN.fullmatch(plugin):
            raise InvariantError("media.plugin", "“%(name)s” is no plugin.", name=plugin)
        return cls(uploads / FOLDER / plugin)

    def keep(self, name: str, data: bytes) -> None:
        """Write a file; it is there with all of its bytes, or it is not there."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{new_token(6)}.part")
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Where a file lies, to be sent or read.

        Raises:
            NotFound: there is none.
        """
        path = self._path(name)
        if not path.is_file():
            raise NotFound("media.file", "There is no such file.")
        return path

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        return self._path(name).is_file()

    def remove(self, name: str) -> None:
        """Take a file away; nothing happens when it is gone already."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Every file there is, by folders."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and _NAME.fullmatch(name):
                yield name

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InvariantError("media.name", "“%(name)s” is no name for a file.", name=name)
        return self.folder / name
