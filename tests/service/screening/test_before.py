"""What is asked of several persons at once is what would be told of each by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from natars_fhir.domain.life import Event
from natars_fhir.service.screening.before import Before, before
from natars_fhir.service.screening.screened import today
from natars_fhir.store import driver, patients, subjects
from natars_fhir.store.engine import Store
from natars_fhir.store.persons import Persons
from natars_fhir.store.subjects import Declined, Whose
from tests.service.hospital import NOW, Hospital, condition, dose, intake, medication, patient, transaction

WARD = transaction(
    *(patient(str(number), f"77{number}") for number in range(1, 4)),
    *(condition(f"c{number}", of=f"Patient/{number}") for number in range(1, 4)),
    dose("d1", of="Patient/1"),
    dose("d2", of="Patient/2"),
    medication(),
)
TOMORROW = NOW + timedelta(days=1)


def _asked(store: Store, persons: Persons) -> dict[str, tuple[object, ...]]:
    study = intake().study
    with store.read() as connection:
        found = before(connection, study, "generic", persons, today(NOW))
        return {key: _plain(one) for key, one in found.items()}


def _plain(one: Before) -> tuple[object, ...]:
    return one.standing, one.told, one.said, one.declined, one.stood, list(one.readings)


def _persons(store: Store) -> Persons:
    with store.read() as connection:
        return patients.persons(connection, "generic", ["Patient/1", "Patient/2", "Patient/3"])


def _declined(store: Store, of: str, moment: datetime) -> None:
    whose = Whose("generic", of, intake().study.id)
    with store.write() as connection:
        subjects.decline(connection, whose, Declined(frozenset({"I-10"}), "site", "lost", NOW))
        subjects.notice(connection, [(whose, Event("attested", today(moment).isoformat(), NOW, "甲"))])


def test_each_person_is_told_of_as_by_itself(store: Store, hospital: Hospital) -> None:
    hospital.push(WARD)
    _declined(store, "Patient/2", NOW)
    persons = _persons(store)
    together = _asked(store, persons)
    assert together == {key: _asked(store, {key: names})[key] for key, names in persons.items()}
    read = {key: [one.key for one in told[-1]] for key, told in together.items()}  # type: ignore[attr-defined]
    assert read["Patient/1"] == ["Condition/c1", "MedicationAdministration/d1", "Patient/1", "Medication/m1"]
    assert read["Patient/3"] == ["Condition/c3", "Patient/3"]
    assert [bool(told[3]) for told in together.values()] == [False, True, False]


def test_what_is_of_a_later_day_is_not_known_yet(store: Store, hospital: Hospital) -> None:
    hospital.push(WARD)
    _declined(store, "Patient/2", TOMORROW)
    with store.read() as connection:
        found = before(connection, intake().study, "generic", _persons(store), today(NOW))
        later = before(connection, intake().study, "generic", _persons(store), today(TOMORROW))
    assert {one.cause for one in later["Patient/2"].told} - {one.cause for one in found["Patient/2"].told} == {
        "attested"
    }


def test_more_persons_are_no_more_questions(store: Store, hospital: Hospital) -> None:
    hospital.push(WARD)
    persons = _persons(store)
    assert _questions(store, persons) == _questions(store, dict([*persons.items()][:1]))


def _questions(store: Store, persons: Persons) -> int:
    asked: list[str] = []
    plain = driver._run

    def straight(connection: Any, text: str, *told: Any, **how: Any) -> Any:
        asked.append(text)
        return plain(connection, text, *told, **how)

    def note(*told: Any) -> None:
        asked.append(told[2])

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver, "_run", straight)
            _asked(store, persons)
    finally:
        event.remove(store._engine, "before_cursor_execute", note)
    return len(asked)
