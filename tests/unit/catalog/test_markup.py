import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.rules.markup import clean_description


def test_plain_text_becomes_paragraphs_and_is_escaped():
    assert clean_description("a & b\nc\n\nd") == "<p>a &amp; b<br>c</p><p>d</p>"


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://elsewhere.example/pixel.gif'>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='//elsewhere.example'></iframe>",
        "<p style='position:fixed'>x</p>",
        "<svg onload=alert(1)>",
    ],
)
def test_nothing_that_runs_or_calls_home_survives(evil):
    cleaned = clean_description(evil)
    for part in ("script", "onerror", "onload", "javascript", "iframe", "style", "elsewhere"):
        assert part not in cleaned


def test_own_pictures_tables_and_links_stay():
    html = '<img src="/media/ab/c.jpg" alt="x"><a href="https://a.example">y</a>'
    cleaned = clean_description(html)
    assert "/media/ab/c.jpg" in cleaned
    assert 'rel="noopener nofollow"' in cleaned


@given(st.text(alphabet="<>/&;\"' abp=\n", max_size=80))
def test_cleaning_what_is_clean_changes_nothing(text):
    once = clean_description(text)
    assert clean_description(once) == once
