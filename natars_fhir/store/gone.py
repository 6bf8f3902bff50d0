"""Gone: the database cannot be reached, or takes nothing more in. It passes, or somebody sees to it.

https://docs.sqlalchemy.org/en/21/errors.html, https://www.sqlite.org/rescode.html. What is a fault of ours (a wrong
statement, a broken rule) is none of it, and stays what it is.
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
#: PostgreSQL: the server takes no writes (25006: a stand-by, or read-only), or is out of something (class 53).
_PASSING = ("25006", "53")


def is_gone(fault: BaseException) -> bool:
    """Is this the database being away, full, locked or read-only, rather than a fault of ours?"""
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    if isinstance(fault, InternalError):
        return str(getattr(fault.orig, "sqlstate", "")).startswith(_PASSING)
    if isinstance(fault, OperationalError | InterfaceError | PoolTimeoutError | DisconnectionError):
        return True
    if type(fault) is DatabaseError:  # SQLite: the file is no database, or is damaged
        return isinstance(fault.orig, sqlite3.DatabaseError)
    return isinstance(fault, OSError) and fault.errno in _DISK


def watch_file(engine: Engine) -> None:
    """SQLite: what is written to a file that was moved or removed would be lost, and nobody would be told. So a
    connection whose file is not there any more is closed, and none is opened to a file that would have to be made."""
    path = engine.url.database or ""

    @event.listens_for(engine, "do_connect")
    def connecting(*_: Any) -> None:
        if not Path(path).is_file():
            raise sqlite3.OperationalError("unable to open database file")

    @event.listens_for(engine, "connect")
    def connected(_: Any, record: Any) -> None:
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def taken(_: Any, record: Any, __: Any) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError("the database's file is not the one that was opened")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
