"""What a poster is made of; plain Python."""

from plugins.poster.rules.checking import (
    check_layout,
    check_paintable,
    problems,
    unpaintable,
)
from plugins.poster.rules.layout import (
    PLACES,
    SIZES,
    Box,
    Font,
    Kind,
    Layer,
    Layout,
    Purpose,
    from_json,
    media_ids,
    to_json,
)

__all__ = [
    "PLACES",
    "SIZES",
    "Box",
    "Font",
    "Kind",
    "Layer",
    "Layout",
    "Purpose",
    "check_layout",
    "check_paintable",
    "from_json",
    "media_ids",
    "problems",
    "to_json",
    "unpaintable",
]
