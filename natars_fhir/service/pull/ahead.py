"""Ahead: while something is taken in, what follows is fetched already; a little, so that memory stays flat."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from threading import Condition, Thread
from typing import Generic, TypeVar

from natars_fhir.service.handing import soon

_T = TypeVar("_T")
#: So long nobody waits for the one who fetches, when nothing more is wanted.
_PATIENCE, _LOOK = 5.0, 0.1
#: As much of what follows is held besides, where it is told how heavy each is: what is taken in at once comes together
#: while the one before it is taken in.
HEAVY = 8_000_000


class Shelf(Generic[_T]):
    """What was fetched and is not asked for yet: *most*, and more of them while they are light (*weight*, in bytes):
    lighter than `HEAVY` together."""

    def __init__(self, most: int = 2, weight: Callable[[_T], int] | None = None) -> None:
        self._most, self._weight = most, weight
        self._held: deque[tuple[_T, int]] = deque()
        self._heavy, self._changed = 0, Condition()
        self.over, self.ended = False, False
        self.fault: BaseException | None = None

    @property
    def bare(self) -> bool:
        """Is nothing there, while more is to come? Who asks for it has to wait."""
        with self._changed:
            return not self._held and not self.ended

    def put(self, one: _T) -> bool:
        """Waits until there is room; False where nothing more is wanted."""
        weight = self._weight(one) if self._weight else HEAVY
        with self._changed:
            while self._full(weight) and not self.over:
                self._changed.wait()
            self._held.append((one, weight))
            self._heavy += weight
            self._changed.notify_all()
            return not self.over

    def _full(self, weight: int) -> bool:
        return len(self._held) >= self._most and self._heavy + weight > HEAVY

    def take(self, look: Callable[[], None]) -> Iterator[_T]:
        """One after the other, until there are no more. Raises what the fetching raised, or *look*."""
        while True:
            with self._changed:
                if not self._held and not self.ended:
                    self._changed.wait(_LOOK)
                found = self._held.popleft() if self._held else None
                self._heavy -= found[1] if found else 0
                self._changed.notify_all()
                ended = self.ended and not found
            if found:
                yield found[0]
            elif ended:
                break
            else:
                look()
        if self.fault is not None:
            raise self.fault

    def end(self, fault: BaseException | None = None) -> None:
        """Nothing more comes."""
        with self._changed:
            self.ended, self.fault = True, fault
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more is wanted."""
        with self._changed:
            self.over = True
            self._changed.notify_all()


def ahead(
    items: Iterator[_T], shelf: Shelf[_T] | None = None, look: Callable[[], None] = lambda: None
) -> Generator[_T]:
    """The same items; as many of them as a *shelf* holds are made in a thread before they are asked for. Raises what
    they raise, or what *look* raises, which is asked while nothing comes."""
    shelf, context = shelf or Shelf[_T](), copy_context()
    thread = Thread(target=lambda: context.run(_fetch, items, shelf), name="pull-ahead", daemon=True)
    thread.start()
    try:
        with soon():
            yield from shelf.take(look)
    finally:
        shelf.close()
        thread.join(_PATIENCE)


def _fetch(items: Iterator[_T], shelf: Shelf[_T]) -> None:
    try:
        for one in items:
            if not shelf.put(one):
                break
    except BaseException as fault:  # noqa: BLE001 (it is raised where the items are asked for)
        shelf.end(fault)
    else:
        shelf.end()
