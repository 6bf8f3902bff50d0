"""Cut: what all parts of a freeze are made of: one moment of the store, and its subjects in one order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.record import Fact
from natars_fhir.emit.identity import Key, keyed
from natars_fhir.export.subject import Subject
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.endpoints import Seen, subjects
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.fresh import why_stale
from natars_fhir.service.worklist.log import Log, log_of
from natars_fhir.store.engine import Store

_MARK = 16


class FreezeError(Exception):
    """No freeze can be made."""


class TakenError(FreezeError):
    """There is such a folder."""

    def __init__(self) -> None:
        super().__init__("there is such a folder already: a freeze is never written over another")


class StaleError(FreezeError):
    """What is kept was read with another mapping than the one that would be told of, or not everybody is screened."""


class Withheld(NamedTuple):
    """A subject whose data is not to be used: the site, the arm as registered (empty where there is none), and the
    pseudonym, which stands in no file."""

    site: str
    arm: str
    pseudonym: str


@dataclass(frozen=True, slots=True)
class Cut:
    """One moment. ``store`` gives that moment alone; ``subjects`` are sorted by site and pseudonym, ``logs`` are
    the screening logs of all sites."""

    store: Store
    intake: Intake
    mappings: Mappings
    as_of: date
    subjects: tuple[Subject, ...]
    withheld: tuple[Withheld, ...] = field(repr=False)
    logs: tuple[Log, ...] = field(repr=False)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every site of the mappings, by name."""
        return tuple(self.mappings.sites[name] for name in sorted(self.mappings.sites))

    def mark(self, *parts: str) -> str:
        """A keyed mark: the same of the same thing in every freeze of this store, and nothing to anybody else."""
        return mark(self.intake.key, *parts)

    def named(self, fact: Fact) -> str:
        """What a fact is called in a freeze: by where it was read, so that a corrected one keeps its name."""
        return named(self.intake.key, fact)


def mark(key: Key, *parts: str) -> str:
    """What something is called in every freeze of the store with this key."""
    return keyed(key, "freeze", *parts)[:_MARK]


def named(key: Key, fact: Fact) -> str:
    """What a fact is called there."""
    span = "" if fact.span is None else f"{fact.span[0]}"
    return mark(key, "fact", fact.source.site, fact.source.reference, fact.path, span, fact.concept)


@contextmanager
def cut(store: Store, intake: Intake, mappings: Mappings, as_of: date, seen: Seen | None = None) -> Iterator[Cut]:
    """The store at this moment, for as long as the block lasts. Raises StaleError."""
    sites = [mappings.sites[name] for name in sorted(mappings.sites)]
    with store.moment() as then:
        if why := why_stale(then, mappings):
            raise StaleError(why)
        places: list[tuple[str, str]] = []
        names: list[str] = []

        def left_out(site: str, arm: str) -> None:
            places.append((site, arm))

        found = list(subjects(then, intake, sites, as_of, seen=seen, withheld=left_out, named=names.append))
        withheld = sorted(Withheld(*place, name) for place, name in zip(places, names, strict=True))
        ordered = sorted(found, key=lambda one: (one.site, one.pseudonym))
        logs = tuple(log_of(then, intake.study, site.site, end_of(as_of)) for site in sites)
        yield Cut(then, intake, mappings, as_of, tuple(ordered), tuple(withheld), logs)


def end_of(day: date) -> datetime:
    """The moment that stands for a day."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI).astimezone(UTC)


def gone_mark(pseudonym: str) -> str:
    """How a freeze speaks of a subject that is not in it: only who knows the pseudonym can tell who is meant."""
    return hashlib.sha256(f"natars-fhir freeze, gone: {pseudonym}".encode()).hexdigest()
