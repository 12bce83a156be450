"""What may be uploaded, which widths are made of it, and how its files are called."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from core.kernel.errors import NotFound
from core.kernel.text import squeeze

MAX_BYTES = 12 * 1024 * 1024
"""Largest upload in bytes."""

MAX_PIXELS = 40_000_000
"""Most pixels an upload may unpack to: a few kilobytes can hold gigabytes of one colour."""

MAX_SIDE = 12_000
"""Longest side in pixels."""

MIN_SIDE = 16
"""Shortest side in pixels that still is a picture."""

SOURCE_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
"""Formats taken, by Pillow's names."""

WIDTHS = (160, 320, 480, 640, 750, 900, 1080)
"""Widths that pages ask for, in pixels."""

JPEG_WIDTHS = (320, 640, 1080)
"""JPEG is for the few browsers without WebP, and for posters and share cards: fewer widths do."""

FORMATS = ("avif", "webp", "jpg")

RECIPE = "1"
"""Part of every content hash; raise it when encoding changes, so that addresses stay immutable."""

_PARTING = str.maketrans("|#", "__")
_SHELF = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{64}-[0-9]{2,4}\.(?:avif|webp|jpg)")


def widths_for(original: int, wanted: Sequence[int] = WIDTHS) -> tuple[int, ...]:
    """Widths to make of a picture ``original`` pixels wide: never wider than it is.

    The picture's own width is added where the next standard width would be too wide and it is
    noticeably (a tenth) wider than the last one made; a tiny picture keeps its own width only.
    """
    fitting = [width for width in wanted if width <= original]
    own = min(original, wanted[-1])
    if not fitting or own > fitting[-1] * 1.1:
        fitting.append(own)
    return tuple(fitting)


def variant_name(content_hash: str, width: int, kind: str) -> str:
    """Path of a variant below the uploads folder, with forward slashes."""
    return f"{content_hash[:2]}/{content_hash}-{width}.{kind}"


def checked_path(shelf: str, name: str) -> str:
    """The relative path that an address below ``/media`` stands for.

    Raises:
        NotFound: not an address that this store ever gave out.
    """
    if _SHELF.fullmatch(shelf) and _FILE.fullmatch(name) and name.startswith(shelf):
        return f"{shelf}/{name}"
    raise NotFound("media.unknown", "There is no such picture.")


def clean_filename(name: str) -> str:
    """An uploaded file's name without folders and odd characters, at most 160 characters.

    The signs that part names in lists of pictures become underscores.
    """
    last = PurePath(name.replace("\\", "/")).name
    return squeeze(last).translate(_PARTING)[-160:] or "picture"
