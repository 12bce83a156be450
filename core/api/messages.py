"""Messages to members: queued with a key, so that a repeated fact sends once.

Which channel carries one, and whether it may go now, is the trunk's business.
"""

from core.messages.services import Template, Text, declare_template, send

__all__ = ["Template", "Text", "declare_template", "send"]
