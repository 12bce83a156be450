import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.rules.words import index_terms, query_words, search_text


def texts_of(query):
    return [word.text for word in query_words(query)]


def is_found(query, *texts):
    """What the statement does, in Python."""
    terms, whole = index_terms(texts), search_text(texts)
    return all(
        all(
            term in terms if word.is_ideographic else any(t.startswith(term) for t in terms)
            for term in word.terms
        )
        and (not word.is_ideographic or word.text in whole)
        for word in query_words(query)
    )


def test_chinese_is_cut_into_runs_and_latin_into_words():
    assert texts_of("青瓷 Tea-Pot 320ml") == ["青瓷", "tea", "pot", "320ml"]
    assert texts_of("松烟墨teapot") == ["松烟墨", "teapot"]


def test_wide_letters_and_case_do_not_matter():
    assert texts_of("ＴＥＡ　茶") == ["tea", "茶"]


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "'\"", "。，"])
def test_a_query_of_signs_has_no_words(query):
    assert texts_of(query) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("侧把壶", True),
        ("壶", True),
        ("壶把侧", False),
        ("tea", True),
        ("eapot", False),
        ("青瓷 teapot", True),
        ("青瓷 vase", False),
        ("把壶手", False),
    ],
)
def test_every_word_must_be_found_chinese_anywhere_latin_by_its_beginning(query, found):
    assert is_found(query, "山岚·青瓷侧把壶", "手作 Teapot") is found


def test_a_search_is_cut_to_a_sane_length():
    assert len(query_words(" ".join(f"w{n}" for n in range(50)))) == 8
    assert sum(len(word.text) for word in query_words("茶" * 500)) <= 80


@given(st.text(max_size=60), st.data())
def test_whatever_stands_in_a_text_is_found_by_its_own_words(text, data):
    words = query_words(text)
    if words:
        word = data.draw(st.sampled_from(words))
        assert is_found(word.text, text)
