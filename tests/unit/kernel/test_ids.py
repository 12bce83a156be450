"""Ids sort by time and cannot be guessed."""

import threading
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from core.kernel.ids import Ids, new_code, new_id, new_number, new_token, token_hash


def test_ids_of_one_process_strictly_rise() -> None:
    made = [new_id() for _ in range(10_000)]
    assert all(first < second for first, second in pairwise(made))


def test_ids_are_version_7_of_the_standard_and_carry_their_time() -> None:
    before = datetime.now(UTC).timestamp()
    made = Ids().new()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) / 1000 - before) < 5


def test_ids_rise_when_the_clock_goes_back(time_machine) -> None:
    ids = Ids()
    time_machine.move_to(datetime(2030, 1, 2, tzinfo=UTC))
    late = ids.new()
    time_machine.move_to(datetime(2030, 1, 1, tzinfo=UTC))
    assert late < ids.new() < ids.new()


def test_ids_made_by_many_threads_are_all_different() -> None:
    made: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(2000)]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_codes_hold_no_letters_that_look_alike() -> None:
    text = "".join(new_code() for _ in range(500))
    assert not set(text) & set("01OI")


def test_numbers_begin_with_their_time_and_differ_within_a_second() -> None:
    at = datetime(2026, 11, 21, 8, 30, 15, tzinfo=UTC)
    made = {new_number(at, "P") for _ in range(200)}
    assert all(number.startswith("P20261121083015") for number in made)
    assert len(made) > 190


def test_a_token_is_stored_as_a_hash_that_does_not_hold_it() -> None:
    token = new_token()
    assert len(token) >= 32
    assert token not in token_hash(token)
    assert token_hash(token) == token_hash(token)
