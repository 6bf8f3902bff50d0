"""Walls: PostgreSQL itself shows a site's transaction no other site's rows, whatever a question forgets to ask.

https://www.postgresql.org/docs/15/ddl-rowsecurity.html. They hold for the tables' owner too; a superuser passes them,
so the service must not be one (`docs/operations.md`). SQLite has none: there the questions alone keep the sites
apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table, text

from natars_fhir.store.locks import EVERY_SITE, SETTING

_ASKED = f"current_setting('{SETTING}', true)"
_OURS = f"site = {_ASKED} OR {_ASKED} = '{EVERY_SITE}'"
#: Rows without a site of their own belong with a row of another table.
_BESIDE = {"delivery": "EXISTS (SELECT 1 FROM outbox WHERE outbox.seq = delivery.outbox)"}


def build(connection: Connection, tables: Iterable[Table]) -> None:
    """Builds the walls of these tables, where the database has any."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        around(connection, table.name, table)


def around(connection: Connection, name: str, table: Table) -> None:
    """Builds the wall of *table* around what is called *name*: the table itself, or a partition of it, which the
    table's own wall does not cover for who asks it by its name."""
    rule = _OURS if "site" in table.c else _BESIDE.get(table.name)
    if rule is None:
        return
    # names are ours, and no user's word
    connection.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"))
    connection.execute(text(f"CREATE POLICY {name}_of_site ON {name} USING ({rule}) WITH CHECK ({rule})"))
