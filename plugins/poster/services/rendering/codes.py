"""QR codes, made fast: the length of the text decides the version, and there is one mask."""

from PIL import Image
from qrcode import constants
from qrcode.main import QRCode

from core.api.errors import InvariantError

QUIET = 4
"""Light modules around a code; scanners need them."""

_MASK = 3
_STRONG = {3: 32, 4: 46}
_MEDIUM = {4: 62, 5: 84, 6: 106, 7: 122, 8: 152, 9: 180, 10: 213}
"""Bytes that fit a version: at level Q (a quarter may be damaged), at level M (a seventh)."""


def paint_code(target: str, width: int, height: int, colour: str) -> Image.Image:
    """A picture of ``width`` × ``height`` with the code of a text, as large as whole pixels allow.

    Args:
        target: what scanning it opens; at most 213 bytes.
        width: of the box; the code is centred on white.
        height: of the box.
        colour: of the dark modules, ``#RRGGBB``.
    """
    modules = _modules(target)
    count = modules.width
    each = max(1, min(width, height) // (count + 2 * QUIET))
    side = each * count
    picture = Image.new("RGB", (width, height), "white")
    ink = modules.resize((side, side), Image.Resampling.NEAREST)
    picture.paste(colour, ((width - side) // 2, (height - side) // 2), ink)
    return picture


def _modules(target: str) -> Image.Image:
    """A mask with one pixel a module, dark ones at full ink."""
    version, level = version_for(len(target.encode()))
    code = QRCode(version=version, error_correction=level, mask_pattern=_MASK, border=0)
    code.add_data(target.encode(), optimize=0)
    code.make(fit=False)
    count = code.modules_count
    ink = bytes(255 if module else 0 for row in code.modules for module in row)
    return Image.frombytes("L", (count, count), ink)


def version_for(byte_count: int) -> tuple[int, int]:
    """Version and level of a code for so many bytes: level Q for short codes, else M.

    Raises:
        InvariantError: too long for a code that a phone can scan from a poster.
    """
    for level, versions in (
        (constants.ERROR_CORRECT_Q, _STRONG),
        (constants.ERROR_CORRECT_M, _MEDIUM),
    ):
        for version, most in versions.items():
            if byte_count <= most:
                return version, level
    raise InvariantError("poster.target", "What a poster leads to is too long for a QR code.")
