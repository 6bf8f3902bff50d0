"""Driver: what every push asks and adds goes to the database's driver as text that was compiled once.

The statements are SQLAlchemy's, and so are the connection, its transaction and the faults; but what it does around each
execution costs more than a small statement. https://docs.sqlalchemy.org/en/21/core/connections.html#dbapi-connections
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError


class _Made(NamedTuple):
    """A statement in a database's words; how it takes its values, and what becomes of the rows that it gives."""

    text: str
    bind: Callable[[Mapping[str, Any]], Any]
    shaped: Callable[[list[Any]], list[Any]]


#: Statement, and kind of database → what was made of it. Statements are the modules' own, and live as long.
_known: dict[tuple[Any, str], _Made] = {}


def rows(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Any]:
    """What a statement gives, row by row: values by name, of the kinds that its columns have."""
    made = _made(connection, statement)
    found: list[Any] = _run(connection, made.text, made.bind(values), _fetched)
    return made.shaped(found) if found else found


def run(connection: Connection, statement: Any, values: Mapping[str, Any]) -> None:
    """Runs a statement that gives nothing."""
    made = _made(connection, statement)
    _run(connection, made.text, made.bind(values))


def say(connection: Connection, text: str) -> None:
    """Runs words that take no values."""
    _run(connection, text, ())


def run_each(connection: Connection, text: str, several: Sequence[Sequence[Any]]) -> None:
    """Runs a statement once for each of several values, in the driver's own words."""
    _run(connection, text, several, many=True)


def _run(
    connection: Connection, text: str, values: Any, give: Callable[[Any], Any] = lambda _: None, *, many: bool = False
) -> Any:
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, values)
        return give(cursor)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _told(connection, text, fault, cursor) from fault
    finally:
        cursor.close()


def _fetched(cursor: Any) -> list[Any]:
    found: list[Any] = cursor.fetchall()
    return found


def _told(connection: Connection, text: str, fault: Any, cursor: Any) -> BaseException:
    """The fault as SQLAlchemy tells it, without any value; a connection that is lost is used no more."""
    dialect = connection.dialect
    kind: Any = dialect.loaded_dbapi.Error
    lost = dialect.is_disconnect(fault, connection.connection, cursor)
    if lost:
        connection.invalidate(fault)
    told: BaseException = DBAPIError.instance(
        text, None, fault, kind, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
    return told


def _made(connection: Connection, statement: Any) -> _Made:
    dialect = connection.dialect
    made = _known.get((statement, dialect.name))
    if made is None:
        made = _known[statement, dialect.name] = _compiled(statement, dialect)
    return made


def _compiled(statement: Any, dialect: Dialect) -> _Made:
    told: Any = statement.compile(dialect=dialect)
    given, order = told.params, told.positiontup
    kinds = {name: told.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in given}
    changed = [(name, process) for name, process in kinds.items() if process is not None]

    def bind(values: Mapping[str, Any]) -> Any:
        said = {**given, **values}
        for name, process in changed:
            said[name] = process(said[name])
        return said if order is None else tuple([said[name] for name in order])

    return _Made(str(told), bind, _shaped(statement, dialect))


def _shaped(statement: Any, dialect: Dialect) -> Callable[[list[Any]], list[Any]]:
    """A row has its columns' names, and their values are as the columns' types read them."""
    columns = [*getattr(statement, "exported_columns", ())]
    row: Any = namedtuple("Row", [one.key for one in columns], rename=True)  # type: ignore[misc]
    kinds = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
    changed = [(place, process) for place, process in enumerate(kinds) if process is not None]

    def shaped(found: list[Any]) -> list[Any]:
        told = [*map(list, found)] if changed else found
        for one in told if changed else ():
            for place, process in changed:
                one[place] = process(one[place])
        return [*map(row._make, told)]

    return shaped
