"""Rows go in many at once, and are the same on each database; names are asked for by hundreds, and of one site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.rows import add, add_up, among, json_text, keep_latest, keep_new, numbers
from natars_fhir.store.tables.core import heard, parcel, reading, resource_alias, screening
from tests.store.samples import NOW

LATER = NOW + timedelta(hours=1)
TRICKY = ["", "'", '"', "\\", "\\u0000", "a\\", "中文", "𠮷", "\t\n", "{}", "[1]", "%s", ":name", "?"]


def alias(name: str, key: str = "k", site: str = "a") -> dict[str, Any]:
    return {"site": site, "alias": name, "key": key}


def count(kind: str, number: int, at: datetime) -> dict[str, Any]:
    return {"site": "a", "kind": kind, "count": number, "first": at, "last": at}


def aliases(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as connection:
        return sorted(tuple(row) for row in connection.execute(select(resource_alias)))


def test_every_character_comes_back_as_it_went_in(store: Store) -> None:
    with store.write() as connection:
        keep_new(connection, resource_alias, [alias(text, text) for text in TRICKY])
        asked = select(resource_alias.c.key).where(among(resource_alias.c.site, resource_alias.c.alias))
        found = connection.execute(asked, {"of_site": "a", "names": TRICKY}).scalars()
        assert sorted(found) == sorted(TRICKY)


def test_bytes_numbers_nothing_and_moments_come_back_as_they_went_in(store: Store) -> None:
    row = {
        "site": "a", "patient": "p", "trial": "t", "at": NOW.astimezone(UTC), "as_of": "2024-06-15", "verdict": "v",
        "in_scope": True, "findings": "f", "body": bytes(range(256)), "cause": "[]", "act": "push",
    }  # fmt: skip
    with store.write() as connection:
        add(connection, screening, [row, {**row, "in_scope": False, "body": b""}])
        told = connection.execute(select(screening).order_by(screening.c.seq)).mappings().all()
        assert [dict(one) for one in told] == [
            {"seq": 1, **row},
            {"seq": 2, **row, "in_scope": False, "body": b""},
        ]


def test_each_row_keeps_its_own_bytes_and_one_without_any_has_none(store: Store) -> None:
    parts = {"a": b"\x00first", "b": None, "c": b"", "d": b"last\xff", "e": None}
    common = {"site": "a", "kind": "Observation", "hash": "h", "mapping": "m", "versions": 1, "deleted": False}
    with store.write() as connection:
        keep_latest(connection, reading, [{**common, "key": key, "body": body} for key, body in parts.items()])
        asked = select(reading.c.key, reading.c.body)
        assert {row.key: row.body for row in connection.execute(asked)} == parts
        keep_latest(connection, reading, [{**common, "key": "b", "body": b"now"}])
        assert {row.key: row.body for row in connection.execute(asked)} == {**parts, "b": b"now"}


def test_a_key_that_is_there_is_an_error_stays_or_is_replaced_as_is_asked(store: Store) -> None:
    with store.write() as connection:
        keep_new(connection, resource_alias, [alias("x", "1"), alias("y", "1")])
        keep_new(connection, resource_alias, [alias("x", "2"), alias("z", "2")])
    assert aliases(store) == [("a", "x", "1"), ("a", "y", "1"), ("a", "z", "2")]
    with store.write() as connection:
        keep_latest(connection, resource_alias, [alias("x", "3")])
    assert ("a", "x", "3") in aliases(store)
    with pytest.raises(IntegrityError), store.write() as connection:
        add(connection, resource_alias, [alias("new"), alias("x", "4")])
    assert [one[1:] for one in aliases(store)] == [("x", "3"), ("y", "1"), ("z", "2")]


def test_counts_add_up_and_the_time_between_widens(store: Store) -> None:
    with store.write() as connection:
        add_up(connection, heard, [count("Observation", 2, LATER)])
        add_up(connection, heard, [count("Observation", 3, NOW), count("Condition", 1, NOW)])
        told = connection.execute(select(heard).where(heard.c.kind == "Observation")).one()
    assert (told.count, told.first, told.last) == (5, NOW, LATER)


def test_no_rows_are_no_question(store: Store) -> None:
    with store.write() as connection:
        for put in (add, keep_new, keep_latest, add_up):
            put(connection, resource_alias, [])
    assert aliases(store) == []


def test_names_of_another_site_are_not_among_them(store: Store) -> None:
    with store.write() as connection:
        keep_new(connection, resource_alias, [alias("x"), alias("x", site="b"), alias("y", site="b")])
        here = among(resource_alias.c.site, resource_alias.c.alias)
        names = {"of_site": "b", "names": {"x", "y", "no such"}}
        assert len(connection.execute(select(resource_alias).where(here), names).all()) == 2
        connection.execute(update(resource_alias).where(here).values(key="new"), names)
        connection.execute(delete(resource_alias).where(here), {"of_site": "b", "names": ["y"]})
    assert aliases(store) == [("a", "x", "k"), ("b", "x", "new")]


def test_thousands_of_names_are_one_question(store: Store) -> None:
    names = [f"n{number}" for number in range(5000)]
    with store.write() as connection:
        keep_new(connection, resource_alias, [alias(name) for name in names])
        asked = select(resource_alias.c.alias).where(among(resource_alias.c.site, resource_alias.c.alias))
        assert len(connection.execute(asked, {"of_site": "a", "names": names}).all()) == 5000
        assert connection.execute(asked, {"of_site": "a", "names": ()}).all() == []


def test_numbers_are_nobody_elses(store: Store) -> None:
    with store.write() as connection:
        first = numbers(connection, parcel, 3)
        add(connection, parcel, [{"seq": number, "site": "a", "body": b""} for number in first])
        connection.execute(insert(parcel).values(site="a", body=b""))
        second = numbers(connection, parcel, 2)
    assert len({*first, *second}) == 5
    assert min(second) > max(first) + 1


@pytest.mark.parametrize("column", ["key", "subject"])
def test_sqlite_finds_names_by_an_index_and_does_not_walk_the_site(tmp_path: Any, column: str) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.sqlite")
    with store.read() as connection:
        asked = select(reading.c.body).where(among(reading.c.site, reading.c[column]), ~reading.c.deleted)
        plan = f"EXPLAIN QUERY PLAN {asked.compile(dialect=connection.dialect)}"
        told = [row[3] for row in connection.exec_driver_sql(plan, ("a", "[]"))]
    store.close()
    assert any(f"(site=? AND {column}=?)" in one for one in told)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_json_for_postgresql_holds_no_nul_and_changes_nothing_else(texts: list[str]) -> None:
    import json

    assert json.loads(json_text(texts)) == [text.replace("\0", "\ufffd") for text in texts]
