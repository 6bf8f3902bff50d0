"""A day's change screens those again whose findings time alone may have changed, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from natars_fhir.service.screening.daily import rescreen_due
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.worklist.history import steps_of
from natars_fhir.store import patients
from natars_fhir.store.engine import Store
from tests.service.hospital import ICD_10, NOW, Hospital, Node, intake, mappings, patient, transaction
from tests.service.test_corrections import history, statuses, whole

SITE = mappings().sites["generic"]


def infarction(onset: str) -> Node:
    code = {"coding": [{"system": ICD_10, "code": "I21.9"}]}
    about = {"subject": {"reference": "Patient/1"}}
    return {"resourceType": "Condition", "id": "mi", **about, "code": code, "onsetDateTime": onset}


def due(store: Store, days: int) -> list[str]:
    with store.read() as connection:
        return patients.due(connection, "generic", (NOW + timedelta(days=days)).date())


def pass_days(store: Store, days: int) -> Rescreened:
    return rescreen_due(store, intake(), SITE, NOW + timedelta(days=days))


def test_an_infarction_lifts_its_bar_on_the_day_that_was_told(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*whole(), infarction("2023-12-20")))
    found = hospital.screening()
    assert found is not None
    assert (found["verdict"], found["criteria"]["E-06b"]["again"]) == ("ineligible", "2024-06-21")
    assert due(store, 5) == []
    assert pass_days(store, 5) == Rescreened()
    assert due(store, 6) == ["Patient/1"]
    assert pass_days(store, 6) == Rescreened(1, 1, 2)
    told = "the passing of time: E-06b yes → no; E-06 yes → unknown, for people to say; ineligible → candidate"
    assert history(store)[-1] == told
    assert statuses(store) == ["ineligible", "candidate"]
    assert pass_days(store, 6) == Rescreened()


def test_a_fact_that_is_dated_ahead_counts_when_its_day_has_come(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*whole(), infarction("2024-06-18")))
    assert due(store, 2) == []
    assert pass_days(store, 3).changed == 1
    assert steps_of(store, "generic", ["Patient/1"])[-1].act == "day"
    assert statuses(store) == ["candidate", "ineligible"]


def test_only_those_are_touched_whose_answer_can_change(store: Store) -> None:
    hospital = Hospital(store)
    for number in range(20, 26):
        hospital.push(transaction(*whole(str(number))))
    hospital.push(transaction(patient("7", birthDate="2006-06-20")))  # of age soon, and not in scope
    hospital.push(transaction(*whole(), infarction("2023-12-20")))
    assert pass_days(store, 30) == Rescreened(1, 1, 2)


@pytest.mark.parametrize(("hour", "expected"), [(15, 0), (16, 1)])
def test_the_day_is_that_of_the_trials_time_zone(store: Store, hour: int, expected: int) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*whole(), infarction("2023-12-20")))
    moment = datetime(2024, 6, 20, hour, 0, tzinfo=UTC)  # midnight in Shanghai is 16:00
    assert rescreen_due(store, intake(), SITE, moment).screened == expected
