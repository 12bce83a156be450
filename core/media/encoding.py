"""Turning an upload into files of ours: nothing of what came in is kept but its pixels.

Pixels are turned upright, brought to sRGB and put on white; EXIF, location, colour profile and
anything hidden behind the picture are gone. Every file is written under its final name at once.
"""

import base64
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFilter, ImageOps, UnidentifiedImageError

from core.kernel.errors import Rejected
from core.kernel.ids import new_token
from core.kernel.text import squeeze
from core.media import rules
from core.media.types import PreparedPicture

_OPTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "avif": ("AVIF", {"quality": 68, "speed": 8}),
    "webp": ("WEBP", {"quality": 82, "method": 4}),
    "jpg": ("JPEG", {"quality": 82, "optimize": True, "progressive": True}),
}


def prepare_picture(folder: Path, name: str, data: bytes, alt: str = "") -> PreparedPicture:
    """What the service of this name says."""
    content_hash = hashlib.sha256(rules.RECIPE.encode() + data).hexdigest()
    picture = open_picture(data)
    variants = {
        kind: rules.widths_for(picture.width, rules.JPEG_WIDTHS if kind == "jpg" else rules.WIDTHS)
        for kind in rules.FORMATS
    }
    for width in sorted({width for widths in variants.values() for width in widths}):
        cut = _resized(picture, width)
        for kind, widths in variants.items():
            if width in widths:
                _write(folder / rules.variant_name(content_hash, width, kind), cut, kind)
    return PreparedPicture(
        content_hash=content_hash,
        filename=rules.clean_filename(name),
        alt=squeeze(alt)[:160],
        width=picture.width,
        height=picture.height,
        placeholder=_placeholder(picture),
        variants=variants,
    )


def open_picture(data: bytes) -> Image.Image:
    """An upload's pixels, upright, in sRGB, on white.

    Raises:
        Rejected: see :func:`prepare_picture`.
    """
    if len(data) > rules.MAX_BYTES:
        raise Rejected(
            "media.too_big",
            "The picture is larger than %(limit)s MB.",
            limit=rules.MAX_BYTES // 1024 // 1024,
        )
    try:
        picture = Image.open(io.BytesIO(data), formats=rules.SOURCE_FORMATS)
        _check_header(picture)
        picture.draft(
            "RGB", (rules.WIDTHS[-1], rules.WIDTHS[-1])
        )  # JPEG unpacks no more than needed
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise Rejected(
            "media.type", "This is not a picture we can take. Use JPEG, PNG, WebP or AVIF."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Rejected("media.broken", "The picture is damaged and cannot be read.") from error
    return _plain(picture)


def _check_header(picture: Image.Image) -> None:
    """Refuse by what the header says, before a pixel is unpacked."""
    if picture.width * picture.height > rules.MAX_PIXELS:
        raise _too_many_pixels()
    if max(picture.size) > rules.MAX_SIDE:
        raise Rejected(
            "media.too_long",
            "The picture is longer than %(limit)s pixels.",
            limit=rules.MAX_SIDE,
        )
    if min(picture.size) < rules.MIN_SIDE:
        raise Rejected(
            "media.too_small",
            "The picture is smaller than %(limit)s pixels.",
            limit=rules.MIN_SIDE,
        )
    if getattr(picture, "is_animated", False):
        raise Rejected("media.animated", "Moving pictures are not taken. Use a still one.")


def _too_many_pixels() -> Rejected:
    return Rejected(
        "media.too_many_pixels",
        "The picture has more than %(limit)s million pixels.",
        limit=rules.MAX_PIXELS // 1_000_000,
    )


def _plain(picture: Image.Image) -> Image.Image:
    """Upright sRGB pixels on white, without any of the file's other content."""
    upright = ImageOps.exif_transpose(picture)
    colours = _to_srgb(upright)
    if colours.mode in {"RGBA", "LA", "PA"} or "transparency" in colours.info:
        layer = colours.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = colours.convert("RGB")
    plain.info.clear()
    return plain


def _to_srgb(picture: Image.Image) -> Image.Image:
    """The picture's colours by its own profile; a profile that cannot be used is ignored."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=target,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return converted or picture


def _resized(picture: Image.Image, width: int) -> Image.Image:
    if width == picture.width:
        return picture
    height = max(1, round(width * picture.height / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _write(path: Path, picture: Image.Image, kind: str) -> None:
    """Encode into a file that appears whole or not at all; one that is there already is kept."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    name, options = _OPTIONS[kind]
    part = path.with_name(f".{new_token(6)}.part")
    try:
        picture.save(part, name, **options)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _placeholder(picture: Image.Image) -> str:
    """A blurred picture of 12 pixels' width as a ``data:`` URI of about 150 bytes."""
    height = min(48, max(1, round(12 * picture.height / picture.width)))
    tiny = picture.resize((12, height)).filter(ImageFilter.GaussianBlur(0.6))
    encoded = io.BytesIO()
    tiny.save(encoded, "WEBP", quality=30)
    return "data:image/webp;base64," + base64.b64encode(encoded.getvalue()).decode()
