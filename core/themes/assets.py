"""Style sheets, scripts, fonts and icons under names that hold the hash of their content.

A file's address changes when its content does, so browsers may keep it for good. References in
style sheets (``url(…)``) are rewritten to such addresses.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from markupsafe import Markup

from core.kernel.values import dataclass

_URL = re.compile(r"url\(\s*([\"']?)(?!data:|/|https?:|#)([^\"')]+)\1\s*\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s*\n\s*")
_TYPES = {
    ".woff2": "font/woff2",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
_HASH_LENGTH = 10


@dataclass(frozen=True)
class Asset:
    """A file as it is sent.

    Args:
        file: name with its hash, below the shelf's prefix.
        packed: the body compressed with gzip, when that makes it smaller.
    """

    file: str
    body: bytes
    mimetype: str
    packed: bytes | None


class Shelf:
    """The assets of one theme, plugin or face.

    Args:
        prefix: address below which they are served, such as ``/static/t/qingshan``.
        folders: where files are looked for, most important first.
        bundles: name → function that gives a composed text file, such as a theme's style sheet.
    """

    def __init__(
        self,
        prefix: str,
        folders: Sequence[Path],
        bundles: dict[str, Callable[[], str]] | None = None,
        *,
        is_debug: bool = False,
    ) -> None:
        self.prefix = prefix
        self._folders = tuple(folders)
        self._bundles = bundles or {}
        self._is_debug = is_debug
        self._assets: dict[str, Asset] = {}

    def url(self, name: str) -> str:
        """Address of a file.

        Raises:
            KeyError: no folder has it.
        """
        asset = self._asset(name)
        return f"{self.prefix}/{asset.file}"

    def get(self, file: str) -> Asset | None:
        """The asset behind a served name; an outdated hash finds the present content."""
        path = PurePosixPath(file)
        stem, _, digest = path.stem.rpartition(".")
        if not stem or len(digest) != _HASH_LENGTH:
            return None
        try:
            return self._asset(str(path.with_name(stem + path.suffix)))
        except KeyError:
            return None

    def find(self, name: str) -> Path | None:
        """The file behind a name, or ``None``."""
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/"):
            return None
        for folder in self._folders:
            path = folder.joinpath(*parts)
            if path.is_file():
                return path
        return None

    def text(self, name: str) -> str:
        """A text file as it lies there."""
        path = self.find(name)
        if path is None:
            raise KeyError(name)
        return path.read_text(encoding="utf-8")

    def _asset(self, name: str) -> Asset:
        known = self._assets.get(name)
        if known is None or self._is_debug:
            known = self._assets[name] = self._load(name)
        return known

    def _load(self, name: str) -> Asset:
        suffix = PurePosixPath(name).suffix
        if name in self._bundles:
            body = self._bundles[name]().encode()
        else:
            path = self.find(name)
            if path is None:
                raise KeyError(name)
            body = path.read_bytes()
        if suffix == ".css":
            body = self._rewrite(name, body.decode()).encode()
        mimetype = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = None
        if mimetype.startswith("text/") or mimetype == "image/svg+xml":
            packed = gzip.compress(body, 9, mtime=0)
        file = str(PurePosixPath(name).with_suffix(f".{fingerprint(body)}{suffix}"))
        return Asset(file, body, mimetype, packed if packed and len(packed) < len(body) else None)

    def _rewrite(self, name: str, text: str) -> str:
        base = PurePosixPath(name).parent

        def address(match: re.Match[str]) -> str:
            target = match.group(2)
            try:
                return f"url({self.url(str(base / target))})"
            except KeyError:
                return match.group(0)

        return _SPACE.sub("", _COMMENT.sub("", _URL.sub(address, text)))


def fingerprint(body: bytes) -> str:
    """The hash that goes into a file's name."""
    return hashlib.sha256(body).hexdigest()[:_HASH_LENGTH]


class Icons:
    """Inline SVG icons of a theme, read once.

    Args:
        folders: icon folders, most important first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._known: dict[str, Markup] = {}

    def icon(self, name: str, filled: bool = False) -> Markup:
        """The SVG of an icon for the page; an unknown name is an empty square of the same size."""
        key = f"{'filled' if filled else 'outline'}/{name}"
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(key)
        return known

    def _read(self, key: str) -> Markup:
        is_plain = re.fullmatch(r"[a-z]+/[a-z0-9-]+", key) is not None
        for folder in self._folders if is_plain else ():
            path = folder / f"{key}.svg"
            if path.is_file():
                return Markup(_clean(path.read_text(encoding="utf-8")))  # noqa: S704 (theme's file)
        return Markup('<svg class="ic" viewBox="0 0 24 24" aria-hidden="true"></svg>')


def _clean(svg: str) -> str:
    """The SVG element without what the page's style sheet sets."""
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    start = svg.index("<svg")
    inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", svg[start:])
    inner = re.sub(r'\s(class|width|height|xmlns|aria-hidden)="[^"]*"', "", inner)
    inner = re.sub(r"\s*\n\s*", " ", inner).replace("> <", "><").strip()
    return inner.replace("<svg", '<svg class="ic" aria-hidden="true"', 1)
