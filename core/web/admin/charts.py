"""Charts of the merchant's pages; plugins draw theirs with the same (``core.api.charts``)."""

from core.kernel.charts import (
    Series,
    area_chart,
    data_table,
    nice_ceiling,
    short_number,
    smooth_path,
    sparkline,
)

__all__ = [
    "Series",
    "area_chart",
    "data_table",
    "nice_ceiling",
    "short_number",
    "smooth_path",
    "sparkline",
]
