"""Whether something changed of a person: what came, what was said, and what was read anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from natars_fhir.domain.answer import YES
from natars_fhir.domain.people import Statement
from natars_fhir.store import attestations, audit, changed, kept
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from tests.service.hospital import (
    KEY,
    NOW,
    Hospital,
    condition,
    dose,
    intake,
    mappings,
    medication,
    patient,
    transaction,
)

LATER = NOW + timedelta(hours=1)
TRIAL = "natars"


def since(
    connection: Connection, moment: datetime, site: str = "generic", names: frozenset[str] = frozenset({"Patient/1"})
) -> bool:
    return changed.since(connection, site, TRIAL, names, moment)


def test_what_came_after_the_moment_counts_and_what_came_before_does_not(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(patient(), condition()))
    with store.read() as connection:
        assert since(connection, NOW - timedelta(seconds=1))
        assert not since(connection, LATER)
        assert not since(connection, NOW - timedelta(seconds=1), names=frozenset({"Patient/2"}))
    hospital.push(transaction(condition("c2", "腹膜后肿物")), now=LATER + timedelta(hours=1))
    with store.read() as connection:
        assert since(connection, LATER)


def test_a_medication_that_its_dose_refers_to_counts_too(store: Store) -> None:
    Hospital(store).push(transaction(patient(), dose(), medication()))
    with store.read() as connection:
        assert kept.about(connection, "generic", {"Patient/1"}) == [
            "Medication/m1", "MedicationAdministration/d1", "Patient/1"
        ]  # fmt: skip


def test_what_a_person_said_counts(store: Store) -> None:
    Hospital(store).push(transaction(patient(), condition()))
    said = Statement("I-15", YES, "Dr Made", "investigator", LATER, "seen", "unknown", "x")
    whence = attestations.Whence("generic", "Patient/1", TRIAL, "", None, LATER)
    with store.write() as connection:
        attestations.state(connection, whence, [said])
    with store.read() as connection:
        assert since(connection, NOW)
        assert not since(connection, LATER)


def test_after_another_mapping_everything_counts(store: Store) -> None:
    Hospital(store).push(transaction(patient(), condition()))
    with store.write() as connection:
        audit.write(connection, KEY, Act(EVERYWHERE, LATER, "mapping", mappings().hash))
        audit.write(connection, intake().key, Act("another", LATER + timedelta(days=1), "remap"))
    with store.read() as connection:
        assert since(connection, NOW)
        assert not since(connection, LATER)
        assert since(connection, LATER, site="another")
