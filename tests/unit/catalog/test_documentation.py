"""``docs/product-csv.md`` names the columns and reasons that the code knows, and no others."""

import re
from pathlib import Path

from core.catalog.importing.mappings import PRODUCT_FIELDS
from core.catalog.importing.reasons import REASONS

PAGE = (Path(__file__).parents[3] / "docs" / "product-csv.md").read_text(encoding="utf-8")


def test_every_column_is_documented_with_its_chinese_name():
    table = PAGE.partition("| Column |")[2].partition("\n\n")[0]
    for field, (chinese, *_) in PRODUCT_FIELDS.items():
        if not field[-1].isdigit():
            assert f"| `{field}` | {chinese} |" in table, field


def test_every_reason_is_documented_and_every_documented_one_exists():
    section = PAGE.partition("## Reasons")[2]
    named = set(re.findall(r"`([a-z.]+)`", section))
    assert named == set(REASONS)
