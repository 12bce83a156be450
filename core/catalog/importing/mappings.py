"""Fields of an import, the names their columns go by, and telling which is which."""

from collections.abc import Mapping, Sequence

from core.catalog.importing.types import ColumnMapping, Form
from core.kernel.errors import Rejected
from core.kernel.text import squeeze

PRODUCT_FIELDS: dict[str, tuple[str, ...]] = {
    "product": ("商品标识", "handle", "spu"),
    "code": ("规格编码", "编码", "商家编码", "sku"),
    "title": ("标题", "商品名称", "name"),
    "subtitle": ("副标题", "卖点"),
    "category": ("分类", "类目"),
    "option1": ("规格1",),
    "value1": ("规格值1",),
    "option2": ("规格2",),
    "value2": ("规格值2",),
    "option3": ("规格3",),
    "value3": ("规格值3",),
    "price": ("价格", "售价"),
    "market_price": ("划线价", "市场价"),
    "sku_market_price": ("规格划线价",),
    "cost": ("成本价", "成本"),
    "stock": ("库存", "库存数量"),
    "low_at": ("库存预警",),
    "weight_g": ("重量(克)", "重量（克）", "重量"),
    "attributes": ("参数", "属性"),
    "pictures": ("图片", "主图"),
    "description": ("详情", "描述"),
    "limit": ("每人限购", "限购"),
    "position": ("排序",),
    "state": ("状态", "上架状态"),
    "active": ("规格启用", "启用"),
}
"""Field of the merchant's own format → other names of its column; the first is the Chinese one."""

INVOICE_FIELDS: dict[str, tuple[str, ...]] = {
    "code": ("stockcode", "sku"),
    "title": ("description",),
    "quantity": ("数量",),
    "price": ("unitprice", "unit price"),
}
"""Fields of a file of sales; the names are those of UCI “Online Retail”."""

NEEDED: dict[Form, tuple[str, ...]] = {
    "products": ("code",),
    "invoices": ("code", "title", "quantity", "price"),
}

_SALES_COLUMNS = {"stockcode", "unitprice", "quantity"}


def guess_mapping(columns: Sequence[str], form: Form | None = None) -> ColumnMapping:
    """The mapping that a head suggests.

    Raises:
        Rejected: a column that the form needs is not among them.
    """
    by_name = {squeeze(column).casefold(): column for column in columns}
    if form is None:
        form = "invoices" if by_name.keys() >= _SALES_COLUMNS else "products"
    fields = PRODUCT_FIELDS if form == "products" else INVOICE_FIELDS
    found = {}
    for name, others in fields.items():
        column = next((by_name[each] for each in (name, *others) if each in by_name), None)
        if column is not None:
            found[name] = column
    return checked_mapping(form, found, columns)


def checked_mapping(form: Form, chosen: Mapping[str, str], columns: Sequence[str]) -> ColumnMapping:
    """A mapping that somebody chose.

    Raises:
        Rejected: an unknown field or column, or a column that the form needs is not chosen.
    """
    known = PRODUCT_FIELDS if form == "products" else INVOICE_FIELDS
    for name, column in chosen.items():
        if name not in known or column not in columns:
            raise Rejected(
                "import.mapping",
                "The column “%(column)s” cannot be read as “%(field)s”.",
                column=column,
                field=name,
            )
    missing = next((name for name in NEEDED[form] if name not in chosen), None)
    if missing:
        raise Rejected(
            "import.column_missing",
            "No column was found for “%(field)s”. Choose one.",
            field=missing,
        )
    return ColumnMapping(form, dict(chosen))
