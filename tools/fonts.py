"""Make the fonts of ``core/media/fonts`` again from the families as they are published.

Needs fontTools, which nothing else here does, and the unpacked npm packages
``@expo-google-fonts/noto-sans-sc`` (0.4.3) and ``@expo-google-fonts/noto-emoji`` (0.4.7)::

    npm pack @expo-google-fonts/noto-sans-sc @expo-google-fonts/noto-emoji   # unpack each
    pip install fonttools
    python -m tools.fonts NOTO_SANS_SC_FOLDER NOTO_EMOJI_FOLDER

The regular weight keeps every character but the rarest of CJK Extension A; the bold one keeps
GB2312, Latin and punctuation, and a text falls back to the regular weight sign by sign. Each font
comes with a ``.coverage`` file: a compressed bitmap of the characters it has, so that choosing a
font asks no font library.
"""

from __future__ import annotations

import shutil
import sys
import zlib
from collections.abc import Collection
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent.parent / "core" / "media" / "fonts"
EXTENSION_A = range(0x3400, 0x4DC0)
KEPT_OF_EXTENSION_A = (
    "㑇㑊㑩㓥㔉㕮㘎㙍㙘㙦㛃㛚㛠㛤㛹㟃㠇㠓㤘㥄㧐㧑㧟㨫㩳㫰㬊㬎㬚㭎㭕㮾㰀㱩㳇㳘㳚㴔㵐㶉㶲㸆㸌㺄㻬㽏"
    "㿠䁖䂮䃅䃎䅉䅟䌷䌸䌹䌺䌼䌽䌾䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䘛䘞䙊䙌䜣䜥䜩䝙䞌䞍䞐䢂䢺䢼䣘䣝䥇䥺"
    "䥽䥾䥿䦀䦁䦃䦅䦆䦛䦟䦶䦷䩄䭪䯃䯄䯅䲝䲞䲟䲠䲡䲢䲣䴓䴔䴕䴖䴗䴘䴙䶮"
)
"""Those that are in the table of standard characters, as people's names and places need them."""

LETTERS = (
    (0x20, 0x24F),  # Latin
    (0x2B0, 0x2FF),
    (0x1E00, 0x1EFF),  # Vietnamese
    (0x2000, 0x206F),  # punctuation
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x214F),
    (0x2190, 0x21FF),  # arrows
    (0x2460, 0x24FF),  # numbers in circles
    (0x25A0, 0x26FF),
    (0x3000, 0x30FF),  # Chinese punctuation, kana
    (0xFF00, 0xFFEF),  # full-width forms
)


def main(arguments: list[str]) -> int:
    """Write fonts, coverage and licences."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    sans, emoji = map(Path, arguments)
    regular = sans / "400Regular" / "NotoSansSC_400Regular.ttf"
    _make(regular, "NotoSansSC-Regular", _wide(regular))
    _make(sans / "700Bold" / "NotoSansSC_700Bold.ttf", "NotoSansSC-Bold", _common())
    signs = emoji / "400Regular" / "NotoEmoji_400Regular.ttf"
    _make(signs, "NotoEmoji-Regular", _all(signs), features=["*"])
    shutil.copy(sans / "LICENSE_FONT", FOLDER / "NotoSansSC-OFL.txt")
    shutil.copy(emoji / "LICENSE_FONT", FOLDER / "NotoEmoji-OFL.txt")
    return 0


def _all(path: Path) -> set[int]:
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def _wide(path: Path) -> set[int]:
    return {
        each for each in _all(path) if each not in EXTENSION_A or chr(each) in KEPT_OF_EXTENSION_A
    }


def _common() -> set[int]:
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF))
    common = {ord(each) for each in (pair.decode("gb2312", "ignore") for pair in pairs) if each}
    for first, last in LETTERS:
        common.update(range(first, last + 1))
    return common


def _make(
    source: Path,
    name: str,
    wanted: Collection[int],
    features: Collection[str] = ("kern", "ccmp", "mark", "mkmk"),
) -> None:
    options = subset.Options()
    options.layout_features = list(features)
    options.name_IDs = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["BASE", "STAT", "vhea", "vmtx", "VORG"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    path = FOLDER / f"{name}.ttf"
    subset.save_font(font, str(path), options)
    covered = _all(path)
    bits = bytearray(max(covered) // 8 + 1)
    for each in covered:
        bits[each // 8] |= 1 << each % 8
    (FOLDER / f"{name}.coverage").write_bytes(zlib.compress(bytes(bits), 9))
    print(f"{path.name}: {len(covered)} characters, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
