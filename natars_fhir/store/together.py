"""Together: writers who wait for each other anyway share one transaction, and one wait for the disk.

An embedded database takes one writer at a time (https://www.sqlite.org/wal.html). Who comes while somebody writes
waits; then one of those who wait does the work of all of them, in the order in which they came, and nobody is answered
before all of it is kept. Where a part of it fails, nothing of that transaction is kept, and each is done by itself:
what is wrong with one is told to that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from threading import Condition, Event, Lock
from typing import Any, TypeVar

from sqlalchemy import Connection

_T = TypeVar("_T")
#: As many writers share a transaction.
_MOST = 16


@dataclass(slots=True)
class _Turn:
    """One writer's work, and what came of it. ``around``: who acts, and in which request (`store.actor`)."""

    work: Callable[[Connection], Any]
    around: Context
    given: Any = None
    fault: Exception | None = None
    kept: bool = False
    over: bool = False

    def take(self, connection: Connection) -> None:
        """Does it; it may be done again in another transaction."""
        self.given = self.around.run(self.work, connection)


class Together:
    """The writers of one database, within this process; *write* begins a transaction that writes."""

    def __init__(self, write: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._write = write
        #: held by whoever writes, together with others or alone
        self.alone = Lock()
        self._changed = Condition()
        self._waiting: list[_Turn] = []
        self._busy = False
        self._one, self._free = Lock(), Event()
        self._free.set()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """For work that needs the interpreter for long and no database: one at a time, and begun only while nobody of
        this process holds the database, but for the commit."""
        with self._one:
            self._free.wait()
            yield

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def do(self, work: Callable[[Connection], _T]) -> _T:
        """What *work* gives, once it is kept. Raises what it raises, and then nothing of it is kept."""
        mine = _Turn(work, copy_context())
        with self._changed:
            self._waiting.append(mine)
        while turns := self._next(mine):
            try:
                self._all(turns)
            finally:  # also where whoever does the work is stopped: it alone is told
                self._let_go(turns, mine)
        if mine.fault is not None:
            raise mine.fault
        given: _T = mine.given
        return given

    def _next(self, mine: _Turn) -> Sequence[_Turn]:
        """Those whose work this writer is to do now; nobody, once its own is over."""
        with self._changed:
            while self._busy and not mine.over:
                self._changed.wait()
            if mine.over:
                return ()
            self._busy = True
            turns, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            return turns

    def _let_go(self, turns: Sequence[_Turn], mine: _Turn) -> None:
        """Those whose work is done are over; the others, where this writer was stopped, wait again, before who came
        later."""
        with self._changed:
            self._busy = False
            for one in turns:
                one.over = one.kept or one.fault is not None
            self._waiting = [one for one in turns if not one.over and one is not mine] + self._waiting
            self._changed.notify_all()

    def _all(self, turns: Sequence[_Turn]) -> None:
        if len(turns) > 1 and self._at_once(turns):
            return
        for one in turns:
            try:
                with self._write() as connection, self._undisturbed():
                    one.take(connection)
                one.kept = True
            except Exception as fault:  # noqa: BLE001 (its own writer raises it)
                one.fault = fault

    def _at_once(self, turns: Sequence[_Turn]) -> bool:
        """Could all of them be kept in one transaction?"""
        try:
            with self._write() as connection, self._undisturbed():
                for one in turns:
                    one.take(connection)
        except Exception:  # noqa: BLE001 (whose it is shows when each is done by itself)
            return False
        for one in turns:
            one.kept = True
        return True
