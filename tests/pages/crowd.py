"""A crowd for the trial's figures: invented subjects of hospital A who are in the trial, each pushed at once.

They are those of a simulated hospital (`natars-fhir simulate`) who were allocated; the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from natars_fhir.fhir.build import Node
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.simulate.dialect import named
from natars_fhir.simulate.hospital import Order, Patient, bundle, patients
from natars_fhir.simulate.telling import Sent
from natars_fhir.store.engine import Store
from tests import ward

#: The trial's first day, and how long the hospital is told of; the day of the pages lies just after.
ORDER = Order(140, 7, named("coded"), candidates=1.0, start=date(2022, 11, 1), months=19)


def crowd(store: Store, intake: Intake, now: datetime) -> int:
    """Sends them; how many they are."""
    reader = ward.reader(ORDER.dialect.site)
    found = [*enrolled()]
    for patient in found:
        push(store, intake, reader, whole(patient), now)
    return len(found)


def enrolled() -> Iterator[Patient]:
    """Those of a simulated hospital who were allocated, the same in every run."""
    for patient in patients(ORDER):
        told = patient.told.last("allocation")
        if told is not None and told.day <= ORDER.as_of:
            yield patient


def whole(patient: Patient) -> bytes:
    """The last version of everything that is told of a patient by the last day, as one transaction."""
    kept: dict[tuple[str, str], Node] = {}
    for sent in patient.sent:
        if sent.day <= ORDER.as_of:
            kept |= {(one["resourceType"], one["id"]): one for one in sent.resources}
    return bundle(Sent(ORDER.as_of, tuple(kept.values())), str(ORDER.dialect.told["address"]))
