"""What a poster costs: warm, in a batch, the first after a start, and done without any care."""

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import qrcode
from PIL import Image

from bench.report import Finding, Report
from bench.store import Bench
from plugins.poster.rules.words import Words
from plugins.poster.services.rendering import Sheet, paint, render
from plugins.poster.services.starters import bundled, starter_named

PICTURES = Path(__file__).parent.parent / "core" / "demo" / "pictures"
ORIGIN = "https://shop.example.com/s/"
WARM, BATCH, STARTS = 60, 200, 3
_FIRST = """
import pathlib, sys, time, uuid
picture = pathlib.Path(sys.argv[1]).read_bytes()
began = time.perf_counter()
from plugins.poster.rules.words import Words
from plugins.poster.services.rendering import Sheet, render
from plugins.poster.services.starters import starter_named
layout = starter_named("product", "zh_Hans_CN").layout
words = Words("林知夏🎉", "山岚 · 青瓷侧把壶", "¥268", "¥328", "山屿集", "k7m2q9")
sheet = Sheet(layout, "first", words, sys.argv[2], uuid.UUID(int=1), uuid.UUID(int=2))
render(sheet, lambda media_id, width: picture)
print(time.perf_counter() - began)
"""


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Rendering asks no database, so it is measured once; posters are of 750×1334 as JPEG."""
    if bench.kind != "sqlite":
        return
    shelf = Shelf()
    warm = _cpu_ms(lambda number: render(shelf.sheet(number), shelf.load), WARM)
    report.add(Finding("posters: warm, JPEG with its QR code", warm, "ms CPU", at_most=10))
    careless = _cpu_ms(lambda number: _carelessly(shelf, number), 3)
    report.add(
        Finding(
            "posters: times as fast as PNG, a searched QR code, no ground",
            careless / warm,
            "×",
            at_least=5,
            note=f"{careless:.0f} ms",
        )
    )
    batch = _cpu_ms(lambda number: _into_file(shelf, number, folder), BATCH)
    report.add(Finding("posters: in a batch, a core", 1000 / batch, "/s", at_least=90))
    first = statistics.median(_first_ms(folder) for _ in range(STARTS))
    report.add(Finding("posters: first after a start", first, "ms", at_most=300))
    sizes = [len(render(shelf.sheet(number), shelf.load).data) / 1000 for number in range(8)]
    report.add(Finding("posters: largest file", max(sizes), "kB", at_most=250))


class Shelf:
    """Pictures as the store keeps them: JPEG of 1080 pixels, portraits of 320."""

    def __init__(self) -> None:
        names = sorted(PICTURES.glob("t*.webp"))[:4]
        self._goods = [_jpeg(path, 1080) for path in names]
        self._faces = [_jpeg(path, 320) for path in names]
        self._layouts = [
            starter_named(key, "zh_Hans_CN").shown for key in ("product", "arrival", "magazine")
        ]

    def load(self, media_id: UUID, _width: int) -> bytes | None:
        """A picture's file."""
        kind, number = divmod(media_id.int, 1000)
        if kind == 1:
            return self._goods[number]
        return self._faces[number] if kind == 2 else bundled(media_id)

    def sheet(self, number: int, layout: int = 0) -> Sheet:
        """A poster of a member of their own, with their portrait."""
        which = number % len(self._layouts) if layout < 0 else layout
        goods = number % 2 if layout < 0 else 0
        words = Words(
            f"林知夏{number}🎉",
            f"山岚 · 青瓷侧把壶 {goods}",
            "¥268",
            "¥328",
            "山屿集",
            f"k7m2q{number}",
        )
        return Sheet(
            layout=self._layouts[which],
            layout_key=f"bench-{which}",
            words=words,
            target=f"{ORIGIN}k7m2q{number:05}",
            product_media_id=UUID(int=1000 + goods),
            avatar_media_id=UUID(int=2000 + number % len(self._faces)),
        )


def _carelessly(shelf: Shelf, number: int) -> None:
    """The whole picture again for each member, the QR code's mask searched, kept as PNG."""
    sheet = shelf.sheet(number)
    picture = paint(replace(sheet, layout_key=""), shelf.load)
    code = qrcode.QRCode(box_size=6)
    code.add_data(sheet.target)
    code.make(fit=True)
    picture.paste(code.make_image().get_image().convert("RGB"), (0, 0))
    picture.save(io.BytesIO(), "PNG")


def _into_file(shelf: Shelf, number: int, folder: Path) -> None:
    """As the job does: three designs and two products mixed, written to the disk."""
    made = render(shelf.sheet(number, -1), shelf.load)
    (folder / f"poster-{number}.jpg").write_bytes(made.data)


def _cpu_ms(make: Callable[[int], object], count: int) -> float:
    for number in range(6):  # every ground of the mixed batch is painted
        make(number)
    began = time.process_time()
    for number in range(count):
        make(number)
    return (time.process_time() - began) / count * 1000


def _first_ms(folder: Path) -> float:
    """Wall time in a process that has just started, its imports of Pillow and qrcode included."""
    picture = folder / "first.jpg"
    picture.write_bytes(_jpeg(PICTURES / "teapot1.webp", 1080))
    command = [sys.executable, "-c", _FIRST, str(picture), f"{ORIGIN}k7m2q00001"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def _jpeg(path: Path, width: int) -> bytes:
    with Image.open(path) as picture:
        picture.thumbnail((width, width))
        file = io.BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=82)
        return file.getvalue()
