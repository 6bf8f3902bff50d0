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


#: The same in Chinese, for those whom a person at a site may meet.
_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        _SQLITE[sqlite3.SQLITE_BUSY]: "正被其他进程占用，请稍后再试",
        _SQLITE[sqlite3.SQLITE_READONLY]: "当前用户无权写入该文件或其所在文件夹",
        _SQLITE[sqlite3.SQLITE_IOERR]: "磁盘出错或已满",
        _SQLITE[sqlite3.SQLITE_CORRUPT]: "文件已损坏，请恢复备份",
        _SQLITE[sqlite3.SQLITE_FULL]: "磁盘已满",
        _SQLITE[sqlite3.SQLITE_CANTOPEN]: "文件不存在，或当前用户无权打开",
        _POSTGRESQL["refused"]: "PostgreSQL 未在该地址监听",
        _POSTGRESQL["shutting down"]: "PostgreSQL 正在停止",
        _POSTGRESQL["starting up"]: "PostgreSQL 正在启动，请稍后再试",
        _POSTGRESQL["No space left"]: "PostgreSQL 的磁盘已满",
    }
)


def why(fault: BaseException, language: str = "en") -> str:
    """Why, in a few words; the kind of the fault where there are none for it."""
    said = _why(fault)
    return _CHINESE.get(said, said) if language == "zh" else said


def _why(fault: BaseException) -> str:
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
