"""Charts as SVG made on the server, each with its figures as a hidden table beside it; QR codes."""

from core.kernel.charts import Series, area_chart, sparkline
from core.kernel.qr import qr_svg

__all__ = ["Series", "area_chart", "qr_svg", "sparkline"]
