"""Reasons: why a database cannot be used, in words of ours. What it says itself may hold its address, a password or a
value; so its words are looked through, and never told."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

#: https://www.sqlite.org/rescode.html
_SQLITE: Mapping[int, str] = MappingProxyType(
    {
        sqlite3.SQLITE_PERM: "this user may not open the file",
        sqlite3.SQLITE_BUSY: "another process holds it: see what it does, and try again when it is done",
        sqlite3.SQLITE_READONLY: "this user may not write the file, or into its folder",
        sqlite3.SQLITE_IOERR: "the disk gave an error, or is full",
        sqlite3.SQLITE_CORRUPT: "the file is damaged: restore a backup",
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_CANTOPEN: "there is no such file, or this user may not open it or write into its folder",
        sqlite3.SQLITE_NOTADB: "the file is no database of SQLite",
    }
)
#: Parts of what PostgreSQL and its client library say when nobody is let in.
#: https://www.postgresql.org/docs/15/errcodes-appendix.html
_POSTGRESQL: Mapping[str, str] = MappingProxyType(
    {
        "password authentication failed": "PostgreSQL takes no such user with this password",
        "no password supplied": "PostgreSQL asks for a password",
        "no pg_hba.conf entry": "PostgreSQL lets nobody in from here: see its pg_hba.conf",
        "too many clients": "PostgreSQL has no connection left",
        "role ": "PostgreSQL has no such user",
        "database ": "PostgreSQL has no such database",
        "starting up": "PostgreSQL is starting: try again",
        "shutting down": "PostgreSQL is stopping",
        "refused": "PostgreSQL does not listen there",
        "resolve": "there is no host of that name",
        "timeout expired": "PostgreSQL does not answer",
        "permission denied": "this user of PostgreSQL may not do that",
        "No space left": "PostgreSQL's disk is full",
    }
)
_DRIVER = "PostgreSQL needs the extra `postgres` (psycopg), which is not installed: docs/operations.md, Extras"


def why(fault: BaseException) -> str:
    """Why, in a few words; the kind of the fault where there are none for it."""
    said = getattr(fault, "orig", None) or fault
    if isinstance(said, sqlite3.Error):
        number = getattr(said, "sqlite_errorcode", 0)
        return _SQLITE.get(number & 0xFF, type(fault).__name__)
    if isinstance(said, ImportError):
        return _DRIVER
    if isinstance(said, OSError) and said.strerror:
        return said.strerror
    if type(said).__module__.partition(".")[0] == "psycopg":
        told = (words for part, words in _POSTGRESQL.items() if part in str(said))
        return next(told, type(fault).__name__)
    return type(fault).__name__
