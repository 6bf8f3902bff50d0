"""A temporary file holds what memory should not, and nobody can tell the difference."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.bulk.spill import Spilling
from natars_fhir.domain.identity import Patients, Version
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Source, detail
from natars_fhir.mapping.gathered import Gathered, InMemory
from natars_fhir.mapping.reading import Reading

SOURCE = Source("a", "Observation/1", "2", "abc", ("Specimen/1",))


def fact(value: str = "positive") -> Fact:
    percent = Interval(Decimal("1.50"), None, low_open=True, unit="%")
    return Fact(
        "ihc-mdm2",
        value,
        "2024-03",
        SOURCE,
        "Observation.x",
        "hedged",
        "2024",
        (1, 2),
        detail(percent=percent, extent="focal", cls=("a", "b")),
    )


NUMBER = Fact("tumour-size", Interval(Decimal("9.90"), Decimal(10), unit="cm"), None, SOURCE, "Observation.y")


def reading(key: str, subject: str | None, facts: int = 1, version: int | None = None) -> Reading:
    told = tuple(fact(str(n)) for n in range(facts))
    return Reading(
        key, "Observation", "read", "", Version(version), subject, told, (Issue("warning", "value", "x", "t"),)
    )


def test_a_reading_comes_back_from_the_file_as_it_went() -> None:
    told = Reading(
        "Observation/1",
        "Observation",
        "read",
        "Bundle.entry[0].resource",
        Version(3, "2024-01-01T00:00:00Z"),
        "Patient/1",
        (fact(), NUMBER),
        (Issue("error", "value", "a.b", "text"),),
        aliases=("alias",),
        identifiers=(("s", "v"),),
        replaced_by="Patient/2",
    )
    held = Spilling(0)
    held.put(told.key, told)
    assert held.spilled
    assert held.get(told.key) == told
    held.close()


KEYS = st.sampled_from([f"Observation/{n}" for n in range(5)])
SUBJECTS = st.sampled_from(["Patient/1", "Patient/2", "Patient/3", "患者?identifier=s|乙", None])
READINGS = st.builds(reading, KEYS, SUBJECTS, st.integers(0, 4))
STEPS = st.lists(
    st.one_of(
        READINGS.map(lambda one: ("put", one)),
        KEYS.map(lambda key: ("drop", key)),
        KEYS.map(lambda key: ("get", key)),
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(STEPS, st.integers(0, 6), st.booleans())
def test_whatever_is_done_spilling_and_memory_hold_the_same(
    steps: list[tuple[str, object]], most: int, join: bool
) -> None:
    patients = Patients()
    if join:
        patients.join("Patient/1", ["Patient/3"])
    memory, spilling = InMemory(), Spilling(most)
    try:
        for what, given_ in steps:
            for held in (memory, spilling):
                if isinstance(given_, Reading):
                    held.put(given_.key, given_)
                elif what == "drop":
                    held.drop(str(given_))
            if what == "get":
                assert memory.get(str(given_)) == spilling.get(str(given_))
        assert grouped(memory, patients) == grouped(spilling, patients)
    finally:
        spilling.close()


def grouped(held: InMemory, patients: Patients) -> list[tuple[str, list[Reading]]]:
    return [(one, sorted(found, key=lambda r: r.key)) for one, found in held.by_patient(patients)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(reading, KEYS, SUBJECTS, st.integers(0, 2), st.integers(1, 3)), max_size=15))
def test_the_newest_versions_are_the_same_wherever_they_are_held(readings: list[Reading]) -> None:
    spilling = Spilling(1)
    here, there = Gathered("a"), Gathered("a", spilling)
    for one in readings:
        here.add(one)
        there.add(one)
    assert told(here) == told(there)
    spilling.close()


def told(gathered: Gathered) -> list[tuple[object, list[str], int]]:
    return [(patient, sorted(map(repr, facts)), len(issues)) for patient, facts, issues in gathered.outcomes()]


def test_memory_holds_no_more_than_was_allowed() -> None:
    held = Spilling(10)
    for n in range(100):
        held.put(f"Observation/{n}", reading(f"Observation/{n}", f"Patient/{n % 7}", facts=3))
        assert sum(len(one.facts) for one in held._readings.values()) <= 13
    assert len([one for _, found in held.by_patient(Patients()) for one in found]) == 100
    held.close()


def test_little_needs_no_file() -> None:
    held = Spilling(10)
    held.put("Observation/1", reading("Observation/1", "Patient/1"))
    assert not held.spilled
    held.close()


def test_the_file_is_gone_when_it_is_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = Spilling(0)
    held.put("Observation/1", reading("Observation/1", "Patient/1"))
    assert list(tmp_path.iterdir())
    held.close()
    held.close()
    assert list(tmp_path.iterdir()) == []
