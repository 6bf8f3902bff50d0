"""Replay: what was set apart goes once more through the one way in, with the mapping that is active now.

Each is one transaction with what becomes of it. It counts as of the moment when it came: what came since then is newer,
unless the resources' own versions say else. Doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.apart import read_with, why_not
from natars_fhir.service.ingest.arrival import Arrival
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.store import audit, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Apart, Unused, Wanted

#: As many are tried at once by themselves; the next round goes on.
ROUND = 100

_log = structlog.get_logger("natars_fhir.quarantine")
_FAILED = Issue("error", "exception", "", "Something went wrong here when it was tried once more: the log says where.")


@dataclass(slots=True)
class Done:
    """How many were tried, of how many something is of use now, and the resources that were taken in; ``last`` is the
    number where it stopped."""

    tried: int = 0
    replayed: int = 0
    resources: int = 0
    last: int = 0

    def count(self, one: Apart | None) -> None:
        """Takes one into account."""
        if one is None:
            return
        self.tried, self.last = self.tried + 1, one.number
        if one.state == "replayed":
            self.replayed += 1
            self.resources += sum((one.became or {}).get(word, 0) for word in ("created", "changed", "deleted"))


def replay(store: Store, intake: Intake, mapping: SiteMapping, number: int, now: datetime) -> Apart | None:
    """Tries one once more; how it stands afterwards, or None where the site has none of this number. What was of use
    before is left as it is."""
    site, here = mapping.site.site, store.of(mapping.site.site)
    with here.read() as connection:
        one = quarantine.one(connection, number, site)
        if one is None or one.state == "replayed":
            return one
        raw, around = quarantine.content(connection, number)
    reader = DocumentReader(mapping, cast(Name, one.fhir) if one.fhir else None)
    unused = Unused(one.place, raw, one.issues, one.kind, one.fhir, around=around)
    try:
        arrival, issues = why_not(unused, reader, intake.most_entries)
        if arrival is not None:
            _use(here, intake, reader, one, arrival, now)
    except SQLAlchemyError:
        raise
    except Exception as fault:  # noqa: BLE001 (one that fails must not keep the others from being tried)
        _log.error("replay failed", site=site, number=number, fault=type(fault).__name__)
        arrival, issues = None, (_FAILED,)
    if arrival is None:
        _leave(here, intake.key, mapping, one, issues, now)
    with here.read() as connection:
        return quarantine.one(connection, number, site)


def replay_all(store: Store, intake: Intake, mapping: SiteMapping, wanted: Wanted, now: datetime) -> Done:
    """Tries those that wait and are *wanted*, in the order in which they came first."""
    asked = Wanted("waiting", wanted.code, wanted.kind, wanted.after, wanted.most)
    with store.of(mapping.site.site).read() as connection:
        found = [one.number for one in quarantine.listed(connection, asked, mapping.site.site)]
    return _each(store, intake, mapping, found, now)


def try_again(store: Store, intake: Intake, mapping: SiteMapping, now: datetime, most: int = ROUND) -> Done:
    """Tries those that wait and that this mapping did not read yet; told in the log."""
    site = mapping.site.site
    with store.of(site).read() as connection:
        found = quarantine.untried(connection, site, read_with(mapping), most)
    done = _each(store, intake, mapping, found, now)
    if done.tried:
        _log.info("quarantine tried again", site=site, tried=done.tried, replayed=done.replayed)
    return done


def _each(store: Store, intake: Intake, mapping: SiteMapping, numbers: Iterable[int], now: datetime) -> Done:
    done = Done()
    for number in numbers:
        done.count(replay(store, intake, mapping, number, now))
    return done


def _use(store: Store, intake: Intake, reader: DocumentReader, one: Apart, arrival: Arrival, now: datetime) -> None:
    """Takes it in, unless somebody else did so just now."""

    def work(connection: Connection) -> None:
        fresh = quarantine.one(connection, one.number, one.site)
        if fresh is not None and fresh.state != "replayed":
            (answer,) = admit(connection, [Pushed(intake, reader, arrival, now, "replay", fresh.last)])
            quarantine.used(connection, one.number, answer.counts, read_with(reader.mapping), now)

    store.done(arrival.names, work)


def _leave(
    store: Store, key: bytes, mapping: SiteMapping, one: Apart, issues: tuple[Issue, ...], now: datetime
) -> None:
    def work(connection: Connection) -> None:
        quarantine.refused_again(connection, one.number, issues, read_with(mapping), now)
        audit.write(connection, key, Act(one.site, now, "replay", one.hash, 422, {"refused": 1}))

    store.done((), work)
