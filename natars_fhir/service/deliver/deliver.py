"""Deliver: what waits in the outbox is put to the sites' servers: at least once, in order, and idempotent.

A letter is a conditional update (https://hl7.org/fhir/R4/http.html#cond-update): sending it twice changes nothing.
At each site one deliverer is at work (`store.lines`), several sites go side by side. Letters are read in one
transaction, sent in none, and settled many at once in another; a deliverer that dies leaves a lease that soon ends.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.courier import Courier, Hold
from natars_fhir.service.deliver.reply import Draw
from natars_fhir.service.http import Clients
from natars_fhir.store import lines
from natars_fhir.store.engine import Store

Clock = Callable[[], datetime]

#: Sites that are delivered to side by side.
_AT_ONCE = 4
_log = structlog.get_logger("natars_fhir.deliver")


@dataclass(frozen=True, slots=True)
class Rounds:
    """How the rounds to the sites are made."""

    endpoints: Mapping[str, Endpoint]
    attempts: int = 12
    #: letters of one round to one site, and how long it may take
    most: int = 5_000
    seconds: float = 30.0
    draw: Draw = random.random


def deliver_once(
    store: Store, clients: Clients, rounds: Rounds, now: Clock, stopped: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """One round: everything that is due, of several sites at once. Counts `done`, `again` and `dead`."""
    with store.read() as connection:
        sites = lines.ready(connection, rounds.endpoints, now())
    tally: Counter[str] = Counter()
    if not sites or stopped():
        return tally
    with _held(store, now) as hold:
        courier = Courier(store, clients, hold, rounds.attempts, rounds.most, rounds.seconds, rounds.draw, now, stopped)
        for one in _each(sites, lambda site: courier.deliver(site, rounds.endpoints[site])):
            tally += one
    return tally


def _each(sites: list[str], deliver: Callable[[str], Counter[str]]) -> Iterator[Counter[str]]:
    if len(sites) == 1:
        yield deliver(sites[0])
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(sites)), "deliver") as pool:
        yield from pool.map(deliver, sites)


@contextmanager
def _held(store: Store, now: Clock) -> Iterator[Hold]:
    """A name to hold lines by, and a heart that beats while the block runs: so a lease need not be long."""
    hold, over = Hold(uuid4().hex), Event()

    def beat() -> None:
        while not over.wait(lines.LEASE / timedelta(seconds=4)):
            at = now()
            try:
                with store.write(()) as connection:
                    sites = lines.keep(connection, hold.name, at)
            except SQLAlchemyError as fault:  # the lease ends; what is not sent by then is another's
                _log.warning("heartbeat failed", fault=type(fault).__name__)
            else:
                hold.renewed(sites, at)

    heart = Thread(target=beat, name="deliver-heart", daemon=True)
    heart.start()
    try:
        yield hold
    finally:
        over.set()
        heart.join()
