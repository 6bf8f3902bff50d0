"""A part of a transaction is undone by itself; what stands around it is kept, and its locks are not remembered."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from natars_fhir.store import driver, locks
from natars_fhir.store.engine import Store
from natars_fhir.store.rows import add
from natars_fhir.store.tables.core import resource_alias
from natars_fhir.store.undoing import is_undoable, undoable


class UndoneError(Exception):
    pass


def note(connection: Connection, alias: str) -> None:
    add(connection, resource_alias, [{"site": "a", "alias": alias, "key": "k"}])


def known(store: Store) -> list[str]:
    with store.of("a").read() as connection:
        return sorted(connection.execute(select(resource_alias.c.alias)).scalars())


def note_and_fail(connection: Connection) -> None:
    with undoable(connection):
        note(connection, "within")
        raise UndoneError


def note_twice(connection: Connection, alias: str) -> None:
    with undoable(connection):
        note(connection, "within")
        note(connection, alias)


def test_what_raises_is_undone_and_the_rest_is_kept(store: Store) -> None:
    with store.of("a").write(["p"]) as connection:
        note(connection, "before")
        with pytest.raises(UndoneError):
            note_and_fail(connection)
        with undoable(connection):
            note(connection, "kept")
        note(connection, "after")
    assert known(store) == ["after", "before", "kept"]


def test_a_fault_of_the_database_is_told_and_undone_too(store: Store) -> None:
    with store.of("a").write(["p"]) as connection:
        note(connection, "before")
        with pytest.raises(IntegrityError):
            note_twice(connection, "before")
        note(connection, "after")
    assert known(store) == ["after", "before"]


def nested(connection: Connection) -> None:
    with undoable(connection):
        with undoable(connection):
            note(connection, "inner")
        with pytest.raises(IntegrityError):
            note_twice(connection, "inner")
        assert is_undoable(connection)
        note(connection, "outer")
        raise UndoneError


def test_an_outer_part_takes_the_inner_with_it(store: Store) -> None:
    with store.of("a").write(["p"]) as connection:
        with pytest.raises(UndoneError):
            nested(connection)
        assert not is_undoable(connection)
        note(connection, "after")
    assert known(store) == ["after"]


def test_nothing_is_remembered_of_it_when_the_connection_serves_again(store: Store) -> None:
    with pytest.raises(UndoneError), store.of("a").write(["p"]) as connection, undoable(connection):
        raise UndoneError
    with store.of("a").write(["p"]) as connection:
        assert not is_undoable(connection)


def lock_and_fail(connection: Connection) -> None:
    with undoable(connection):
        assert locks.also(connection, "a", ["q"])
        raise UndoneError


def test_a_lock_that_was_taken_within_is_taken_again_after_it_was_undone(postgres_store: Store) -> None:
    with postgres_store.of("a").write(["p"]) as connection:
        with pytest.raises(UndoneError):
            lock_and_fail(connection)
        assert locks.also(connection, "a", ["q"])
        assert not locks.also(connection, "a", ["q"])


def test_what_was_lost_with_its_connection_is_not_undone_once_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with store.of("a").write(["p"]) as connection:
        monkeypatch.setattr(driver, "say", lambda _, text: said.append(text))
        monkeypatch.setattr(type(connection), "invalidated", property(lambda _: True))
        with pytest.raises(UndoneError), undoable(connection):
            raise UndoneError
        monkeypatch.undo()
    assert said == ["SAVEPOINT undoable"]


def end_and_fail(connection: Connection) -> None:
    with undoable(connection):
        driver.say(connection, "ROLLBACK")  # as SQLite does by itself when the disk is full
        driver.say(connection, "SELECT the_first_fault")


def test_where_the_transaction_ended_the_first_fault_is_told(store: Store) -> None:
    with pytest.raises(DBAPIError, match="the_first_fault"), store.of("a").write(["p"]) as connection:
        end_and_fail(connection)
