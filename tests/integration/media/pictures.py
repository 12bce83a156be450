"""Small pictures made on the spot."""

import io
from typing import Any

from PIL import Image


def encoded(format_name: str, size: tuple[int, int] = (200, 100), **options: Any) -> bytes:
    picture = Image.new(options.pop("mode", "RGB"), size, options.pop("color", (200, 60, 40)))
    file = io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()


def png(size: tuple[int, int] = (200, 100), **options: Any) -> bytes:
    return encoded("PNG", size, **options)
