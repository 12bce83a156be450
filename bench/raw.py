"""The yardstick: the rows of one order written by the bare driver in one transaction.

The rows are those that an order through the services really left behind, with fresh ids; the
updates touch the same tables. Nothing is read, checked or computed.
"""

import json
import random
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bench.clients import Worked
from core.db.engine import BUSY_TIMEOUT_MS, Database
from core.kernel.ids import new_id

_OF_ORDER = {
    "shop_order": "id = :order",
    "order_line": "order_id = :order",
    "order_entry": "order_id = :order",
    "outbox_event": "aggregate = :text",
    "event_delivery": "aggregate = :text",
    "stock_hold": "reference = :text",
    "stock_movement": "reference = :text",
    "payment_attempt": "order_id = :order",
    "ledger_journal": "reference = :reference",
    "ledger_posting": "journal_id IN (SELECT id FROM ledger_journal WHERE reference = :reference)",
    "plugin_distribution_commission": "order_id = :order",
    "plugin_distribution_total_change": "(member_id, accrued_at) IN (SELECT beneficiary_id,"
    " accrued_at FROM plugin_distribution_commission WHERE order_id = :order)",
    "plugin_membership_order_growth": "order_id = :order",
}
_UPDATES = {
    "stock_level": [
        "UPDATE stock_level SET allocated = allocated + 1 WHERE sku_id = ?",
        "UPDATE stock_level SET on_hand = on_hand - 1, allocated = allocated - 1 WHERE sku_id = ?",
    ],
    "product": ["UPDATE product SET sold_count = sold_count + 1 WHERE id = ?"],
    "ledger_account": ["UPDATE ledger_account SET balance = balance + 1 WHERE id = ?"],
    "stock_hold": ["UPDATE stock_hold SET state = 'taken' WHERE reference = ?"],
    "shop_order": [
        "UPDATE shop_order SET payment_state = 'paid', paid_fen = total_fen WHERE id = ?"
    ],
    "payment_attempt": [
        "UPDATE payment_attempt SET state = 'started' WHERE order_id = ?",
        "UPDATE payment_attempt SET state = 'succeeded' WHERE order_id = ?",
    ],
}
_DISPATCHED = "UPDATE outbox_event SET dispatched_at = at WHERE seq = ?"
_DELIVERED = "UPDATE event_delivery SET state = 'done', tries = 1 WHERE event_seq = ?"


@dataclass(frozen=True)
class Template:
    """An order's rows as the driver stores them, and which of their values must be fresh.

    Args:
        rows: table → (columns, rows).
        ids: ids to be made anew.
        texts: numbers and keys to be made anew.
        accounts: accounts with a balance.
        order: the order's id.
        wares: (SKU, product) of each line.
        others: SKUs and products to draw from instead.
    """

    rows: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]
    ids: tuple[UUID, ...]
    texts: tuple[str, ...]
    accounts: tuple[UUID, ...]
    order: UUID
    wares: tuple[tuple[UUID, UUID], ...]
    others: tuple[tuple[UUID, UUID], ...]


def capture(database: Database, order_id: UUID) -> Template:
    """The rows of one order whose commissions are booked."""
    given = {
        "order": order_id.hex if database.is_sqlite else order_id,
        "text": str(order_id),
        "reference": f"order:{order_id}",
    }
    rows: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {}
    with database.engine.connect() as connection:
        for table, condition in _OF_ORDER.items():
            if table in {"outbox_event", "event_delivery"}:
                condition += " ORDER BY 1"
            found = connection.execute(sa.text(f"SELECT * FROM {table} WHERE {condition}"), given)
            rows[table] = (tuple(found.keys()), [tuple(map(_plain, row)) for row in found])
        touched = "SELECT id FROM ledger_account WHERE balance IS NOT NULL AND id IN"
        touched += " (SELECT account_id FROM ledger_posting WHERE journal_id IN"
        touched += " (SELECT id FROM ledger_journal WHERE reference = :reference))"
        accounts = [_uuid(row[0]) for row in connection.execute(sa.text(touched), given)]
        pairs = connection.execute(sa.text("SELECT id, product_id FROM sku LIMIT 3000"))
        others = tuple((_uuid(sku), _uuid(product)) for sku, product in pairs)
    empty = [table for table, (_, found) in rows.items() if not found]
    if empty:
        raise RuntimeError(f"an order left nothing in {empty}")
    return Template(
        rows=rows,
        ids=tuple(
            _uuid(row[names.index("id")])
            for names, found in rows.values()
            if "id" in names
            for row in found
        ),
        texts=(
            *_values(rows, "shop_order", "order_no"),
            *_values(rows, "shop_order", "request_key"),
            *_values(rows, "payment_attempt", "payment_no"),
        ),
        accounts=tuple(accounts),
        order=order_id,
        wares=tuple(
            zip(
                map(_uuid, _values(rows, "order_line", "sku_id")),
                map(_uuid, _values(rows, "order_line", "product_id")),
                strict=True,
            )
        ),
        others=others,
    )


def _values(rows: dict[str, Any], table: str, column: str) -> list[Any]:
    names, found = rows[table]
    return [row[names.index(column)] for row in found]


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


Slot = tuple[str, Any]


