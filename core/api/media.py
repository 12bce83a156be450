"""Uploaded pictures as plain values: look them up, list them. Nothing is fetched from outside.

A picture is re-encoded when it is taken in, so that nothing of the upload is kept but its pixels;
transparency lies on white. A view takes one in with ``core.api.web.take_picture``.

Files that a plugin makes itself are kept by :class:`Files`, which ``core.api.web.files`` and
``JobContext.files`` give.
"""

from core.media.keeping import Files
from core.media.services import list_pictures, picture_views
from core.media.types import PictureView

__all__ = ["Files", "PictureView", "list_pictures", "picture_views"]
