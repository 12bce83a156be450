"""Rules for text: one line, slugs, names and phones that other people may see."""

from core.kernel.text import mask_name, mask_phone, slugify, squeeze

__all__ = ["mask_name", "mask_phone", "slugify", "squeeze"]
