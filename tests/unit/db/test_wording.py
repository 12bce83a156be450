"""Statements that write are known by their words, wherever the words stand."""

import pytest

from core.db.wording import may_write

WRITES = [
    "INSERT INTO member (id) VALUES (1)",
    "update member set nickname = 'x'",
    "  \n\tDELETE FROM member",
    "-- a remark\nUPDATE member SET nickname = 'x'",
    "/* one */ /* two\nlines */ INSERT INTO member (id) VALUES (1)",
    "REPLACE INTO member (id) VALUES (1)",
    "WITH a AS (SELECT 1) INSERT INTO member (id) SELECT * FROM a",
    "with a as (select ')') /* x */ update member set nickname = 'x'",
    "WITH gone AS (DELETE FROM member RETURNING id) SELECT id FROM gone",
    "WITH gone AS MATERIALIZED ( /* x */ UPDATE member SET nickname = '' RETURNING id) SELECT 1",
    '-- x\nWITH a(n) AS (SELECT 1)\nDELETE FROM "member"',
]
READS = [
    "SELECT id FROM member WHERE nickname = 'insert into member'",
    "SELECT id FROM member FOR UPDATE",
    "-- update member\nSELECT 1",
    "(SELECT 1) UNION (SELECT 2)",
    "WITH a AS (SELECT id FROM member WHERE nickname = ') delete from member') SELECT * FROM a",
    'WITH a AS (SELECT 1 AS "update") SELECT "update" FROM a',
    "WITH a AS (SELECT replace(nickname, 'a', 'b') FROM member) SELECT * FROM a",
    "WITH a AS (SELECT updated_at, is_deleted FROM member) SELECT 1 FROM a FOR UPDATE",
    "PRAGMA table_info(member)",
]


@pytest.mark.parametrize("text", WRITES)
def test_what_writes_is_known(text):
    assert may_write(text)


@pytest.mark.parametrize("text", READS)
def test_what_reads_passes(text):
    assert not may_write(text)
