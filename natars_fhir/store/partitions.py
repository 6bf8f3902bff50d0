"""Partitions: on PostgreSQL the large tables may be cut by site, so that each site has its own files and indexes.

https://www.postgresql.org/docs/15/ddl-partitioning.html. The tables stay what `tables` says, but for the primary key,
which has to name the site too. A row of a site that has no partition goes to the rest. `docs/cluster.md` says what it
costs and when it pays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from sqlalchemy import Connection, Table, func, select, text

from natars_fhir.store import walls
from natars_fhir.store.tables.access import bearer_token
from natars_fhir.store.tables.core import (
    let_go,
    mention,
    parcel,
    patient,
    patient_name,
    reading,
    resource_alias,
    resource_version,
    screening,
)
from natars_fhir.store.tables.door import identified

#: What grows with what a site sends. Left whole: `outbox`, for `delivery` refers to its rows by their number alone;
#: `audit` and its seals, for they outlive a site; all that stays small.
TABLES = (
    parcel, resource_version, reading, resource_alias, identified, mention, patient_name, patient, screening, let_go,
)  # fmt: skip
_REST = "rest"
#: What a new table takes over from the one whose place it takes; keys and indexes are made when the rows are in.
_AS = "INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMPRESSION"


def are_made(connection: Connection) -> bool:
    """Are the large tables cut by site?"""
    return connection.dialect.name == "postgresql" and _is_cut(connection, reading)


def make(connection: Connection, sites: Iterable[str] = ()) -> list[str]:
    """Cuts the large tables, and gives each site that has rows or a token, and each of *sites*, a partition; which
    sites had none before. All of it in the transaction that the caller holds."""
    wanted = sorted({*sites, *_known(connection)} - {""})
    new = [site for site in wanted if not _is_there(connection, part(reading, site))]
    _lock(connection, TABLES)
    for table in TABLES:
        if not _is_cut(connection, table):
            _remade(connection, table, wanted)
            continue
        for site in wanted:
            _add(connection, table, site)
    return new


def unmake(connection: Connection) -> bool:
    """Makes each of the large tables one again; False where they are."""
    cut = [table for table in TABLES if _is_cut(connection, table)]
    _lock(connection, cut)
    for table in cut:
        _remade(connection, table, None)
    return bool(cut)


def add(connection: Connection, site: str) -> bool:
    """Gives a site its partitions where the tables are cut and it has none; others are read meanwhile."""
    if not site or not are_made(connection) or _is_there(connection, part(reading, site)):
        return False
    for table in TABLES:
        _add(connection, table, site)
    return True


def drop(connection: Connection, site: str) -> int:
    """Takes a site's partitions away, with whatever they hold; how many those were. Others wait meanwhile."""
    if not are_made(connection):
        return 0
    gone = [name for table in TABLES if _is_there(connection, name := part(table, site))]
    if gone:
        _lock(connection, TABLES)
    for name in gone:
        _run(connection, f"DROP TABLE {name}")
    return len(gone)


def part(table: Table, site: str) -> str:
    """What a site's partition is called: no two have one name, and none is too long (63 bytes)."""
    told = re.sub(r"[^a-z0-9]+", "_", site.lower())[:24]
    return f"{table.name}__{told}_{blake2b(site.encode(), digest_size=4).hexdigest()}"


def rest(table: Table) -> str:
    """What the partition of all other sites is called."""
    return f"{table.name}__{_REST}"


def _known(connection: Connection) -> set[str]:
    """The sites that have rows or a token."""
    return {
        site
        for table in (*TABLES, bearer_token)
        for site in connection.execute(select(table.c.site).distinct()).scalars()
    }


def _remade(connection: Connection, table: Table, sites: Collection[str] | None) -> None:
    """The same rows in a table of the other kind, under the same name: cut by these sites, or (None) whole."""
    name, made = table.name, f"{table.name}__new"
    _run(connection, f"CREATE TABLE {made} (LIKE {name} {_AS}) {'' if sites is None else 'PARTITION BY LIST (site)'}")
    parts = [] if sites is None else _parts(connection, table, made, sites)
    _run(connection, f"INSERT INTO {made} SELECT * FROM {name}")  # noqa: S608 (our own words; the columns are the same)
    if "seq" in table.c:
        counter = connection.execute(select(func.pg_get_serial_sequence(name, "seq"))).scalar_one()
        _run(connection, f"ALTER SEQUENCE {counter} OWNED BY {made}.seq")
    _run(connection, f"DROP TABLE {name}")
    _run(connection, f"ALTER TABLE {made} RENAME TO {name}")
    keys = dict.fromkeys([*(column.name for column in table.primary_key), *([] if sites is None else ["site"])])
    _run(connection, f"ALTER TABLE {name} ADD CONSTRAINT {name}_pkey PRIMARY KEY ({', '.join(keys)})")
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        index.create(connection)
    for one in (name, *parts):
        walls.around(connection, one, table)
    _run(connection, f"ANALYZE {name}")


def _parts(connection: Connection, table: Table, made: str, sites: Collection[str]) -> list[str]:
    """Partitions of a new table, for these sites and for the rest; what they are called."""
    _run(connection, f"CREATE TABLE {rest(table)} PARTITION OF {made} DEFAULT")
    for site in sites:
        only = _quoted(connection, site)
        _run(connection, f"CREATE TABLE {part(table, site)} PARTITION OF {made} FOR VALUES IN ({only})")
    return [rest(table), *(part(table, site) for site in sites)]


def _add(connection: Connection, table: Table, site: str) -> None:
    """A partition for a site that has none; its rows come from the rest."""
    name, only = part(table, site), _quoted(connection, site)
    if _is_there(connection, name):
        return
    _run(connection, f"CREATE TABLE {name} (LIKE {table.name} {_AS})")
    moved = f"WITH moved AS (DELETE FROM {rest(table)} WHERE site = {only} RETURNING *)"  # noqa: S608 (quoted)
    _run(connection, f"{moved} INSERT INTO {name} SELECT * FROM moved")  # noqa: S608
    _run(connection, f"ALTER TABLE {table.name} ATTACH PARTITION {name} FOR VALUES IN ({only})")
    walls.around(connection, name, table)


def _quoted(connection: Connection, site: str) -> str:
    """DDL knows no parameters: the server itself quotes the name."""
    return str(connection.execute(select(func.quote_literal(site))).scalar_one())


def _lock(connection: Connection, tables: Sequence[Table]) -> None:
    """Nobody reads or writes them meanwhile."""
    if tables:
        _run(connection, f"LOCK TABLE {', '.join(table.name for table in tables)} IN ACCESS EXCLUSIVE MODE")


def _is_cut(connection: Connection, table: Table) -> bool:
    asked = text("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(:name)")
    return bool(connection.execute(asked, {"name": table.name}).scalar())


def _is_there(connection: Connection, name: str) -> bool:
    return connection.execute(select(func.to_regclass(name))).scalar() is not None


def _run(connection: Connection, statement: str) -> None:
    """As it stands: a colon or a percent sign in a site's name is no parameter."""
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
