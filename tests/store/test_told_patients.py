"""By which identifiers the patients in scope of a site are known."""

from __future__ import annotations

from natars_fhir.store import told_patients
from natars_fhir.store.engine import Store
from tests.service.hospital import MRN, Hospital, condition, patient, transaction


def told(store: Store, site: str = "generic") -> list[tuple[str, list[str]]]:
    with store.read() as connection:
        found = [*told_patients.in_scope(connection, site)]
    return [(one.reference, [value for _, value in one.identifiers]) for one in found]


def test_a_person_has_the_numbers_of_all_resources_that_are_it(store: Store) -> None:
    Hospital(store).push(transaction(patient("1", "77"), condition()))
    number = [{"system": MRN, "value": "77"}, {"system": "urn:x", "value": "X"}]
    Hospital(store).push(patient("2", identifier=number))
    assert told(store) == [("Patient/1", ["77", "X"])]


def test_who_is_out_of_scope_or_of_another_site_is_not_told_of(store: Store) -> None:
    Hospital(store).push(patient("1", "77"))
    Hospital(store, "hospital-a").push(transaction(patient("1", "78"), condition()))
    assert told(store) == []
    ((reference, numbers),) = told(store, "hospital-a")
    assert (reference.endswith("Patient/1"), numbers) == (True, ["78"])
