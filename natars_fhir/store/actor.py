"""Actor: on whose behalf something is done now, for the audit: a token's label, a client's id, a role, a command.

It travels with the request, as its id does, and into the threads that work for it. It is never a person's name: a
person is told by a keyed hash, in the act itself. https://docs.python.org/3/library/contextvars.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which request."""

    by: str = "program"
    request: str = ""


_NOBODY = Actor()
_acting: ContextVar[Actor] = ContextVar("acting", default=_NOBODY)


def actor() -> Actor:
    """Who acts now; the program itself where nobody asked it to."""
    return _acting.get()


@contextmanager
def acting(by: str, request: str = "") -> Iterator[None]:
    """What is done in the block is done by *by*."""
    before = _acting.set(Actor(by, request))
    try:
        yield
    finally:
        _acting.reset(before)


def acts_as(by: str) -> None:
    """From here on the request is known to be *by*: said by whoever checked its token."""
    _acting.set(replace(_acting.get(), by=by))
