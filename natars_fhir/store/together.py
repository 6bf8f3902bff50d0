"""Together: writers who wait for each other anyway share one transaction, and one wait for the disk.

An embedded database takes one writer at a time (https://www.sqlite.org/wal.html). Who comes while somebody writes
waits; then one of those who wait does the work of all of them, in the order in which they came, and nobody is answered
before all of it is kept. Those whose work is the same are handed to it at once, so that it can ask and write once for
all of them. Where a part of it fails, nothing of that transaction is kept, and each is done by itself: what is wrong
with one is told to that one alone. Where it cannot even be begun, that is told to all: else each would wait in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from threading import Condition, Event, Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from natars_fhir.store import locks

_T = TypeVar("_T")
_Item = TypeVar("_Item")
#: What several bring is done at once; what comes of each, in their order. It may be done again in another transaction.
Work = Callable[[Connection, Sequence[_Item]], Sequence[_T]]
#: The names of what is written (`Store.write`); None: everything.
Names = Collection[str] | None
#: As many writers share a transaction.
_MOST = 16


@dataclass(slots=True, eq=False)
class _Turn:
    """One writer's work, and what came of it."""

    work: Work[Any, Any]
    item: Any
    names: Names
    given: Any = None
    fault: Exception | None = None
    kept: bool = False
    over: bool = False


class _Alone(NamedTuple):
    """Work that is nobody else's. ``around``: who acts, and in which request (`store.actor`)."""

    work: Callable[[Connection], Any]
    around: Context


def _each(connection: Connection, several: Sequence[_Alone]) -> list[Any]:
    return [one.around.run(one.work, connection) for one in several]


class Together:
    """The writers of one database, within this process. *write* begins a transaction that writes; *surely* does one
    piece of work in such a transaction, again where another stood in its way."""

    def __init__(
        self,
        write: Callable[[Names], AbstractContextManager[Connection]],
        surely: Callable[[Names, Callable[[Connection], Any]], Any],
        most: int = _MOST,
    ) -> None:
        self._write, self._surely, self._most = write, surely, most
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
        given: _T = self.join(None, _Alone(work, copy_context()), _each)
        return given

    def join(self, names: Names, item: _Item, work: Work[_Item, _T]) -> _T:
        """What *work* gives for *item*, once it is kept; it gets what others bring to the same work besides, where they
        come together. *names* are those of what is written. Raises what it raises for this item alone."""
        mine = _Turn(work, item, names)
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
            turns, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
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
                self._surely(one.names, partial(self._done, turns=[one]))
                one.kept = True
            except Exception as fault:  # noqa: BLE001 (its own writer raises it)
                one.fault = fault

    def _at_once(self, turns: Sequence[_Turn]) -> bool:
        """Are all of them kept in one transaction, or told why none can be begun?"""
        whole, begun = any(one.names is None for one in turns), False
        names = None if whole else {name for one in turns for name in one.names or ()}
        try:
            with self._write(names) as connection:
                begun = True
                self._done(connection, turns)
        except Exception as fault:  # noqa: BLE001 (whose it is shows when each is done by itself)
            if begun or (isinstance(fault, DBAPIError) and locks.is_clash(fault)):
                return False
            for one in turns:
                one.fault = fault
            return True
        for one in turns:
            one.kept = True
        return True

    def _done(self, connection: Connection, turns: Sequence[_Turn]) -> None:
        """The work of these; of those who follow each other and whose work is the same, at once."""
        with self._undisturbed():
            for work, some in groupby(turns, key=attrgetter("work")):
                several = [*some]
                for one, given in zip(several, work(connection, [one.item for one in several]), strict=True):
                    one.given = given
