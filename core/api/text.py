"""Rules for text: one line, slugs, phones and mailboxes, names that other people may see."""

from core.kernel.contacts import parse_email, parse_phone
from core.kernel.text import mask_name, mask_phone, slugify, squeeze

__all__ = ["mask_name", "mask_phone", "parse_email", "parse_phone", "slugify", "squeeze"]
