"""From the first release to the second: bytes in parcels, a quarantine that is worked with, an audit that is sealed.

Revision 0002, after 0001. Nothing that was kept is lost; what was not written down then is worked out where it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table, Text, select, text, update

from natars_fhir.domain.identity import Version
from natars_fhir.fhir.decode import kind_of
from natars_fhir.store import walls
from natars_fhir.store.audit import FIRST_RELEASE
from natars_fhir.store.migrations.second_release import metadata as added
from natars_fhir.store.migrations.second_release_out import metadata as added_out
from natars_fhir.store.packed import digest, unpack

revision = "0002"
down_revision = "0001"

_PAGE = 500


def _needed(name: str, kind: Any = Text, default: str = "") -> Column[Any]:
    """A column that holds something in every row; the default is for the rows that are there."""
    return Column(name, kind, nullable=False, server_default=default)


_COLUMNS: dict[str, tuple[Column[Any], ...]] = {
    "audit": tuple(_needed(name) for name in ("by", "person", "about", "request", "mark")),
    "outbox": (_needed("hash"), _needed("about")),
    "quarantine": (
        *(_needed(name) for name in ("last", "kind", "fhir", "tried_with")),
        _needed("count", Integer, "1"),
        _needed("state", Text, "waiting"),
        _needed("tries", Integer, "0"),
        *(Column(name, Text) for name in ("tried", "became", "by", "reason", "settled")),
        Column("around", LargeBinary),
    ),
    "resource_version": (
        _needed("counted", Integer, "0"),
        _needed("parcel", BigInteger, "0"),
        _needed("start", Integer, "0"),
        _needed("length", Integer, "0"),
    ),
}


def upgrade() -> None:
    """All of it, in one transaction."""
    connection = op.get_bind()
    added.create_all(connection)
    added_out.create_all(connection)
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    now = MetaData()
    now.reflect(connection)
    _parcels(connection, now.tables["resource_version"], now.tables["parcel"])
    _hashes(connection, now.tables["outbox"])
    _quarantine(connection, now.tables["quarantine"])
    mark = f"'{FIRST_RELEASE} ' || seq"  # our own words
    connection.execute(text(f"UPDATE audit SET mark = {mark}"))  # noqa: S608
    _indexes()
    if connection.dialect.name == "sqlite":
        _without_row_numbers()
    if connection.dialect.name == "postgresql":
        for table, columns in _COLUMNS.items():
            for column in columns:
                op.alter_column(table, column.name, server_default=None)
        walls.build(connection, [table for name, table in now.tables.items() if name != "alembic_version"])


def _parcels(connection: Connection, versions: Table, parcel: Table) -> None:
    """Each version gets a parcel of its own, and its number among those that counted."""
    columns = (versions.c.seq, versions.c.site, versions.c.key, versions.c.hash, versions.c.number, versions.c.updated)
    heads: dict[tuple[str, str], tuple[Version, int]] = {}
    for row in _pages(connection, versions, *columns, versions.c.raw):
        connection.execute(parcel.insert().values(seq=row.seq, site=row.site, body=row.raw))
        said, (before, count) = Version(row.number, row.updated), heads.get((row.site, row.key), (Version(), 0))
        late = bool(row.hash) and count > 0 and not before.replaced_by(said)
        if not late:
            heads[row.site, row.key] = (said if row.hash else before, count + 1)
        place = {"parcel": row.seq, "counted": 0 if late else count + 1, "length": len(unpack(row.raw))}
        connection.execute(update(versions).where(versions.c.seq == row.seq).values(place))
    op.drop_column("resource_version", "raw")
    for name in ("lease", "holder"):
        op.drop_column("outbox", name)
    if connection.dialect.name == "postgresql":
        counter = "pg_get_serial_sequence('parcel', 'seq')"
        connection.execute(text(f"SELECT setval({counter}, (SELECT coalesce(max(seq), 1) FROM parcel))"))  # noqa: S608


def _hashes(connection: Connection, outbox: Table) -> None:
    for row in _pages(connection, outbox, outbox.c.seq, outbox.c.body):
        connection.execute(update(outbox).where(outbox.c.seq == row.seq).values(hash=digest(unpack(row.body))))


def _quarantine(connection: Connection, quarantine: Table) -> None:
    """The same bytes are one row now: the first stays, and counts the others."""
    here = quarantine.c
    first: dict[tuple[str, str], int] = {}
    for row in _pages(connection, quarantine, here.seq, here.site, here.hash, here.at, here.raw, here.place):
        number = first.setdefault((row.site, row.hash), row.seq)
        mine = update(quarantine).where(here.seq == number)
        if number == row.seq:
            kind = kind_of(unpack(row.raw))
            connection.execute(mine.values(last=row.at, kind=kind if isinstance(kind, str) else ""))
        else:
            connection.execute(mine.values(last=row.at, count=here["count"] + 1))
            connection.execute(quarantine.delete().where(here.seq == row.seq))


def _indexes() -> None:
    for name, table, columns in (
        ("mention_of", "mention", ["site", "other", "key"]),
        ("patient_named", "patient_name", ["site", "name", "key"]),
        ("outbox_waiting", "outbox", ["site", "state", "seq"]),
        ("resource_version_of", "resource_version", ["site", "key"]),
    ):
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    op.drop_index("quarantine_of", table_name="quarantine")
    op.create_index("quarantine_of", "quarantine", ["site", "hash"], unique=True)
    op.create_index("quarantine_waiting", "quarantine", ["site", "state", "tried_with", "seq"])
    op.create_index("audit_of", "audit", ["site", "seq"])
    op.create_index("patient_target", "patient", ["site", "target"])
    op.create_index("outbox_about", "outbox", ["site", "about", "kind"])


def _without_row_numbers() -> None:
    """Aliases are found by their key alone. https://www.sqlite.org/withoutrowid.html"""
    op.rename_table("resource_alias", "resource_alias_before")
    columns = (Column(name, Text, primary_key=name != "key", nullable=False) for name in ("site", "alias", "key"))
    op.create_table("resource_alias", *columns, sqlite_with_rowid=False)
    op.execute("INSERT INTO resource_alias (site, alias, key) SELECT site, alias, key FROM resource_alias_before")
    op.drop_table("resource_alias_before")


def _pages(connection: Connection, table: Table, *columns: Any) -> Iterator[Any]:
    """Every row, some at a time: a store may be larger than the memory."""
    after = 0
    while rows := connection.execute(
        select(*columns).where(table.c.seq > after).order_by(table.c.seq).limit(_PAGE)
    ).all():
        yield from rows
        after = rows[-1].seq
