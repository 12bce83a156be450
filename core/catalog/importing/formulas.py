"""Cells that a spreadsheet program would run as a formula, made harmless and read back.

Source: OWASP, CSV Injection: a cell that starts with ``= + - @``, a tab or a line break gets an
apostrophe in front. Wide forms are covered too, and an apostrophe gets a second one, so that what
was written is always read back as it was.
"""

_FORMULA = "=+-@\t\r\n＝＋－＠"


def escaped(cell: str) -> str:
    """The cell as it may be opened in a spreadsheet program."""
    return f"'{cell}" if cell[:1] and cell[0] in _FORMULA + "'" else cell


def unescaped(cell: str) -> str:
    """The cell as it was before :func:`escaped`; others are left as they are."""
    if cell[:1] == "'" and cell[1:2] and cell[1] in _FORMULA + "'":
        return cell[1:]
    return cell
