"""The versions of a resource by number, and what a site's resources are now."""

from __future__ import annotations

import json

from natars_fhir.store import kept
from natars_fhir.store.engine import Store
from natars_fhir.store.told import told
from tests.service.hospital import Hospital, condition, patient, transaction


def test_versions_that_counted_have_numbers_and_late_ones_none(store: Store) -> None:
    hospital = Hospital(store)
    for version in (2, 1, 3):
        hospital.push(condition(version=version))
    hospital.push(transaction(condition("c2")))
    gone = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "DELETE", "url": "Condition/c1"}}],
    }
    hospital.push(gone)
    with store.read() as connection:
        every = kept.numbered(connection, "generic", "Condition/c1")
        octets = kept.octets(connection, "generic", [one.seq for one in every])
        assert kept.numbered(connection, "hospital-a", "Condition/c1") == []
        assert kept.octets(connection, "hospital-a", [one.seq for one in every]) == {}
    assert [one.number for one in every] == [1, 2, 3]
    assert [json.loads(octets[one.seq])["meta"]["versionId"] for one in every[:2]] == ["2", "3"]
    assert every[2].hash == ""
    assert every[2].seq not in octets


def test_what_resources_are_now_and_by_type_and_patient(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(
        transaction(patient(), patient("2"), *(condition(f"c{n}") for n in range(5)), condition("d", of="Patient/2"))
    )
    hospital.push(condition("c1", text="去分化脂肪肉瘤"))
    gone = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "DELETE", "url": "Condition/c3"}}],
    }
    hospital.push(gone)
    with store.read() as connection:
        keys = [f"Condition/c{n}" for n in range(9)]
        now = kept.newest(connection, "generic", keys)
        assert sorted(now) == ["Condition/c0", "Condition/c1", "Condition/c2", "Condition/c4"]
        assert json.loads(now["Condition/c1"].raw)["code"]["text"] == "去分化脂肪肉瘤"
        assert now["Condition/c1"].head.versions == 2
        assert kept.newest(connection, "hospital-a", keys) == {}
        assert kept.of_kind(connection, "generic", "Condition", "", 2) == ["Condition/c0", "Condition/c1"]
        assert kept.of_kind(connection, "generic", "Condition", "Condition/c2", 9) == ["Condition/c4", "Condition/d"]
        assert kept.of_subjects(connection, "generic", "Condition", ["Patient/2"]) == {"Condition/d"}
        assert kept.of_subjects(connection, "hospital-a", "Condition", ["Patient/2"]) == set()


def test_of_what_a_site_is_told_the_newest_of_each_is_there(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(patient(), condition()))
    hospital.push(condition(text="腹膜后脂肪瘤", version=2))
    with store.read() as connection:
        (subject,) = told(connection, "generic", "ResearchSubject")
        assert len(told(connection, "generic", "ResearchStudy")) == 2
        assert told(connection, "hospital-a", "ResearchStudy") == []
    assert subject.version >= 1
    assert json.loads(subject.body)["resourceType"] == "ResearchSubject"
