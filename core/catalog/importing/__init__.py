"""Products in and out of files: import with preview, reasons and retry; export that reads back."""

from core.catalog.importing.exporting import (
    export_products,
    failed_rows_csv,
    head_cells,
    template_csv,
)
from core.catalog.importing.mappings import (
    INVOICE_FIELDS,
    PRODUCT_FIELDS,
    checked_mapping,
    guess_mapping,
)
from core.catalog.importing.reasons import REASONS
from core.catalog.importing.running import (
    import_file,
    import_source,
    preview_import,
    retry_rows,
)
from core.catalog.importing.runs import noted_rows, recent_runs, run_mapping, run_report
from core.catalog.importing.sources import MOST_BYTES, CsvSource
from core.catalog.importing.types import (
    ColumnMapping,
    ImportPreview,
    ImportReport,
    Outcome,
    RowView,
)

__all__ = [
    "INVOICE_FIELDS",
    "MOST_BYTES",
    "PRODUCT_FIELDS",
    "REASONS",
    "ColumnMapping",
    "CsvSource",
    "ImportPreview",
    "ImportReport",
    "Outcome",
    "RowView",
    "checked_mapping",
    "export_products",
    "failed_rows_csv",
    "guess_mapping",
    "head_cells",
    "import_file",
    "import_source",
    "noted_rows",
    "preview_import",
    "recent_runs",
    "retry_rows",
    "run_mapping",
    "run_report",
    "template_csv",
]
