"""A network of members as merchants have them: few with enormous teams, most with none.

Every newcomer is referred either by whoever referred somebody drawn at random, so that those who
have many members get more, or by the drawn one. The same seed and size give the same forest.
"""

import random
from array import array
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

from core.db.engine import Database

SEED = 20_261_129
ROOTS = 6
FOLLOWS = 0.7
"""How often a newcomer comes to the referrer of the drawn one."""
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_AT_ONCE = 20_000
_COLUMNS = {
    "member": ("id", "nickname", "locale", "state", "created_at"),
    "referral": ("member_id", "referrer_id", "upline2_id", "upline3_id", "is_locked", "bound_at"),
    "referral_team": ("member_id", "level1_count", "level2_count", "level3_count"),
}


@dataclass(frozen=True)
class Forest:
    """Who was referred by whom: ``parents[i]`` is the referrer's place, ``-1`` at a root."""

    parents: "array[int]"
    counts: "tuple[array[int], array[int], array[int]]"

    @property
    def size(self) -> int:
        """Members."""
        return len(self.parents)

    def team(self, place: int) -> int:
        """Members within three levels below."""
        return sum(level[place] for level in self.counts)

    def uplines(self, place: int) -> list[int]:
        """Up to three, nearest first."""
        found: list[int] = []
        while len(found) < 3 and (place := self.parents[place]) >= 0:
            found.append(place)
        return found

    def nearest_to(self, team: int) -> int:
        """The member whose team is closest to a size."""
        return min(range(self.size), key=lambda place: abs(self.team(place) - team))


def grown(size: int) -> Forest:
    """A forest of so many members."""
    chance = random.Random(SEED)
    parents = array("l", [-1] * min(ROOTS, size))
    counts = tuple(array("l", [0]) * size for _ in range(3))
    for place in range(len(parents), size):
        drawn = int(chance.random() * place)
        above = parents[drawn] if chance.random() < FOLLOWS else drawn
        parents.append(above if above >= 0 else drawn)
        above = place
        for level in counts:
            if (above := parents[above]) < 0:
                break
            level[above] += 1
    return Forest(parents, (counts[0], counts[1], counts[2]))


def id_of(place: int) -> UUID:
    """The member's id; later members have greater ones, as ids of the shop have."""
    return UUID(int=((1_735_689_600_000 + place * 25) << 80) | (7 << 76) | (2 << 62) | place)


def plant(database: Database, forest: Forest) -> None:
    """Fill an empty database with the members, referrals and counts; as tables, not one by one."""
    if database.is_sqlite:
        _by_statements(database, forest)
    else:
        _by_copy(database.url, forest)
    options = {"isolation_level": "AUTOCOMMIT"}
    with database.engine.connect().execution_options(**options) as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


def _by_copy(url: str, forest: Forest) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # foreign keys hold by their making
        for table, columns in _COLUMNS.items():
            text = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
            with cursor.copy(text.encode()) as copy:
                rows = _rows(table, forest)
                while chunk := list(islice(rows, _AT_ONCE)):
                    copy.write("".join("\t".join(map(_written, row)) + "\n" for row in chunk))


def _written(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value)


def _by_statements(database: Database, forest: Forest) -> None:
    with closing(database.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("BEGIN IMMEDIATE")
        for table, columns in _COLUMNS.items():
            marks = ", ".join("?" * len(columns))
            text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            cursor.executemany(text, (_for_sqlite(row) for row in _rows(table, forest)))
        cursor.execute("COMMIT")
        cursor.execute("PRAGMA foreign_keys=ON")


def _for_sqlite(row: tuple[Any, ...]) -> list[Any]:
    return [
        value.hex
        if isinstance(value, UUID)
        else f"{value:%Y-%m-%d %H:%M:%S.%f}"
        if isinstance(value, datetime)
        else value
        for value in row
    ]


def _rows(table: str, forest: Forest) -> Iterator[tuple[Any, ...]]:
    ids = [id_of(place) for place in range(forest.size)]
    for place, own in enumerate(ids):
        at = _EPOCH + timedelta(seconds=place)
        if table == "member":
            yield own, f"成员{place}", "zh_Hans_CN", "active", at
        elif table == "referral" and (above := forest.uplines(place)):
            padded = [ids[each] for each in above] + [None] * (3 - len(above))
            yield own, *padded, False, at
        elif table == "referral_team" and forest.counts[0][place]:
            yield own, *(level[place] for level in forest.counts)
