"""Values of an import: lines, what became of them, what a run adds up to."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from core.catalog.types import ProductDraft, SkuDraft
from core.kernel.values import dataclass

Form = Literal["products", "invoices"]
"""``products``: a line is a SKU, in our own format. ``invoices``: a line is a sale of another shop,
of which a catalogue is made."""


class Outcome(StrEnum):
    """What became of a line; each line has exactly one."""

    IMPORTED = "imported"  # it stands for a SKU of the catalogue now, new or not
    MERGED = "merged"  # it speaks of a SKU that another line stands for
    SKIPPED = "skipped"  # it is no product, by a rule
    FAILED = "failed"  # it should be one, but cannot be read: mend it and try again


@dataclass(frozen=True)
class ColumnMapping:
    """Which column of the file holds which of our fields.

    Args:
        form: how lines are read.
        columns: our field → the file's column.
    """

    form: Form
    columns: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """For the run's row; two equal mappings give equal values."""
        return {"form": self.form, "columns": dict(sorted(self.columns.items()))}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ColumnMapping":
        """The mapping of a stored run."""
        return cls(stored["form"], dict(stored["columns"]))


@dataclass(frozen=True)
class Line:
    """One line of the file: its number and its cells by column. ``fault`` is a reason's code."""

    no: int
    cells: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a line and why.

    ``is_kept`` puts it into the run's list of lines. ``message`` is a sentence of its own, for a
    code that ``reasons`` does not know.
    """

    line: Line
    outcome: Outcome
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    is_kept: bool = False
    message: str = ""


@dataclass(frozen=True)
class NewProduct:
    """A product as a plan wants it to be. Drafts are checked already.

    Args:
        given: our fields that the file has; the others are left alone on an existing product.
        category: names of the shelf from the root; empty: none.
        pictures: file names, optionally with ``#`` and the beginning of the content hash.
        state: target state; empty: on sale when new, else as it is.
        stock: absolute count by SKU code, where the file gives one; ``low_at`` likewise.
        is_update: whether an existing product is changed; else it is left as it is.
    """

    draft: ProductDraft
    skus: tuple[SkuDraft, ...]
    given: frozenset[str] = frozenset()
    category: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    state: str = ""
    stock: Mapping[str, int] = field(default_factory=dict)
    low_at: Mapping[str, int] = field(default_factory=dict)
    is_update: bool = False


@dataclass(frozen=True)
class Unit:
    """Lines that stand or fall together; with a product when they make one."""

    verdicts: tuple[Verdict, ...]
    product: NewProduct | None = None


@dataclass(frozen=True)
class ImportReport:
    """What an import adds up to: imported + merged + skipped + failed = done lines.

    ``created``, ``changed`` and ``unchanged`` count products; one whose SKUs stand in the file as
    if they were products of their own counts once for each. ``reasons`` counts lines by the code of
    their reason.
    """

    run_id: UUID
    filename: str
    form: str
    state: str
    actor: str
    total: int
    done: int
    imported: int
    merged: int
    skipped: int
    failed: int
    created: int
    changed: int
    unchanged: int
    reasons: Mapping[str, int]
    created_at: datetime
    finished_at: datetime | None
    is_resumed: bool = False


@dataclass(frozen=True)
class ImportPreview:
    """What an import would do; nothing was written.

    ``samples`` are the first lines that fail, then some that are skipped, then some of the others.
    """

    mapping: ColumnMapping
    columns: tuple[str, ...]
    total: int
    imported: int
    merged: int
    skipped: int
    failed: int
    created: int
    changed: int
    unchanged: int
    reasons: Mapping[str, int]
    new_categories: tuple[str, ...]
    samples: tuple["RowView", ...]


@dataclass(frozen=True)
class RowView:
    """A line with what became of it. ``message`` is a catalogue entry that ``params`` fills."""

    line_no: int
    outcome: str
    code: str
    message: str
    params: Mapping[str, Any]
    content: Mapping[str, str]
