"""The file in which a bank, Alipay or WeChat says what became of each payout. Plain Python.

It may be the exported file with its two last columns filled in. Rows without a result are left for
later; a row that cannot be read says why and harms no other. Of a number that stands twice nothing
is believed: a transfer that came back stands in such files as paid and as failed.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.kernel.errors import Rejected
from core.kernel.money import parse_yuan
from core.kernel.values import dataclass

MOST_ROWS = 1000
_COLUMNS: Mapping[str, frozenset[str]] = {
    "payout_no": frozenset({"payout number", "number", "提现单号", "单号", "商户订单号"}),
    "amount": frozenset({"amount (yuan)", "amount", "金额（元）", "金额(元)", "金额"}),
    "result": frozenset({"result", "结果", "状态"}),
    "note": frozenset({"reference or reason", "reference", "流水号或原因", "流水号"}),
}
"""What a column may be called, in lower case."""

_RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("paid", "success", "ok", "成功", "已打款", "支付成功", "转账成功"), "paid"),
    **dict.fromkeys(("failed", "fail", "失败", "支付失败", "转账失败", "退票"), "failed"),
}


@dataclass(frozen=True)
class ResultRow:
    """A row of the file.

    Args:
        line: its number in the file, the first line being 1.
        payout_no: as written.
        net_fen: the amount it speaks of; 0 when it cannot be read.
        outcome: ``paid``, ``failed``, or empty: nothing is told yet.
        note: the reference, or why it failed.
        problem: catalogue entry of what is wrong; empty when nothing is.
    """

    line: int
    payout_no: str
    net_fen: int
    outcome: str
    note: str
    problem: str = ""


def read_results(text: str) -> list[ResultRow]:
    """The rows of a result file.

    Raises:
        Rejected: the first line does not name the columns, or there are too many rows.
    """
    first = text.partition("\n")[0]
    delimiter = next((each for each in ",\t;" if each in first), ",")
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    places = _places(lines[0] if lines else [])
    if len(lines) - 1 > MOST_ROWS:
        raise Rejected("payout.file_long", "A file has at most %(count)s rows.", count=MOST_ROWS)
    return list(_rows(lines[1:], places))


def _places(head: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in head]
    found = {
        key: place
        for key, known in _COLUMNS.items()
        for place, name in enumerate(names)
        if name in known
    }
    if set(found) != set(_COLUMNS):
        raise Rejected(
            "payout.file_columns",
            "The first line must name the columns: number, amount, result, reference.",
        )
    return found


def _rows(lines: list[list[str]], places: Mapping[str, int]) -> Iterator[ResultRow]:
    rows = list(_told(lines, places))
    times = Counter(row.payout_no for row in rows)
    for row in rows:
        is_twice = times[row.payout_no] > 1 and not row.problem
        problem = "This number stands here twice." if is_twice else row.problem
        yield replace(row, outcome="" if is_twice else row.outcome, problem=problem)


def _told(lines: list[list[str]], places: Mapping[str, int]) -> Iterator[ResultRow]:
    for line, cells in enumerate(lines, start=2):
        told = {
            key: cells[place].strip().lstrip("'") if place < len(cells) else ""
            for key, place in places.items()
        }
        if any(told.values()):
            yield _row(line, told)


def _row(line: int, told: Mapping[str, str]) -> ResultRow:
    problem = "" if told["payout_no"] else "The number is missing."
    outcome = _RESULTS.get(told["result"].lower(), "")
    if told["result"] and not outcome:
        problem = problem or "The result is neither paid nor failed."
    try:
        net_fen = parse_yuan(told["amount"])
    except ValueError:
        net_fen, problem = 0, problem or "The amount cannot be read."
    if outcome and not told["note"]:
        problem = problem or "The reference or the reason is missing."
    return ResultRow(line, told["payout_no"], net_fen, outcome, told["note"][:200], problem)
