"""Charts as SVG made on the server: no script, prints, follows dark mode, with a table beside it.

Everything here is pure: numbers and texts in, markup out. Colours come from the style sheet by
class (``series-1`` … ``series-4``); no style attribute is written, for a strict content policy.
Colours and sizes are the page's: the shop face and the merchant's each style the same classes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 26


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Args:
        label: what the line shows, already translated.
        values: one number per label of the chart; any unit, same length for all series.
    """

    label: str
    values: Sequence[int]


def nice_ceiling(value: float, steps: int = 4) -> float:
    """The smallest round number at or above ``value`` that splits into ``steps`` round parts.

    Never below ``steps``, so an empty chart still has whole-numbered grid lines.
    """
    if value <= steps:
        return float(steps)
    part = value / steps
    magnitude = 10.0 ** (len(str(int(part))) - 1)
    for factor in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if factor * magnitude * steps >= value:
            return factor * magnitude * steps
    return 10 * magnitude * steps


def short_number(value: float) -> str:
    """A number for an axis: ``1500`` → ``1.5k``, ``2000000`` → ``2M``."""
    for size, mark in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".rstrip("0").rstrip(".") + mark
    return f"{value:.0f}"


def smooth_path(points: Sequence[tuple[float, float]], floor: float | None = None) -> str:
    """An SVG path through the points (Catmull–Rom as cubic curves).

    ``floor`` keeps the curve from bulging below the base line (SVG's y grows downwards).
    """
    if not points:
        return ""
    limit = float("inf") if floor is None else floor
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for index in range(len(points) - 1):
        before, start = points[max(index - 1, 0)], points[index]
        end, after = points[index + 1], points[min(index + 2, len(points) - 1)]
        first = start[0] + (end[0] - before[0]) / 6, min(limit, start[1] + (end[1] - before[1]) / 6)
        second = end[0] - (after[0] - start[0]) / 6, min(limit, end[1] - (after[1] - start[1]) / 6)
        path.append(
            f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} "
            f"{end[0]:.1f} {end[1]:.1f}"
        )
    return "".join(path)


def area_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    label_heading: str,
    show: Callable[[int], str] = str,
    unit: int = 1,
    width: int = 680,
    height: int = 256,
    marks: int = 8,
) -> Markup:
    """A chart of one to four lines, the first one filled, with the same figures as a hidden table.

    Args:
        labels: what stands under the axis, one per value.
        series: the lines.
        title: says what the chart shows; its accessible name and the table's caption.
        label_heading: heading of the table's first column, such as "Date".
        show: writes one value in the table and the read-out.
        unit: what a value is divided by for the axis (100 for fen shown in yuan).
        width: of the drawing, in its own units; it scales to its place.
        height: of the drawing, likewise.
        marks: at most so many texts stand under the axis.
    """
    top = nice_ceiling(max((v for s in series for v in s.values), default=0) / unit)
    place = _Place(len(labels), top * unit, width, height)
    body = [_grid(place, top), _axis(place, labels, marks)]
    for index, one in enumerate(series, 1):
        body.append(_line(place, index, one.values))
    read_out = [
        {"x": round(place.x(i), 1), "t": str(label), "v": [show(s.values[i]) for s in series]}
        for i, label in enumerate(labels)
    ]
    return Markup(
        '<figure class="plot" data-chart="{points}" data-names="{names}">'
        '<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{body}</svg></figure>'
        "{table}"
    ).format(
        points=json.dumps(read_out, ensure_ascii=False, separators=(",", ":")),
        names=json.dumps([s.label for s in series], ensure_ascii=False),
        width=width,
        height=height,
        title=title,
        body=Markup("").join(body),
        table=data_table(title, label_heading, labels, series, show=show),
    )


def data_table(
    caption: str,
    heading: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    show: Callable[[int], str] = str,
) -> Markup:
    """The figures of a chart as a table that only screen readers meet."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(s.label) for s in series)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            label,
            Markup("").join(Markup("<td>{}</td>").format(show(s.values[i])) for s in series),
        )
        for i, label in enumerate(labels)
    )
    return Markup(
        '<div class="sr"><table><caption>{}</caption>'  # a table alone would widen the page
        '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(caption, heading, head, rows)


def sparkline(values: Sequence[int], *, series: int = 1) -> Markup:
    """A line the size of a word, 92 × 34, hidden from screen readers: its figure stands beside."""
    if len(values) < 2 or not any(values):
        return Markup("")
    low, high = min(values), max(values)
    reach = (high - low) or 1
    points = [
        (index * 92 / (len(values) - 1), 32 - 28 * (value - low) / reach)
        for index, value in enumerate(values)
    ]
    path = smooth_path(points, floor=33)
    return Markup(
        '<svg class="spark series-{}" viewBox="0 0 92 34" aria-hidden="true" focusable="false">'
        '<path class="fill" d="{}L92 34L0 34Z"/><path d="{}"/></svg>'
    ).format(series, path, path)


@dataclass(frozen=True)
class _Place:
    """Where a value stands on the drawing."""

    count: int
    top: float
    width: int
    height: int

    def x(self, index: int) -> float:
        inner = self.width - _LEFT - _RIGHT
        return _LEFT + (inner / 2 if self.count < 2 else index * inner / (self.count - 1))

    def y(self, value: float) -> float:
        inner = self.height - _TOP - _BOTTOM
        return _TOP + inner * (1 - (value / self.top if self.top else 0))

    @property
    def base(self) -> float:
        return self.height - _BOTTOM


def _grid(place: _Place, top: float, steps: int = 4) -> Markup:
    lines = []
    for step in range(steps + 1):
        y = place.y(place.top * step / steps)
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{place.width - _RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="axis" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{short_number(top * step / steps)}</text>"
        )
    return Markup("".join(lines))  # noqa: S704 - numbers only


def _axis(place: _Place, labels: Sequence[str], most: int) -> Markup:
    stride = max(1, -(-len(labels) // most))
    shown = [index for index in range(len(labels)) if (len(labels) - 1 - index) % stride == 0]
    texts = [
        f'<text class="axis" x="{place.x(index):.1f}" y="{place.height - 5}" '
        f'text-anchor="{_anchor(index, len(labels))}">{escape(labels[index])}</text>'
        for index in shown
    ]
    return Markup("".join(texts))  # noqa: S704 - labels are escaped above


def _anchor(index: int, count: int) -> str:
    if count > 1 and index == count - 1:
        return "end"
    return "middle"


def _line(place: _Place, number: int, values: Sequence[int]) -> Markup:
    points = [(place.x(i), place.y(max(value, 0))) for i, value in enumerate(values)]
    if not points:
        return Markup("")
    if len(points) == 1:
        x, y = points[0]
        return Markup('<circle class="dot series-{}" cx="{}" cy="{}" r="4.5"/>').format(
            number, f"{x:.1f}", f"{y:.1f}"
        )
    path = smooth_path(points, floor=place.base)
    area = ""
    if number == 1:
        area = (
            '<defs><linearGradient id="chart-fade" x1="0" x2="0" y1="0" y2="1">'
            '<stop class="from" offset="0"/><stop class="to" offset="1"/></linearGradient></defs>'
            f'<path class="area" d="{path}L{points[-1][0]:.1f} {place.base:.1f}'
            f'L{points[0][0]:.1f} {place.base:.1f}Z"/>'
        )
    return Markup(f'{area}<path class="line series-{number}" d="{path}"/>')  # noqa: S704 - numbers only
