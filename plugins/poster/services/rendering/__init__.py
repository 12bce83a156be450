"""From a layout and its words to pixels. Needs no database and never asks anybody outside."""
