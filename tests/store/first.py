"""A store as the first release left it.

`first_release.json` holds the rows of a store that release 0.1.0 made of seven pushes: versions in and out of order, a
deletion, the same unreadable entry twice, a document with an identifier.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, func, select

from natars_fhir.store import migrate

ROWS: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "first_release.json").read_bytes())


def left_by_the_first_release(engine: Engine) -> None:
    """Into an empty database: it knew no migrations, and has no table for them."""
    migrate.migrate(engine, "0001")
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name in ("outbox", *(name for name in ROWS if name != "outbox")):
            for row in ROWS[name]:
                told = {key: _octets(value) for key, value in row.items()}
                connection.execute(tables.tables[name].insert().values(**told))
            if engine.dialect.name == "postgresql" and "seq" in tables.tables[name].c and ROWS[name]:
                counter = func.pg_get_serial_sequence(name, "seq")
                connection.execute(select(func.setval(counter, max(row["seq"] for row in ROWS[name]))))
        tables.tables["alembic_version"].drop(connection)


def _octets(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
