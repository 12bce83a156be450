"""Pictures on posters: cut to their boxes, with round corners, and what stands for missing ones."""

import io
import zlib
from functools import lru_cache

from PIL import Image, ImageDraw

from plugins.poster.rules.clusters import clean, clusters
from plugins.poster.rules.fitting import UNKNOWN
from plugins.poster.services.rendering import lettering

_FORMATS = ("JPEG", "PNG", "WEBP")
_GROUND, _LINES = "#ECEAE4", "#B9B5AA"
_FACES = ("#7A9E8E", "#B58A63", "#8A8FB5", "#A8788A", "#6F97A8", "#9A9A6A")


def opened(data: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    """A stored picture's pixels; ``None`` when it is missing or broken.

    Args:
        data: of the file.
        size: about which is needed; a JPEG is not unpacked much larger.
    """
    if not data:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            picture.draft("RGB", size)
            picture.load()
            return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None


def covering(picture: Image.Image, width: int, height: int) -> Image.Image:
    """A picture that fills a box, cut evenly at two sides."""
    factor = max(width / picture.width, height / picture.height)
    wide = min(width / factor, picture.width)  # divisions may end a hair beyond the edge
    high = min(height / factor, picture.height)
    left, top = (picture.width - wide) / 2, (picture.height - high) / 2
    return picture.resize(
        (width, height),
        Image.Resampling.LANCZOS,
        box=(left, top, min(left + wide, picture.width), min(top + high, picture.height)),
        reducing_gap=3.0,
    )


def containing(picture: Image.Image, width: int, height: int) -> Image.Image:
    """A picture as large as fits a box whole; smaller than the box at two sides."""
    factor = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


@lru_cache(maxsize=64)
def rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask of a box with round corners, drawn larger and shrunk so that its edges are smooth."""
    radius = min(radius, (min(width, height) + 1) // 2)
    if radius <= 0:
        return Image.new("L", (width, height), 255)
    area = width * height
    times = 4 if area <= 250_000 else 2 if area <= 4_000_000 else 1
    large = Image.new("L", (width * times, height * times), 0)
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, width * times - 1, height * times - 1), radius * times, fill=255
    )
    return large.reduce(times)


def no_picture(width: int, height: int) -> Image.Image:
    """What stands for a missing picture: hills and a sun, in grey."""
    times = 2 if width * height <= 1_000_000 else 1
    side = min(width, height) * times // 3
    picture = Image.new("RGB", (width * times, height * times), _GROUND)
    draw = ImageDraw.Draw(picture)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    foot, thick = top + side * 4 // 5, max(2, side // 24)
    sun, x, y = side // 10, left + side // 4, top + side // 4
    draw.ellipse((x - sun, y - sun, x + sun, y + sun), fill=_LINES)
    hills = [(0, 100), (35, 45), (55, 72), (72, 52), (100, 100)]
    points = [(left + x * side // 100, top + side // 5 + y * side * 3 // 500) for x, y in hills]
    draw.line(points, fill=_LINES, width=thick, joint="curve")
    draw.line([(left, foot), (left + side, foot)], fill=_LINES, width=thick)
    return picture.reduce(times) if times > 1 else picture


def no_avatar(nickname: str, width: int, height: int) -> Image.Image:
    """What stands for a missing portrait: the first sign of the name on a colour of its own."""
    signs = clusters(clean(nickname).strip()) or [UNKNOWN]
    ground = _FACES[zlib.crc32(nickname.encode("utf-8", "replace")) % len(_FACES)]
    picture = Image.new("RGB", (width, height), ground)
    size = max(1, round(min(width, height) * 0.46))
    line = max(1, round(size * lettering.LEADING))
    style = lettering.Style(size, "bold", "center")
    mask = lettering.ink(signs[0], width, line, style)
    picture.paste("white", (0, round((height - line) / 2)), mask)
    return picture
