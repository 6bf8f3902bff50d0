"""Rows, many at once: one statement a table, compiled once, for a push brings rows by the hundred.

SQLite takes them one by one within the driver (executemany); PostgreSQL takes them as one JSON text and makes the rows
itself (https://www.postgresql.org/docs/15/functions-json.html, json_to_recordset), and the bytes of all of them as one
value, of which each row names its part. Rows go in by the order of their keys, so that two writers never wait for each
other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import itemgetter
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from natars_fhir.store import driver

Row = Mapping[str, Any]
#: What becomes of a row whose key is there already: it is an error, it is left as it is, it is replaced, or added to.
Clash = Literal["error", "keep", "replace", "add"]


def row_of(one: Any) -> dict[str, Any]:
    """The fields of a frozen value as a row; `dataclasses.asdict` would copy each, and moments take it long."""
    kind: Any = type(one)
    return {name: getattr(one, name) for name in _fields(kind)}


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


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


def numbers(connection: Connection, table: Table, count: int, *others: Table) -> list[int]:
    """As many numbers for new rows of a table that counts its rows by `seq`; nobody else gets them. *others* are
    tables whose rows are given the same numbers, and nowhere else any."""
    if connection.dialect.name == "postgresql":
        return sorted(driver.rows(connection, _next(table), {"count": count})[0].numbers or ())
    last = driver.rows(connection, _last(table, *others), {})[0].last or 0  # the one writer asks
    return list(range(last + 1, last + count + 1))


@cache
def _next(table: Table) -> Any:
    """So many numbers of the table's own, in one row."""
    name = select(func.pg_get_serial_sequence(table.name, "seq")).scalar_subquery()  # asked once
    many = func.generate_series(1, bindparam("count", type_=Integer()))
    return select(func.array_agg(func.nextval(name), type_=ARRAY(BigInteger())).label("numbers")).select_from(many)


@cache
def _last(*tables: Table) -> Any:
    """The highest number of these tables: of one alone rows may be gone whose numbers others still have."""
    each = union_all(*(select(func.max(table.c.seq).label("seq")) for table in tables)).subquery()
    return select(func.max(each.c.seq).label("last"))


def adding(connection: Connection, table: Table) -> Any:
    """An insert that can say what is to be done where a key is there already, in this database's words."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _ordered(table: Table, rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=itemgetter(*_keys(table))) if len(rows) > 1 else list(rows)


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _put(connection: Connection, table: Table, rows: Sequence[Row], clash: Clash) -> None:
    names = tuple(rows[0])
    if moments := _moments(table, names):
        rows = _with_texts(rows, moments)
    if connection.dialect.name == "sqlite":
        driver.run_each(connection, _one_by_one(table, names, clash), [*map(itemgetter(*names), rows)])
        return
    told: dict[str, Any] = {}
    if binary := _binary(table, names):
        rows, told["bytes"] = _in_one(rows, binary)
    driver.run(connection, _at_once(table, names, clash), {"rows": json_text(rows), **told})


@cache
def _binary(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(table.c[name].type, LargeBinary))


def _in_one(rows: Sequence[Row], names: Sequence[str]) -> tuple[list[Row], bytes]:
    """The rows, with places in the place of bytes, counted from 1; and all the bytes. In base64 a text of them takes
    the server twice as long."""
    placed, parts, place = list[Row](), list[bytes](), 1
    for row in rows:
        told = {**row}
        for name in names:
            if (value := row[name]) is not None:
                told[name], told[_length(name)] = place, len(value)
                parts.append(value)
                place += len(value)
        placed.append(told)
    return placed, b"".join(parts)


def _length(name: str) -> str:
    return f"{name}_length"


@cache
def _moments(table: Table, names: tuple[str, ...]) -> tuple[tuple[str, TypeDecorator[Any]], ...]:
    kinds = ((name, table.c[name].type) for name in names)
    return tuple((name, kind) for name, kind in kinds if isinstance(kind, TypeDecorator))


def _with_texts(rows: Sequence[Row], moments: Sequence[tuple[str, TypeDecorator[Any]]]) -> list[Row]:
    """The rows, with moments as they are kept; most of them are the same."""
    known = {
        name: {value: kind.process_bind_param(value, _ANY) for value in {row[name] for row in rows}}
        for name, kind in moments
    }
    return [{**row, **{name: texts[row[name]] for name, texts in known.items()}} for row in rows]


#: A moment is written the same for every database.
_ANY = DefaultDialect()
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def json_text(value: Any) -> str:
    """JSON that PostgreSQL takes: of all characters its texts cannot hold NUL, which becomes U+FFFD."""
    told = msgspec.json.encode(value).decode()
    return _NUL.sub(r"\1\\ufffd", told) if "\\u0000" in told else told


@cache
def _one_by_one(table: Table, names: tuple[str, ...], clash: Clash) -> str:
    """SQLite's statement for one row, whose values come in the order of their *names*."""
    numbered: dict[str, Any] = {name: literal_column(f"?{place}") for place, name in enumerate(names, 1)}
    adding = sqlite.insert(table).values(numbered).inline()
    return str(_resolved(adding, table, names, clash).compile(dialect=sqlite.dialect()))


@cache
def _at_once(table: Table, names: tuple[str, ...], clash: Clash) -> Any:
    """PostgreSQL's statement for any number of rows, with the bytes of all where there are any."""
    kinds, binary = {name: table.c[name].type for name in names}, _binary(table, names)
    columns = [column(name, _as_json(kinds[name])) for name in names]
    lengths = [column(_length(name), Integer) for name in binary]
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON)).table_valued(*columns, *lengths)
    told = rows.render_derived(name="r", with_types=True).c
    whole = bindparam("bytes", type_=LargeBinary)
    values = [
        func.substring(whole, told[name], told[_length(name)]) if name in binary else told[name] for name in names
    ]
    return _resolved(postgresql.insert(table).from_select(list(names), select(*values)), table, names, clash)


def _as_json(kind: Any) -> Any:
    """As what a row's JSON tells a value: a place for bytes, a moment's text."""
    if isinstance(kind, LargeBinary):
        return Integer
    return Text if isinstance(kind, TypeDecorator) else kind


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
    """Any number of names as one parameter: a JSON array of them, in one order, each once."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """The text."""
        return json_text(sorted(set(value or ())))


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
    array = f"ARRAY(SELECT json_array_elements_text({names}::json))"
    return f"({site} = {here} AND {column} = ANY({array}))"
