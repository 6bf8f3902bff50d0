"""Rows, many at once: one statement a table, compiled once, for a push brings rows by the hundred.

SQLite takes them one by one within the driver (executemany); PostgreSQL takes each column as one array and makes the
rows of them itself (https://www.postgresql.org/docs/15/functions-array.html, unnest). Rows go in by the order of
their keys, so that two writers never wait for each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from sqlalchemy import Boolean, Connection, Dialect, Table, Text, TypeDecorator, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

_UPSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Row = Mapping[str, Any]
#: What becomes of a row whose key is there already: it is an error, it is left as it is, it is replaced, or added to.
Clash = Literal["error", "keep", "replace", "add"]


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds rows, in their order; a key that is there already is an error."""
    if rows:
        _put(connection, table, rows, "error")


def keep_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds the rows whose key is not there yet."""
    if rows:
        _put(connection, table, _ordered(table, rows), "keep")


def keep_latest(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds rows, or puts them in the place of those with the same key."""
    if rows:
        _put(connection, table, _ordered(table, rows), "replace")


def add_up(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds rows, or adds their `count` to those with the same key; `first` and `last` widen, the rest is the newest."""
    if rows:
        _put(connection, table, _ordered(table, rows), "add")


def numbers(connection: Connection, table: Table, count: int) -> list[int]:
    """As many numbers for new rows of a table that counts its rows by `seq`; nobody else gets them."""
    if connection.dialect.name == "postgresql":
        name = func.pg_get_serial_sequence(table.name, "seq")
        asked = select(func.nextval(name)).select_from(func.generate_series(1, count))
        return sorted(connection.execute(asked).scalars())
    last = connection.execute(select(func.max(table.c.seq))).scalar() or 0  # the one writer asks
    return list(range(last + 1, last + count + 1))


def _ordered(table: Table, rows: Sequence[Row]) -> list[Row]:
    keys = _keys(table)
    return sorted(rows, key=lambda row: tuple(row[key] for key in keys)) if len(rows) > 1 else list(rows)


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _put(connection: Connection, table: Table, rows: Sequence[Row], clash: Clash) -> None:
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        statement, moments = _one_by_one(connection.dialect, table, names, clash)
        connection.exec_driver_sql(statement, _written(rows, moments) if moments else list(rows))
    else:
        columns = {f"in_{name}": [row[name] for row in rows] for name in names}
        connection.execute(_at_once(table, names, clash), columns)


@cache
def _one_by_one(
    dialect: Dialect, table: Table, names: tuple[str, ...], clash: Clash
) -> tuple[str, Mapping[str, Callable[[Any], Any]]]:
    """The driver's statement for one row, which names its values; and the columns whose values it must be given as
    text."""
    adding = _UPSERT[dialect.name](table).values({name: bindparam(name) for name in names})
    statement = str(_resolved(adding, table, names, clash).compile(dialect=sqlite.dialect(paramstyle="named")))
    binders = {n: table.c[n].type.dialect_impl(dialect).bind_processor(dialect) for n in names}
    return statement, {n: bind for n, bind in binders.items() if bind and isinstance(table.c[n].type, TypeDecorator)}


def _written(rows: Sequence[Row], moments: Mapping[str, Callable[[Any], Any]]) -> list[Row]:
    """The rows with their moments as text; most of one push are the same."""
    texts: dict[Any, Any] = {}

    def text_of(value: Any, bind: Callable[[Any], Any]) -> Any:
        found = texts.get(value)
        if found is None and value is not None:
            found = texts[value] = bind(value)
        return found

    return [{**row, **{name: text_of(row[name], bind) for name, bind in moments.items()}} for row in rows]


@cache
def _at_once(table: Table, names: tuple[str, ...], clash: Clash) -> Any:
    """PostgreSQL's statement for as many rows as its arrays are long."""
    arrays = [bindparam(f"in_{name}", type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    rows = func.unnest(*arrays).table_valued(*names).render_derived(name="r")
    adding = postgresql.insert(table).from_select(list(names), select(*(rows.c[name] for name in names)))
    return _resolved(adding, table, names, clash)


def _resolved(adding: Any, table: Table, names: tuple[str, ...], clash: Clash) -> Any:
    keys = _keys(table)
    if clash == "error":
        return adding
    if clash == "keep":
        return adding.on_conflict_do_nothing()
    old, new = table.c, adding.excluded
    news = {name: new[name] for name in names if name not in keys}
    if clash == "add":
        news["count"] = old["count"] + new["count"]
        news["first"] = case((new["first"] < old["first"], new["first"]), else_=old["first"])
        news["last"] = case((new["last"] > old["last"], new["last"]), else_=old["last"])
    return adding.on_conflict_do_update(index_elements=list(keys), set_=news)


class Names(TypeDecorator[Any]):
    """Any number of names as one parameter: an array, or a JSON array where the database has none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL's own array."""
        kind: TypeEngine[Any] = postgresql.ARRAY(Text()) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """In one order, each once."""
        ordered = sorted(set(value or ()))
        return ordered if dialect.name == "postgresql" else json.dumps(ordered, ensure_ascii=False)


class among(FunctionElement[bool]):  # noqa: N801 (it stands in a statement like a function)
    """Is a row of the site (parameter ``of_site``), and a column of it among the names (``names``)?

    One statement for any number of names. SQLite is asked for both at once, for else it may walk the whole site.
    """

    type = Boolean()
    inherit_cache = True
    name = "among"

    def __init__(self, site: Any, column: Any) -> None:
        super().__init__(site, column, bindparam("of_site", type_=Text()), bindparam("names", type_=Names()))

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """It stands as it is: SQLAlchemy would write ``= 1`` after it, and then SQLite uses no index."""
        return self


@compiles(among, "sqlite")
def _among_json(element: among, compiler: Any, **more: Any) -> str:
    site, column, here, names = (compiler.process(clause, **more) for clause in element.clauses)
    asked = f"SELECT {here}, value FROM json_each({names})"  # noqa: S608 (compiled clauses, all of them)
    return f"({site}, {column}) IN ({asked})"


@compiles(among, "postgresql")
def _among_array(element: among, compiler: Any, **more: Any) -> str:
    site, column, here, names = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({site} = {here} AND {column} = ANY({names}))"
