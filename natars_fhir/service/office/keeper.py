"""Keeper: what takes long is made once, beside the requests, and kept until its mark is another.

A page asks and never waits long: it is given what is kept, current or not, and how far the next is. One thing is made
at a time. Each process keeps its own; nothing of it is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition, Lock, Thread
from typing import Generic, TypeVar

import structlog

from natars_fhir.service.deliver.deliver import Clock

_log = structlog.get_logger("natars_fhir.office")
T = TypeVar("T")
#: (done, of all)
Seen = Callable[[int, int], None]
#: After a failure nothing is begun for so long: what fails now fails in a second too.
_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """What was made, by which mark, and when."""

    mark: Hashable
    made: datetime
    what: T


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """``kept`` is the newest that there is; ``current``: nothing changed since. ``making`` is how far the next one is,
    as (done, of all); ``failed``: the last try came to nothing."""

    kept: Kept[T] | None
    current: bool
    making: tuple[int, int] | None = None
    failed: bool = False


@dataclass(slots=True)
class _Work:
    """One thing that is being made, or that failed."""

    mark: Hashable
    done: int = 0
    every: int = 0
    over: bool = False
    failed: datetime | None = None


class Keeper(Generic[T]):
    """Keeps one thing a name. *make* is called in a thread of its own, with what it tells how far it is."""

    def __init__(self, make: Callable[[str, Seen], T], mark: Callable[[], Hashable], now: Clock) -> None:
        self._make, self._mark, self._now = make, mark, now
        self._kept: dict[str, Kept[T]] = {}
        self._works: dict[str, _Work] = {}
        self._changed, self._alone = Condition(), Lock()

    def ask(self, name: str, patience: float = 0.0) -> Asked[T]:
        """What there is of *name* now; the next is begun where the mark is another. Small things are done within
        *patience* seconds, and are given at once."""
        mark = self._mark()
        with self._changed:
            kept = self._kept.get(name)
            if kept is not None and kept.mark == mark:
                return Asked(kept, current=True)
            work = self._begun(name, mark)
            self._changed.wait_for(lambda: work.over, patience)
            return self._told(name, mark, work)

    def _begun(self, name: str, mark: Hashable) -> _Work:
        """The work that is under way, or a new one. One of an older mark is let end: the next ask begins anew."""
        work = self._works.get(name)
        fresh = work is not None and work.failed is not None and self._now() - work.failed < _AGAIN
        if work is not None and (not work.over or (fresh and work.mark == mark)):
            return work
        work = self._works[name] = _Work(mark)
        Thread(target=self._run, args=(name, work), name=f"office-{name}", daemon=True).start()
        return work

    def _told(self, name: str, mark: Hashable, work: _Work) -> Asked[T]:
        kept = self._kept.get(name)
        current = kept is not None and kept.mark == mark
        return Asked(kept, current, None if work.over else (work.done, work.every), failed=work.failed is not None)

    def _run(self, name: str, work: _Work) -> None:
        def seen(done: int, every: int) -> None:
            work.done, work.every = done, every

        made: Kept[T] | None = None
        try:
            with self._alone:
                made = Kept(work.mark, self._now(), self._make(name, seen))
        except Exception as fault:  # noqa: BLE001 (whatever it is: the page says that there is nothing)
            _log.error("figures not made", of=name, fault=type(fault).__name__)
        with self._changed:
            if made is None:
                work.failed = self._now()
            else:
                self._kept[name] = made
            work.over = True
            self._changed.notify_all()
