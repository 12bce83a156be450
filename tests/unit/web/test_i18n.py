from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import now
from core.web import figures, i18n


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "¥0.00"), (5, "¥0.05"), (123450, "¥1,234.50"), (-5, "-¥0.05"), (-123456, "-¥1,234.56")],
)
def test_money_is_shown_with_symbol_groups_and_two_decimals(fen, shown):
    assert figures.money(fen) == shown


def test_changes_are_shown_with_the_sign_of_amounts_below_zero():
    assert [figures.signed_money(fen) for fen in (500, 0, -123456)] == [
        "+¥5.00",
        "¥0.00",
        "-¥1,234.56",
    ]
    assert [figures.signed_yuan(fen) for fen in (500, -123450)] == ["+5.00", "-1,234.50"]
    assert [figures.signed(value) for value in (1200, -3)] == ["+1,200", "-3"]


@pytest.mark.parametrize(
    ("fen", "shown"), [(9900, "99"), (9950, "99.50"), (109_905, "1,099.05"), (0, "0"), (5, "0.05")]
)
def test_a_short_amount_is_exact_and_has_no_needless_fen(fen, shown):
    assert figures.short_yuan(fen) == shown


def test_rates_are_shown_without_needless_zeros():
    assert [figures.percent(bps) for bps in (1050, 500, 25, 10_000)] == [
        "10.5%",
        "5%",
        "0.25%",
        "100%",
    ]


def test_own_phone_numbers_are_grouped_and_foreign_ones_kept():
    assert figures.phone("+8613800001234") == "138 0000 1234"
    assert figures.phone("+4915112345678") == "+4915112345678"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("*", None),
        ("zh-CN,zh;q=0.9,en;q=0.8", i18n.CHINESE),
        ("en-US,en;q=0.9,zh;q=0.8", i18n.ENGLISH),
        ("de-DE,de;q=0.9", None),
        ("fr,en;q=0.5", i18n.ENGLISH),
    ],
)
def test_english_is_given_to_those_who_ask_for_it_before_chinese(header, expected):
    assert i18n.negotiate(header) == expected


def test_an_instant_is_shown_in_the_zone_of_the_store():
    display = i18n.display(i18n.CHINESE, "Asia/Shanghai")
    late = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)

    assert display.datetime(late) == "2026-11-22 01:30:00"
    assert display.date(late) == "2026-11-22"
    assert display.date(date(2026, 1, 2)) == "2026-01-02"
    assert display.date(date(2026, 1, 2), "long") == "2026年1月2日"


def test_a_short_instant_names_its_year_when_it_is_another_one():
    display = i18n.display(i18n.CHINESE, "Asia/Shanghai")
    this_year = now().astimezone(ZoneInfo("Asia/Shanghai")).year
    summer = datetime(this_year, 6, 30, 17, 30, tzinfo=UTC)

    assert display.datetime(summer, "short") == "07-01 01:30"
    last = summer.replace(year=this_year - 1)
    assert display.datetime(last, "short") == f"{this_year - 1}-07-01 01:30"


def test_amounts_in_sentences_are_shown_as_money():
    assert i18n.fill("还差 %(left_fen)s", {"left_fen": 1234}) == "还差 ¥12.34"
    assert i18n.fill("%(name)s", {"other": 1}) == "%(name)s"
    assert i18n.fill("100%", {}) == "100%"


def test_catalogues_are_merged_the_later_winning_and_compiled_once(tmp_path):
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    one, two = tmp_path / "one" / "zh.po", tmp_path / "two" / "zh.po"
    for path, text in ((one, "茶"), (two, "好茶")):
        path.parent.mkdir()
        path.write_text(f'{head}msgid "Tea"\nmsgstr "{text}"\n', encoding="utf-8")
    only = f'{two.read_text(encoding="utf-8")}\nmsgid "Cup"\nmsgstr "杯"\n'
    two.write_text(only, encoding="utf-8")

    folder = i18n.compile_catalogues([one, two], tmp_path / "cache")
    chinese = i18n.translations(folder, i18n.CHINESE)
    assert (chinese.gettext("Tea"), chinese.gettext("Cup")) == ("好茶", "杯")
    assert i18n.translations(folder, i18n.ENGLISH).gettext("Tea") == "Tea"

    stamp = (folder / i18n.CHINESE / "LC_MESSAGES" / "messages.mo").stat().st_mtime_ns
    assert i18n.compile_catalogues([one, two], tmp_path / "cache") == folder
    assert (folder / i18n.CHINESE / "LC_MESSAGES" / "messages.mo").stat().st_mtime_ns == stamp
    one.write_text(one.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert i18n.compile_catalogues([one, two], tmp_path / "cache") != folder
