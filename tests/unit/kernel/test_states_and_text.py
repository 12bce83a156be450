"""State machines refuse moves that do not exist; text is squeezed and masked."""

from enum import StrEnum

import pytest

from core.kernel.errors import Conflict
from core.kernel.states import StateMachine
from core.kernel.text import mask_name, mask_phone, slugify, squeeze


class Light(StrEnum):
    """States of the test."""

    RED = "red"
    GREEN = "green"


MACHINE = StateMachine("light", {Light.RED: frozenset({Light.GREEN})})


def test_a_move_is_made_once_and_its_repeat_is_no_move() -> None:
    assert MACHINE.is_move(Light.RED, Light.GREEN)
    assert not MACHINE.is_move(Light.GREEN, Light.GREEN)


def test_a_move_that_does_not_exist_is_a_conflict_that_names_both_states() -> None:
    with pytest.raises(Conflict) as caught:
        MACHINE.is_move(Light.GREEN, Light.RED)
    assert caught.value.params == {"current": "green", "target": "red"}


def test_text_becomes_one_line_without_what_cannot_be_seen() -> None:
    assert squeeze("  a\tb\r\n c\x00\u200b\u202e ") == "a b c"


def test_slugs_keep_latin_words_and_leave_chinese_to_others() -> None:
    assert slugify("Café Crème 250 g!") == "cafe-creme-250-g"
    assert slugify("青瓷") == ""


def test_phones_and_names_hide_their_middle() -> None:
    assert mask_phone("+8613800001234") == "138****1234"
    assert mask_phone("123") == "****"
    assert mask_name("林知夏") == "林**"
    assert mask_name("") == "**"
