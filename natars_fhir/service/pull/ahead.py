"""Ahead: while something is taken in, what follows is fetched already; a little, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

_T = TypeVar("_T")
#: So long nobody waits for the one who fetches, when nothing more is wanted.
_PATIENCE, _LOOK = 5.0, 0.1
_END = object()


class _Failed(Generic[_T]):
    def __init__(self, fault: BaseException) -> None:
        self.fault = fault


def ahead(items: Iterator[_T], most: int = 2, look: Callable[[], None] = lambda: None) -> Iterator[_T]:
    """The same items; up to *most* of them are made in a thread before they are asked for. Raises what they raise, or
    what *look* raises, which is asked while nothing comes."""
    queue: Queue[object] = Queue(most)
    over = Event()
    context = copy_context()
    thread = Thread(target=lambda: context.run(_fetch, items, queue, over), name="pull-ahead", daemon=True)
    thread.start()
    try:
        while (found := _taken(queue, thread, look)) is not _END:
            if isinstance(found, _Failed):
                raise found.fault
            yield found  # type: ignore[misc]
    finally:
        over.set()
        thread.join(_PATIENCE)


def _fetch(items: Iterator[_T], queue: Queue[object], over: Event) -> None:
    last: object = _END
    try:
        for one in items:
            if not _put(queue, over, one):
                return
    except BaseException as fault:  # noqa: BLE001 (it is raised where the items are asked for)
        last = _Failed(fault)
    _put(queue, over, last)


def _put(queue: Queue[object], over: Event, one: object) -> bool:
    while not over.is_set():
        try:
            queue.put(one, timeout=_LOOK)
        except Full:
            continue
        return True
    return False


def _taken(queue: Queue[object], thread: Thread, look: Callable[[], None]) -> object:
    while True:
        try:
            return queue.get(timeout=_LOOK)
        except Empty:
            look()
            if not thread.is_alive() and queue.empty():
                return _END
