"""Foreseen: what a document will make of its patients, found before anything is held, while another process writes.

It rests on what was known then. Whoever holds the store asks once more what is known of each person, and takes what was
foreseen where that is the same, byte for byte; else the person is screened then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.before import Before, before
from natars_fhir.service.screening.cause import Cause
from natars_fhir.service.screening.news import News
from natars_fhir.service.screening.screened import today
from natars_fhir.store import patients
from natars_fhir.store.opened import Coming
from natars_fhir.store.patients import Naming

#: What a push brings; which versions they are is known when they are kept.
_PUSHED = Cause((0,), "push")


@dataclass(frozen=True, slots=True)
class _Of:
    """What one person comes to at a moment, and what that rests on: what was known."""

    now: datetime
    seen: Before
    news: News


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What each person comes to, by the key that stands for them."""

    persons: Mapping[str, _Of] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, key: str, seen: Before, cause: Cause, now: datetime) -> News | None:
        """What the person comes to, if that is so still: the same is known, and it is the same day."""
        one = self.persons.get(key)
        pushed = cause.act == _PUSHED.act and cause.versions and cause.came is None
        if one is None or not pushed or today(now) != today(one.now) or one.seen != seen:
            return None
        return replace(one.news, found=replace(one.news.found, cause=cause.versions)) if one.news.found else one.news

    @classmethod
    def all_of(cls, several: Iterable[Foreseen]) -> Foreseen:
        """Several together. What two foresaw of one person is not so: neither knew of the other."""
        return cls({key: one for each in several for key, one in each.persons.items()})


NOTHING = Foreseen()


class _NotNowError(Exception):
    """It rests on what only whoever writes may ask."""


def not_now() -> None:
    """In the place of a question whose answer is another once the document is kept. Raises _NotNowError."""
    raise _NotNowError


#: Screens one person: the key, what is known of them, why, and at which moment.
Screen = Callable[[str, Before, Cause, datetime], News]


def foreseen(
    connection: Connection, intake: Intake, site: Site, coming: Collection[Coming], now: datetime, screen: Screen
) -> Foreseen:
    """What these readings will make of the persons whom they touch; of nobody of whom more has to be asked."""
    own = {one.key: (one.key, *one.aliases) for one, _ in coming if one.kind == "Patient"}
    touched = {one.subject for one, _ in coming if one.subject is not None}
    said = patients.said_of(connection, site.site, {*touched, *(name for names in own.values() for name in names)})
    persons = persons_after(said, touched, own)
    seen = before(connection, intake.study, site.site, persons, today(now), coming=coming)
    found: dict[str, _Of] = {}
    for key, one in seen.items():
        with suppress(_NotNowError):
            found[key] = _Of(now, one, screen(key, one, _PUSHED, now))
    return Foreseen(found)


def persons_after(
    said: Collection[Naming], touched: Collection[str], says: Mapping[str, Collection[str]]
) -> dict[str, set[str]]:
    """The persons whom a document touches, by names that it *touched* or that its Patients say (*says*) now; *said* is
    all that was said of them before."""
    mine = {*touched, *says}
    before = _of(patients.grouped(mine, said), mine)
    if not says:
        return before
    news = {(key, name) for key, names in says.items() for name in names}
    kept = {one for one in said if one[0] not in says}
    names = {name for known in before.values() for name in known} | {name for _, name in news}
    return _of(patients.grouped(names, kept | news), names)


def _of(persons: Mapping[str, set[str]], names: Collection[str]) -> dict[str, set[str]]:
    """The persons who go by one of these names."""
    return {key: known for key, known in persons.items() if not known.isdisjoint(names)}
