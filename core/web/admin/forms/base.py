"""What all forms share; plugins' forms are made of the same parts (``core.api.forms``)."""

from core.api.forms import (
    AdminForm,
    NotBelow,
    PercentField,
    Period,
    YuanField,
    at_most,
    between,
    required,
    whole_number,
)

__all__ = [
    "AdminForm",
    "NotBelow",
    "PercentField",
    "Period",
    "YuanField",
    "at_most",
    "between",
    "required",
    "whole_number",
]
