"""Undoing: a part of a transaction that is undone by itself where it fails, and the rest goes on.

https://www.postgresql.org/docs/15/sql-savepoint.html, https://www.sqlite.org/lang_savepoint.html. Every group of pushes
is such a part, and SQLAlchemy's `begin_nested` compiles its words each time: that is 1 % of a push.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from natars_fhir.store import driver

#: Under this name a connection remembers how many such parts it is within.
_WITHIN = "natars undoable"


@contextmanager
def undoable(connection: Connection) -> Iterator[None]:
    """What is done within is undone where it raises, and the caller's transaction stays as it was before; locks that
    were taken within are let go."""
    driver.say(connection, "SAVEPOINT undoable")
    connection.info[_WITHIN] = within = connection.info.get(_WITHIN, 0) + 1
    try:
        yield
    except DBAPIError:
        with suppress(DBAPIError):  # a full disk or a lost connection ended the transaction: the first fault is told
            _undo(connection)
        raise
    except BaseException:
        _undo(connection)
        raise
    else:
        driver.say(connection, "RELEASE SAVEPOINT undoable")
    finally:
        if not connection.invalidated:
            connection.info[_WITHIN] = within - 1


def _undo(connection: Connection) -> None:
    if not connection.invalidated:  # else there is nothing left
        driver.say(connection, "ROLLBACK TO SAVEPOINT undoable")
        driver.say(connection, "RELEASE SAVEPOINT undoable")


def is_undoable(connection: Connection) -> bool:
    """May what is done now be undone, though the transaction goes on?"""
    return bool(connection.info.get(_WITHIN, 0)) or connection.in_nested_transaction()
