"""The worklist: the patients of a site in the trial's scope, each as the contract's JSON, from all that is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain.study import Study
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.pipeline import Outcome
from natars_fhir.service.screening.lives import is_used
from natars_fhir.service.screening.screened import outcome, peoples_part, today
from natars_fhir.store import attestations, patients, screenings
from natars_fhir.store.engine import Store
from natars_fhir.store.screenings import Found


def worklist(store: Store, study: Study, site: str, now: datetime) -> list[dict[str, Any]]:
    """Every patient in scope, as screened today."""
    with store.read() as connection:
        keys = patients.in_scope(connection, site)
        persons = patients.persons(connection, site, keys)
        told = [_told(connection, study, site, names, now) for names in persons.values()]
    return [one for one in told if one is not None and one["inScope"]]


def outcomes(store: Store, study: Study, site: str, now: datetime) -> Iterator[Outcome]:
    """Every patient in scope, screened today: for callers that show more than the contract's JSON."""
    with store.read() as connection:
        persons = patients.persons(connection, site, patients.in_scope(connection, site))
        for names in persons.values():
            found = outcome(connection, study, site, names, today(now))
            part = found and peoples_part(found, study, attestations.said_of(connection, site, study.id, names))
            if found and part and found.screening.in_scope and is_used(connection, study, site, names, found, part):
                yield found


def screening_of(store: Store, study: Study, site: str, key: str, now: datetime) -> dict[str, Any] | None:
    """The patient who goes by *key* (``Patient/1``), as screened today; None where nothing is known."""
    with store.read() as connection:
        (names,) = patients.persons(connection, site, [key]).values()
        return _told(connection, study, site, names, now)


def history_of(store: Store, site: str, key: str) -> list[Found]:
    """What was found of the patient who goes by *key*, and when, under all names; the earliest first."""
    with store.read() as connection:
        (names,) = patients.persons(connection, site, [key]).values()
        found = [one for name in names for one in screenings.history(connection, site, name)]
    return sorted(found, key=lambda one: one.at)


def _told(
    connection: Connection, study: Study, site: str, names: Collection[str], now: datetime
) -> dict[str, Any] | None:
    found = outcome(connection, study, site, names, today(now))
    if found is None:
        return None
    part = peoples_part(found, study, attestations.said_of(connection, site, study.id, names))
    if not is_used(connection, study, site, names, found, part):
        return None
    return prefilled(found.screening, found.record.facts, found.issues, part)
