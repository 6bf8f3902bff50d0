"""Turn: one pull at a time at each site, however many processes there are. Who dies leaves a lease that soon ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.store import pulls
from natars_fhir.store.engine import Store

_LOOK = 0.5
_log = structlog.get_logger("natars_fhir.pull")


class BusyError(Exception):
    """Another pull of the site is at work."""


@contextmanager
def turn(store: Store, site: str, now: Callable[[], datetime], patience: float = 0.0) -> Iterator[str]:
    """The turn, under the name that is given, until the block ends. Waits for it no longer than *patience* seconds.
    Raises BusyError."""
    holder, own, end = uuid4().hex, store.of(site), time.monotonic() + patience
    while not own.done((), lambda connection: pulls.take(connection, site, holder, now())):
        if time.monotonic() >= end:
            raise BusyError
        time.sleep(_LOOK)
    over = Event()
    heart = Thread(target=_beat, args=(own, site, holder, now, over), name="pull-heart", daemon=True)
    heart.start()
    try:
        yield holder
    finally:
        over.set()
        heart.join()
        own.done((), lambda connection: pulls.leave(connection, site, holder))


def _beat(store: Store, site: str, holder: str, now: Callable[[], datetime], over: Event) -> None:
    while not over.wait(pulls.LEASE / timedelta(seconds=4)):
        try:
            store.done((), lambda connection: pulls.keep(connection, site, holder, now()))
        except SQLAlchemyError as fault:  # the lease ends; what is not durable by then is another's
            _log.warning("heartbeat failed", site=site, fault=type(fault).__name__)
