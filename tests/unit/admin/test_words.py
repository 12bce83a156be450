"""What the admin says exists in both languages, and what it asks for exists at all."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from core.config import ROOT
from core.orders.states import AfterSaleState, OrderStatus, PaymentState
from core.payments.types import AttemptState, RefundState
from core.payouts.rules import PayoutState
from core.staff.permissions import CORE_PERMISSIONS
from core.stock.rules import MovementKind
from core.web.admin import navigation
from core.web.admin.assets import icon
from core.web.admin.showing import humanised
from core.web.admin.wording import FIELDS, WORDS

FOLDER = ROOT / "core" / "web" / "admin"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "done": None, "say": (1,)}


def translated() -> set[str]:
    known = set()
    for path in (ROOT / "core").glob("**/translations/zh.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id and message.string:
                    known.add(message.id if isinstance(message.id, str) else message.id[0])
    return known


def texts() -> set[str]:
    found = set()
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    jinja = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do"}}
    for _file, _line, message, _comments, _context in extract_from_dir(
        FOLDER, methods, options_map=jinja, keywords=KEYWORDS
    ):
        parts = (message,) if isinstance(message, str) else message
        found |= {part for part in parts[:1] if part and not part.startswith("/admin")}
    return found


def test_every_text_of_the_admin_has_its_chinese():
    labels = {label for states in WORDS.values() for label, _ in states.values()}
    labels |= set(FIELDS.values())
    assert sorted((texts() | labels) - translated()) == []


def test_every_state_of_every_room_is_worded():
    for kind, states in (
        ("order", OrderStatus),
        ("after_sale", AfterSaleState),
        ("payment_axis", PaymentState),
        ("payment", AttemptState),
        ("refund", RefundState),
        ("payout", PayoutState),
        ("movement", MovementKind),
    ):
        assert [str(state) for state in states if str(state) not in WORDS[kind]] == [], kind


def test_every_right_that_a_page_asks_for_can_be_given_to_a_role():
    known = {permission.key for permission in CORE_PERMISSIONS}
    asked = {entry.permission for entry in (*navigation.MAIN, *navigation.FOOT)} - {None}
    for path in FOLDER.rglob("*.py"):
        asked |= set(re.findall(r'@access\("staff:([\w.]+)"\)', path.read_text(encoding="utf-8")))
    for path in FOLDER.rglob("*.html"):
        asked |= set(re.findall(r"may\('([\w.]+)'\)", path.read_text(encoding="utf-8")))
    assert sorted(asked - known) == []


def test_every_act_that_is_written_down_is_worded():
    written = set()
    for path in FOLDER.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'record\(\s*\w+,\s*"([\w.]+)"', text))
        written |= set(re.findall(r'_note\(\s*"([\w.]+)"', text))
        written |= set(re.findall(r'action="([\w.]+)"', text))
    assert sorted(written - set(WORDS["audit"])) == []


@pytest.mark.parametrize("plugin", ["distribution", "member_pricing", "membership", "poster"])
def test_every_act_of_a_plugin_that_is_written_down_has_its_chinese(plugin):
    folder = ROOT / "plugins" / plugin
    written = set()
    for path in (folder / "admin").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = re.findall(rf'audit\(\s*\w+,\s*"({plugin}\.[\w.]+)"', text)
        found += [f"{plugin}.{verb}" for verb in re.findall(r'_do\(\s*"(\w+)"', text)]
        written |= {humanised(act) for act in found}
    with (folder / "translations" / "zh.po").open("rb") as file:
        known = {message.id for message in read_po(file) if message.string}
    assert written
    assert sorted(written - known) == []


def test_every_icon_that_a_template_names_is_there():
    named = set()
    for path in FOLDER.rglob("*.html"):
        named |= set(re.findall(r"icon\('([a-z0-9-]+)'", path.read_text(encoding="utf-8")))
    named |= {entry.icon for entry in (*navigation.MAIN, *navigation.FOOT) if entry.icon}
    missing = [name for name in sorted(named) if not (FOLDER / "icons" / f"{name}.svg").exists()]
    assert missing == []


def test_an_icon_from_outside_the_folder_is_the_puzzle_piece():
    assert icon("../../secret") == icon("puzzle")


def test_style_sheets_name_no_colour_outside_the_tokens():
    for path in (Path(FOLDER) / "static" / "css").glob("*.css"):
        if path.name.startswith("1-"):
            continue
        rules = re.sub(r"linear-gradient\([^)]*\)|/\*.*?\*/", "", path.read_text())
        found = set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", rules)) - {"#fff", "#000", "#F0B08A"}
        assert found <= {"#111", "#999", "#bbb"}, path.name
