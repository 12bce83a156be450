"""A picture as pages see it: addresses, size, placeholder; no file is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

MEDIA_PATH = "/media"
"""Where the store serves pictures; every address under it is immutable."""


@dataclass(frozen=True)
class PreparedPicture:
    """An encoded picture: its files lie in the uploads folder, its row is still to be made."""

    content_hash: str
    filename: str
    alt: str
    width: int
    height: int
    placeholder: str
    variants: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class PictureView:
    """A picture with an address for every width and format that exists.

    Args:
        id: the picture's id.
        content_hash: hash of what was uploaded, part of its addresses.
        width: of the original, in pixels; ``height`` likewise.
        alt: what it shows, for those who cannot see it; may be empty.
        placeholder: tiny ``data:`` URI shown while it loads; may be empty.
        variants: format (``avif``, ``webp``, ``jpg``) → widths in ascending order.
    """

    id: UUID
    content_hash: str
    width: int
    height: int
    alt: str
    placeholder: str
    variants: Mapping[str, Sequence[int]]

    def url(self, width: int = 640, format: str = "jpg") -> str:  # noqa: A002 (reads well in templates)
        """Address of the smallest variant at least ``width`` wide, else of the widest."""
        widths = self.variants.get(format) or self.variants["jpg"]
        kind = format if self.variants.get(format) else "jpg"
        fitting = next((each for each in widths if each >= width), widths[-1])
        return self._address(fitting, kind)

    def file(self, width: int = 640, format: str = "jpg") -> str:  # noqa: A002
        """What :meth:`url` leads to, as a path below the folder of uploads."""
        return self.url(width, format).removeprefix(f"{MEDIA_PATH}/")

    def srcset(self, format: str) -> str:  # noqa: A002
        """Value of a ``srcset`` attribute with every width of a format; empty when it has none."""
        widths = self.variants.get(format, ())
        return ", ".join(f"{self._address(width, format)} {width}w" for width in widths)

    @property
    def avif(self) -> str:
        """``srcset`` of the AVIF files."""
        return self.srcset("avif")

    @property
    def webp(self) -> str:
        """``srcset`` of the WebP files."""
        return self.srcset("webp")

    @property
    def src(self) -> str:
        """Address of the JPEG that browsers without AVIF and WebP get."""
        return self.url()

    def _address(self, width: int, kind: str) -> str:
        name = f"{self.content_hash}-{width}.{kind}"
        return f"{MEDIA_PATH}/{self.content_hash[:2]}/{name}"