class _Writer:
    """Writes a template again and again."""

    def __init__(self, template: Template, mark: str) -> None:
        self._template, self._mark = template, mark
        old = [*template.ids, *(value for pair in template.wares for value in pair)]
        self._index = {value: index for index, value in enumerate(old)}
        names: dict[str, tuple[int, str]] = {}
        for value, index in self._index.items():
            names[str(value)], names[value.hex] = (index, "dashed"), (index, "hex")
        for position, text in enumerate(template.texts):
            names[text] = (position, "text")
        self._names = names
        self._pattern = re.compile("|".join(map(re.escape, names)))
        self._inserts = [self._insert(table) for table in template.rows]
        self._updates = {
            table: [self._sql(text) for text in texts] for table, texts in _UPDATES.items()
        }
        self._dispatched, self._delivered = self._sql(_DISPATCHED), self._sql(_DELIVERED)

    def _sql(self, text: str) -> str:
        return text.replace("?", self._mark)

    def _insert(self, table: str) -> tuple[str, str, list[list[Slot]]]:
        names, rows = self._template.rows[table]
        kept = [index for index, name in enumerate(names) if name != "seq"]
        columns = ", ".join(names[index] for index in kept)
        marks = ", ".join([self._mark] * len(kept))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        if table == "outbox_event":
            sql += " RETURNING seq"
        slots = [[self._slot(table, names[index], row[index]) for index in kept] for row in rows]
        return table, sql, slots

    def _slot(self, table: str, column: str, value: Any) -> Slot:
        if table == "event_delivery" and column == "event_seq":
            seqs = _values(self._template.rows, "outbox_event", "seq")
            return "seq", seqs.index(value)
        if isinstance(value, UUID):
            return ("id", self._index[value]) if value in self._index else ("same", value)
        is_text = isinstance(value, str) and column not in {"payload", "quote", "chain"}
        if is_text and (found := self._pattern.search(value)):
            before, after = value[: found.start()], value[found.end() :]
            return "text", (before, *self._names[found[0]], after)
        return "same", value

    def write(self, cursor: Any) -> None:
        """One order, in the transaction that the caller opened."""
        template = self._template
        wares = random.sample(template.others, len(template.wares))
        ids = [new_id() for _ in template.ids] + [value for pair in wares for value in pair]
        texts = [ids[0].hex[8:] + str(index) for index in range(len(template.texts))]
        seqs: list[int] = []
        for table, sql, rows in self._inserts:
            values = [[_value(slot, ids, texts, seqs) for slot in row] for row in rows]
            if table == "outbox_event":
                seqs += [cursor.execute(sql, row).fetchone()[0] for row in values]
            elif len(values) == 1:
                cursor.execute(sql, values[0])
            else:
                cursor.executemany(sql, values)
        self._update(cursor, ids, wares, seqs)

    def _update(
        self, cursor: Any, ids: list[UUID], wares: Sequence[tuple[UUID, UUID]], seqs: list[int]
    ) -> None:
        order = ids[self._index[self._template.order]]
        keys = {
            "stock_level": sorted(sku for sku, _ in wares),
            "product": sorted(product for _, product in wares),
            "ledger_account": self._template.accounts,
            "stock_hold": [str(order)],
            "shop_order": [order],
            "payment_attempt": [order],
        }
        for table, texts in self._updates.items():
            for text in texts:
                _each(cursor, text, [self._key(value) for value in keys[table]])
        _each(cursor, self._dispatched, seqs)
        delivered = self._template.rows["event_delivery"]
        position = delivered[0].index("event_seq")
        old = _values(self._template.rows, "outbox_event", "seq")
        _each(cursor, self._delivered, [seqs[old.index(row[position])] for row in delivered[1]])

    def _key(self, value: Any) -> Any:
        return value.hex if isinstance(value, UUID) and self._mark == "?" else value


def _each(cursor: Any, text: str, keys: Sequence[Any]) -> None:
    if len(keys) == 1:
        cursor.execute(text, (keys[0],))
    else:
        cursor.executemany(text, [(key,) for key in keys])


def _value(slot: Slot, ids: list[UUID], texts: list[str], seqs: list[int]) -> Any:
    kind, value = slot
    if kind == "same":
        return value
    if kind == "id":
        return ids[value]
    if kind == "seq":
        return seqs[value]
    before, index, form, after = value
    if form == "text":
        return f"{before}{texts[index]}{after}"
    return f"{before}{ids[index].hex if form == 'hex' else ids[index]}{after}"


def prepare_raw(url: str, templates: Sequence[Template]) -> Callable[[Worked], None]:
    """A client that writes the templates in turn, each in a transaction of its own."""
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    connection: Any
    if is_sqlite:
        connection = sqlite3.connect(
            parsed.database or "", isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000
        )
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, autocommit=True)
    cursor = connection.cursor()
    writers = [_Writer(template, "?" if is_sqlite else "%s") for template in templates]
    turn = 0

    def transaction() -> None:
        cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        writers[turn % len(writers)].write(cursor)
        cursor.execute("COMMIT")

    def step(worked: Worked) -> None:
        nonlocal turn
        worked.timed("raw", transaction)
        turn += 1

    for _ in range(20):
        step(Worked())
    return step
