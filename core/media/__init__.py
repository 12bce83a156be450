"""Uploaded pictures, re-encoded and cut to the widths that pages use."""
