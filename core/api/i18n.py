"""Texts in the request's language. Write English in the code; ``translations/zh.po`` holds Chinese.

``gettext`` is meant to be imported as ``_``: ``tools.messages`` collects what it is called with.
"""

from flask_babel import gettext, lazy_gettext, ngettext

__all__ = ["gettext", "lazy_gettext", "ngettext"]
