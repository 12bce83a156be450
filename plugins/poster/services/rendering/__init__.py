"""From a layout and its words to pixels. Needs no database and never asks anybody outside.

Import it where posters are made, not where they are asked for: it brings Pillow with it.
"""

from plugins.poster.services.rendering.painting import Loader, Rendered, Sheet, paint, render

__all__ = ["Loader", "Rendered", "Sheet", "paint", "render"]
