"""Charts as SVG made on the server, each with its figures as a hidden table beside it."""

from core.kernel.charts import Series, area_chart, sparkline

__all__ = ["Series", "area_chart", "sparkline"]
