"""Enrolled: of whom of a site's patients there may be anything to tell as of a subject, before anybody is screened.

Of most patients in scope there is not: they were looked at and never enrolled. What is kept of them is looked through
as it is kept, and is not even opened. Rather yes than no: who is named here may turn out to be none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from sqlalchemy import Connection

from natars_fhir.domain.life import Event
from natars_fhir.domain.study import Study
from natars_fhir.service.screening.lives import by_then
from natars_fhir.store import attestations, opened, patients, subjects
from natars_fhir.store.attestations import Said
from natars_fhir.store.opened import Closed, Open
from natars_fhir.store.persons import Persons

#: So many persons are held in memory at once.
MANY = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept of one person of a site."""

    names: frozenset[str]
    told: tuple[Event, ...] = field(repr=False)
    said: Said = field(repr=False)
    readings: Open = field(repr=False)


def everybody(connection: Connection, site: str) -> dict[str, Collection[str]]:
    """The patients of a site who are in scope, each with all names."""
    return {**patients.persons(connection, site, patients.in_scope(connection, site))}


def possible(connection: Connection, study: Study, site: str) -> dict[str, Collection[str]]:
    """Those of them who may have been enrolled, or who withdrew the use of their data."""
    found: dict[str, Collection[str]] = {}
    for some in blocks(everybody(connection, site)):
        told = subjects.caused_of(connection, site, study.id, some)
        closed = opened.closed(connection, site, some)
        found |= {key: names for key, names in some.items() if _may_be(study, told[key], closed[key])}
    return found


def kept_each(connection: Connection, study: Study, site: str, persons: Persons) -> Iterator[Kept]:
    """All that is kept of these persons, one after the other: each question is asked once for a block of them."""
    for some in blocks(persons):
        told = subjects.caused_of(connection, site, study.id, some)
        said = attestations.said_of_each(connection, site, study.id, some)
        read = opened.each(connection, site, some)
        for key, names in some.items():
            yield Kept(frozenset(names), tuple(by_then(told[key], date.max)), said[key], read[key])


def blocks(persons: Persons) -> Iterator[Persons]:
    """So many at a time."""
    there = iter(persons.items())
    while some := dict(islice(there, MANY)):
        yield some


def _may_be(study: Study, told: Collection[Event], closed: Closed) -> bool:
    """An endpoint needs an allocation or an index surgery (clinical.md §6.1), and a resection is one only in who was
    allocated or consented (§4.3)."""
    forbids = {name: cause for name, cause in study.life.causes.items() if cause.data == "none"}
    if any(one.cause == "allocated" or one.cause in forbids for one in told):
        return True
    if any(cause.told_by != ("people",) for cause in forbids.values()):
        return True  # the record may say it, and only the screening shows that
    says = opened.says(closed)
    return says("allocation") or says("index-surgery") or (says("resection") and says("consent"))
