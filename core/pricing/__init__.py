"""The one quote: stages, adjustments and their trace. Pure data in, pure data out."""
