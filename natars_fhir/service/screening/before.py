"""Before: what stood of several persons before they are screened again, each question asked once for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection

from natars_fhir.domain.life import Event
from natars_fhir.domain.request import Decline
from natars_fhir.domain.study import Study
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.screening.lives import by_then
from natars_fhir.store import attestations, opened, patients, subjects, worklist
from natars_fhir.store.attestations import Said
from natars_fhir.store.opened import Coming, Open
from natars_fhir.store.patients import Standing
from natars_fhir.store.persons import Persons
from natars_fhir.store.subjects import Stood
from natars_fhir.store.worklist import Moments


@dataclass(frozen=True, slots=True)
class Before:
    """One person: where it stood, under whichever names; what people caused, said and declined; all readings; and the
    lines that it has in the worklist, by key, with their moments."""

    standing: Sequence[Standing]
    told: Sequence[Event]
    said: Said
    declined: Sequence[Decline]
    stood: Sequence[Stood]
    readings: Open
    lines: Mapping[str, Moments] = field(default_factory=dict)


def before(
    connection: Connection, study: Study, site: str, persons: Persons, as_of: date,
    known: Mapping[str, Reading] = MappingProxyType({}), coming: Collection[Coming] = (),
) -> dict[str, Before]:  # fmt: skip
    """Everything that is asked before these persons are screened. *known*: see `opened.one`; *coming*: what is asked
    before these readings are put, as it will be then."""
    standing = patients.standing_of(connection, site, persons)
    told = subjects.caused_of(connection, site, study.id, persons)
    said = attestations.said_of_each(connection, site, study.id, persons)
    declined = subjects.refused_of(connection, site, study.id, persons)
    stood = subjects.stood_of(connection, site, study.id, persons)
    read = opened.soon(connection, site, persons, coming) if coming else opened.each(connection, site, persons, known)
    listed = [one.key for stands in standing.values() for one in stands if one.in_scope]
    lines = worklist.moments(connection, site, listed) if listed else {}
    return {
        key: Before(
            standing[key],
            by_then(told[key], as_of),
            said[key],
            [Decline(one.criteria, one.reason) for one in declined[key]],
            stood[key],
            read[key],
            {one.key: lines[one.key] for one in standing[key] if one.key in lines},
        )
        for key in persons
    }
