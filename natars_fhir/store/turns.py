"""Turns: processes that write into one file take turns, for SQLite lets whoever asks first have it, and who waits asks
again after a while (https://www.sqlite.org/c3ref/busy_timeout.html): one of them could wait for long.

A queue and no wall: what keeps two from writing at once is SQLite. Locks of a file's bytes
(https://pubs.opengroup.org/onlinepubs/9699919799/functions/fcntl.html) are the process's, so its threads wait for each
other before they come here, and whoever dies lets go. Who waits for the turn holds the place behind it meanwhile, so
that whoever had it last comes after them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from threading import Lock

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows: writers find their way by SQLite's own waiting)
    fcntl = None  # type: ignore[assignment]

#: Bytes of the file: whose turn it is, who is next; from `_TASKS` on, one byte a task.
_TURN, _NEXT, _TASKS = 0, 1, 1 << 10


class Turns:
    """The turns of one database, in the file beside it that is called like it, ``-turn`` added."""

    def __init__(self, database: str) -> None:
        self._database, self._file, self._opening = database, -1, Lock()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """It is this process's turn until the block ends."""
        file = self._opened()
        if file < 0:
            yield
            return
        _hold(file, _NEXT)
        try:
            _hold(file, _TURN)
        finally:
            _let_go(file, _NEXT)
        try:
            yield
        finally:
            _let_go(file, _TURN)

    @contextmanager
    def leading(self, what: str) -> Iterator[bool]:
        """Is this process the one that does *what*, until the block ends?"""
        file, byte = self._opened(), _TASKS + int.from_bytes(blake2b(what.encode(), digest_size=4).digest())
        if file < 0:
            yield True
            return
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            _let_go(file, byte)

    def close(self) -> None:
        """Lets go of the file."""
        with self._opening:
            if self._file >= 0:
                os.close(self._file)
            self._file = -1

    def _opened(self) -> int:
        """The file; below nothing where there can be none, or no database: then SQLite tells what is wrong there."""
        if self._file < 0 and self._database and fcntl is not None:
            with self._opening, suppress(OSError):
                if self._file < 0 and Path(self._database).is_file():
                    self._file = os.open(f"{self._database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _hold(file: int, byte: int) -> None:
    """Not where the system sees a circle: two stores of one process on one file look like one to it."""
    with suppress(OSError):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)


def _let_go(file: int, byte: int) -> None:
    with suppress(OSError):  # closed meanwhile
        fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)
