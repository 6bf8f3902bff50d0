"""An empty database gets its tables by the very statements that made those of the first one in this process: to work
them out of `store/tables` takes most of the time, and hundreds of tests begin with an empty database. That they are
what migrations come to tests/store/test_migrate.py shows, and there they are worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event

from natars_fhir.store import migrate

#: What changes nothing: whether a table is there is asked before it is made.
_LOOKS = ("SELECT", "PRAGMA")


def tables_again(patch: pytest.MonkeyPatch) -> None:
    """Until *patch* is undone."""
    patch.setattr(migrate, "make", _again(migrate.make))


def _again(make: Callable[[Connection], None]) -> Callable[[Connection], None]:
    said: dict[str, list[tuple[str, Any]]] = {}

    def made(connection: Connection) -> None:
        dialect = connection.dialect.name
        if dialect in said:
            cursor = connection.connection.cursor()
            for statement, parameters in said[dialect]:
                cursor.execute(statement, parameters)
            cursor.close()
            return
        heard: list[tuple[str, Any]] = []

        def hear(_: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
            if not statement.lstrip().upper().startswith(_LOOKS):
                heard.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", hear)
        make(connection)
        event.remove(connection, "before_cursor_execute", hear)
        said[dialect] = heard

    return made
