"""What is known of a patient: by all names, with the Medications it rests on, and of one site alone."""

from __future__ import annotations

from natars_fhir.domain.identity import Version
from natars_fhir.store import opened, readings
from natars_fhir.store.engine import Store
from tests.store.samples import current, fact

DOSE = current("MedicationAdministration/1", facts=(fact("MedicationAdministration/1", medication="Medication/9"),))
DRUG = current("Medication/9", None, (fact("Medication/9", "antineoplastic-drug", "doxorubicin"),))


def keys(store: Store, site: str, *subjects: str) -> list[str]:
    with store.read() as connection:
        return [reading.key for reading in opened.one(connection, site, subjects)]


def test_a_patient_is_known_by_every_name_and_nobody_else_is_among_it(store: Store) -> None:
    with store.write() as connection:
        several = [
            current("Condition/1"),
            current("Condition/2", "Patient?identifier=s|v"),
            current("Condition/3", "Patient/2"),
        ]
        readings.put(connection, "a", several)
    assert keys(store, "a", "Patient/1", "Patient?identifier=s|v") == ["Condition/1", "Condition/2"]


def test_another_sites_patient_of_the_same_name_is_another_patient(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", [current("Condition/1")])
        readings.put(connection, "b", [current("Condition/2")])
    assert keys(store, "a", "Patient/1") == ["Condition/1"]
    assert keys(store, "b", "Patient/1") == ["Condition/2"]


def test_the_medication_that_a_dose_refers_to_comes_along_whichever_came_first(store: Store) -> None:
    for order, site in (([DOSE, DRUG], "a"), ([DRUG, DOSE], "b")):
        for one in order:
            with store.write() as connection:
                readings.put(connection, site, [one])
        assert keys(store, site, "Patient/1") == ["MedicationAdministration/1", "Medication/9"]
        with store.read() as connection:
            assert readings.told_of(connection, site, ["Medication/9", "Medication/8"]) == {
                "Medication/9": {"Patient/1"}
            }


def test_a_dose_that_no_longer_refers_to_a_medication_does_not_bring_it_along(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", [DOSE, DRUG])
        readings.put(connection, "a", [current("MedicationAdministration/1")])
        assert readings.told_of(connection, "a", ["Medication/9"]) == {}
    assert keys(store, "a", "Patient/1") == ["MedicationAdministration/1"]


def test_a_reading_comes_back_whole_under_the_key_by_which_it_is_known(store: Store) -> None:
    told = current("Condition/1", facts=(fact("Condition/1"),))
    with store.write() as connection:
        readings.put(connection, "a", [told])
        assert list(opened.one(connection, "a", ["Patient/1"])) == [told.reading]


def test_the_newest_version_takes_the_place_of_the_one_before(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", [current("Condition/1", number=1)])
        readings.put(connection, "a", [current("Condition/1", number=2)])
        assert readings.heads(connection, "a", ["Condition/1"])["Condition/1"].version == Version(2)
    assert keys(store, "a", "Patient/1") == ["Condition/1"]


def test_what_is_deleted_tells_nothing_and_is_remembered(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", [current("Condition/1", deleted=True)])
        assert readings.heads(connection, "a", ["Condition/1"])["Condition/1"].deleted
    assert keys(store, "a", "Patient/1") == []


def test_what_is_dropped_is_gone(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", [DOSE])
        readings.drop(connection, "a", [DOSE.head.key])
        assert readings.heads(connection, "a", [DOSE.head.key]) == {}
        assert readings.told_of(connection, "a", ["Medication/9"]) == {}


def test_the_first_key_of_a_business_identifier_stays(store: Store) -> None:
    with store.write() as connection:
        readings.name(connection, "a", {"Condition?s|v": "Condition/1"})
        readings.name(connection, "a", {"Condition?s|v": "Condition/2"})
        assert readings.first_known_as(connection, "a", ["Condition?s|v", "Condition?s|w"]) == {
            "Condition?s|v": "Condition/1"
        }
        assert readings.first_known_as(connection, "b", ["Condition?s|v"]) == {}


def test_more_resources_than_one_question_holds(store: Store) -> None:
    many = [current(f"Condition/{number}", f"Patient/{number}") for number in range(1000)]
    with store.write() as connection:
        readings.put(connection, "a", many)
        assert len(readings.heads(connection, "a", [one.head.key for one in many])) == 1000
    assert len(keys(store, "a", *(str(one.head.subject) for one in many))) == 1000
