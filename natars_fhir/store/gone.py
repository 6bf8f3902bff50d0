"""Gone: the database cannot be reached, or takes nothing more in. It passes, or somebody sees to it.

https://docs.sqlalchemy.org/en/21/errors.html, https://www.sqlite.org/rescode.html. What is a fault of ours (a wrong
statement, a broken rule) is none of it, and stays what it is.
"""

from __future__ import annotations

import errno
import select
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
    InvalidatePoolError,
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


def watch_server(engine: Engine) -> None:
    """PostgreSQL: a connection that the server has dropped is found out before it is used. Whoever drops one says so,
    and an idle connection hears nothing else: one that is silent is used as it is, any other is asked first
    (https://docs.sqlalchemy.org/en/21/core/pooling.html#custom-legacy-pessimistic-ping)."""
    dialect = engine.dialect

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, _: Any, __: Any) -> None:
        if is_silent(connection):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error:
            raise InvalidatePoolError("the server has dropped the connection") from None


def is_silent(connection: Any) -> bool:
    """Is the connection open, and has nothing come over it that was not read? False also where that cannot be told."""
    if connection.closed or not hasattr(select, "poll"):
        return False
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    return not heard.poll(0)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
