"""Pull: one pull of one site by its plan: alone, told to the audit, and paused after a failure."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.mapping.pull import Pull
from natars_fhir.mapping.schema import Site
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.deliver.reply import Draw, backoff
from natars_fhir.service.http import Clients
from natars_fhir.service.ingest.door import Door
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.pull.bulk import drop, exported
from natars_fhir.service.pull.errand import Errand, Part, Seen
from natars_fhir.service.pull.fault import FAULT, PullError, StoppedError
from natars_fhir.service.pull.search import searched
from natars_fhir.service.pull.source import Pause, Source
from natars_fhir.service.pull.subscription import subscribed, unsubscribed
from natars_fhir.service.pull.turn import turn
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.store import audit, pulls
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.pulls import State

#: How a plan's mode is done.
MODES: Final[Mapping[str, Callable[[Errand], None]]] = MappingProxyType(
    {"search": searched, "bulk": exported, "subscription": subscribed}
)
#: A pull that failed is not made again by itself before that.
_SHORTEST_PAUSE = 30.0
_SLICE = 0.2


@dataclass(frozen=True, slots=True)
class Order:
    """What a pull of a site is made with. ``longest`` is the largest answer or line, in bytes; ``folder`` where files
    are put until they are taken in; ``address`` how our server is reached."""

    store: Store
    intake: Intake = field(repr=False)
    mapping: SiteMapping
    longest: int
    folder: Path
    address: str
    now: Callable[[], datetime]
    pause: Pause
    draw: Draw = random.random
    seen: Seen = lambda *_: None
    problem: Callable[[Document, Issue], None] = lambda *_: None

    @property
    def site(self) -> Site:
        """Whose server it is."""
        return self.mapping.site


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull came to."""

    mode: str
    parts: tuple[Part, ...]
    overtaken: bool = False
    #: what the screenings came to of those whom it touched
    screened: Rescreened = field(default_factory=Rescreened)

    @property
    def faults(self) -> list[PullError]:
        """Why it did not end well."""
        return [one.fault for one in self.parts if one.fault is not None]

    @property
    def whole(self) -> bool:
        """Did everything come, and was everything used?"""
        return not self.overtaken and all(one.whole for one in self.parts)


def source_of(site: Site) -> tuple[Pull, Endpoint] | None:
    """The plan of a site and the server that it is about; None where nothing is pulled."""
    server = (site.pull.source or site.endpoint) if site.pull else None
    return None if site.pull is None or server is None else (site.pull, server)


def pull(
    order: Order,
    *,
    again: bool = False,
    full: bool = True,
    patience: float = 0.0,
    still: Callable[[State], bool] = lambda _: True,
) -> Pulled | None:
    """Makes one. With *again* everything is asked for from its beginning. None where, once it is our turn, it is not to
    be made any more (*still*). Raises BusyError, KeyError for a site without a plan."""
    found = source_of(order.site)
    if found is None:
        raise KeyError(order.site.site)
    plan, server = found
    site, own = order.site.site, order.store.of(order.site.site)
    with turn(order.store, site, order.now, patience) as holder, Clients(plan.timeout) as clients:
        if not still(_state(own, site)):
            return None
        door = Door(
            order.store,
            order.intake,
            DocumentReader(_at_home(order.mapping, server.url), server.version),
            order.longest,
            order.now,
            problem=order.problem,
            act="pull",
        )
        source = Source(clients, server, plan, order.longest, order.now, order.pause, order.draw)
        errand = Errand(plan, source, door, holder, order.folder, order.address, full, order.seen)
        own.done((), lambda connection: pulls.begun(connection, site, order.now()))
        if again:
            drop(errand)
            own.done((), lambda connection: pulls.unmark(connection, site))
        return _made(order, errand)


def _at_home(mapping: SiteMapping, url: str) -> SiteMapping:
    """The mapping, for which absolute references under the server's base are the hospital's own, as they are."""
    bases = dict.fromkeys((*mapping.site.bases, url.rstrip("/")))
    return replace(mapping, site=mapping.site.model_copy(update={"bases": tuple(bases)}))


def _made(order: Order, errand: Errand) -> Pulled:
    try:
        if errand.plan.mode != "subscription":
            unsubscribed(errand)
        MODES[errand.plan.mode](errand)
        screened = _screened(errand)
        done = Pulled(errand.plan.mode, tuple(errand.parts), screened=screened)
    except pulls.OvertakenError:
        return Pulled(errand.plan.mode, tuple(errand.parts), overtaken=True)
    errand.write(lambda connection: _note(connection, order, errand, done))
    return done


def _screened(errand: Errand) -> Rescreened:
    """Whom it touched is screened; where we are asked to stop they stay marked, for the next pull or the server."""

    def stopped() -> bool:
        try:
            errand.source.look()
        except StoppedError:
            return True
        return False

    return errand.door.finish(stopped)


def _note(connection: Connection, order: Order, errand: Errand, done: Pulled) -> None:
    """How it went, for whoever watches; that we were asked to stop is no failure."""
    now, faults = order.now(), [one for one in done.faults if not isinstance(one, StoppedError)]
    counts = Counter(f"{FAULT}{one.kind}" for one in faults)
    status = 502 if faults else 200
    audit.write(connection, errand.key, Act(errand.site, now, "pull made", status=status, counts=counts))
    if done.faults and not faults:
        return
    failures = pulls.state(connection, errand.site).failures + 1
    asked = max((one.wait for one in faults), default=0.0)
    wait = max(asked, _SHORTEST_PAUSE, backoff(failures, order.draw))
    outcome = str(faults[0]) if faults else ""
    pulls.ended(connection, errand.site, outcome, now, now + timedelta(seconds=wait))


def _state(store: Store, site: str) -> State:
    with store.read() as connection:
        return pulls.state(connection, site)


def pausing(stopped: Callable[[], bool]) -> Pause:
    """Waits, and looks whether we are asked to stop."""

    def pause(seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            if stopped():
                raise StoppedError
            if (left := end - time.monotonic()) <= 0:
                return
            time.sleep(min(left, _SLICE))

    return pause
