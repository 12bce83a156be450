"""Reading a CSV file as lines, whatever spreadsheet program wrote it.

UTF-8 with or without a byte-order mark, or GB18030, as Chinese Excel writes; comma, semicolon or
tab; plain or gzip. A file is read as a stream, any number of times.
"""

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from core.catalog.importing.formulas import unescaped
from core.catalog.importing.types import Line
from core.kernel.errors import NotFound, Rejected
from core.kernel.ids import new_token
from core.kernel.text import squeeze

MOST_BYTES = 20 * 1024 * 1024
"""Largest upload in bytes; files named on the command line may be larger."""

_BLOCK = 1 << 16
_HASH = re.compile(r"[0-9a-f]{64}")


class CsvSource:
    """A CSV file with a head.

    Args:
        name: for people.
        opener: opens the file's bytes anew, decompressed.

    Raises:
        Rejected: empty, neither UTF-8 nor GB18030, or a head with a column twice.
    """

    def __init__(self, name: str, opener: Callable[[], BinaryIO]) -> None:
        self.name = Path(name).name
        self._opener = opener
        self.content_hash, self._encoding = self._survey()
        with self._text() as text:
            first = text.readline()
            self._delimiter = max(",;\t", key=first.count)
        self.columns = self._head()

    @classmethod
    def of_file(cls, path: Path) -> "CsvSource":
        """A file on this machine; ``.gz`` is unpacked.

        Raises:
            Rejected: it cannot be read, or see the class.
        """

        def opener() -> BinaryIO:
            return (
                cast("BinaryIO", gzip.GzipFile(path)) if path.suffix == ".gz" else path.open("rb")
            )

        try:
            return cls(path.name, opener)
        except (OSError, EOFError) as error:
            raise Rejected(
                "import.unreadable", "“%(name)s” cannot be read.", name=path.name
            ) from error

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> "CsvSource":
        """An upload.

        Raises:
            Rejected: larger than :data:`MOST_BYTES`, or see the class.
        """
        if len(data) > MOST_BYTES:
            raise Rejected(
                "import.too_big",
                "The file is larger than %(limit)s MB.",
                limit=MOST_BYTES // 1024 // 1024,
            )
        return cls(name, lambda: io.BytesIO(data))

    @classmethod
    def keep(cls, folder: Path, name: str, data: bytes) -> "CsvSource":
        """Keep an upload between its preview and its import, under its content hash.

        Raises:
            Rejected: see :meth:`of_bytes`.
        """
        source = cls.of_bytes(name, data)
        path = folder / f"{source.content_hash}.csv"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{new_token(6)}.part")
            part.write_bytes(data)
            part.replace(path)
        return source

    @classmethod
    def kept(cls, folder: Path, name: str, content_hash: str) -> "CsvSource":
        """An upload that was kept.

        Raises:
            NotFound: it is not there (any more).
        """
        path = folder / f"{content_hash}.csv"
        if not _HASH.fullmatch(content_hash) or not path.is_file():
            raise NotFound("import.gone", "The file is no longer here. Upload it again.")
        return cls(name, lambda: path.open("rb"))

    def lines(self) -> Iterator[Line]:
        """Every line below the head, with its number in the file.

        Raises:
            Rejected: the file breaks off or a cell has no end; the sentence names the line.
        """
        with self._text() as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            try:
                next(reader)
                before = reader.line_num
                for cells in reader:
                    yield self._line(before + 1, cells)
                    before = reader.line_num
            except (csv.Error, EOFError, OSError) as error:
                raise Rejected(
                    "import.broken",
                    "The file cannot be read from line %(line)s on.",
                    line=reader.line_num + 1,
                ) from error

    def _line(self, no: int, cells: list[str]) -> Line:
        if not any(cell.strip() for cell in cells):
            return Line(no, {}, fault="line.blank")
        width = len(self.columns)
        content = dict(zip(self.columns, map(unescaped, cells), strict=False))
        surplus = [cell for cell in cells[width:] if cell.strip()]
        if len(cells) < width or surplus:
            content.update({f"+{n}": cell for n, cell in enumerate(surplus, 1)})
            return Line(no, content, fault="line.cells")
        return Line(no, content)

    def _head(self) -> tuple[str, ...]:
        with self._text() as text:
            try:
                cells = next(csv.reader(text, delimiter=self._delimiter), [])
            except csv.Error as error:
                raise Rejected("import.head", "The first line must name the columns.") from error
        names = [squeeze(cell) for cell in cells]
        while names and not names[-1]:
            names.pop()
        if not names or not all(names):
            raise Rejected("import.head", "The first line must name the columns.")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise Rejected(
                "import.column_twice", "Two columns are called “%(column)s”.", column=twice
            )
        return tuple(names)

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._opener(), encoding=self._encoding, newline="")

    def _survey(self) -> tuple[str, str]:
        """The hash of all bytes, and the encoding they are in."""
        digest = hashlib.sha256()
        checks = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")}
        with self._opener() as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                checks = {name: check for name, check in checks.items() if _decodes(check, block)}
        fitting = [name for name, check in checks.items() if _decodes(check, b"", is_last=True)]
        if not fitting:
            raise Rejected(
                "import.encoding", "The file is no text: save it as CSV in UTF-8 or GBK."
            )
        return digest.hexdigest(), fitting[0]


def _decodes(check: codecs.IncrementalDecoder, block: bytes, *, is_last: bool = False) -> bool:
    try:
        return "\0" not in check.decode(block, is_last)
    except UnicodeDecodeError:
        return False
