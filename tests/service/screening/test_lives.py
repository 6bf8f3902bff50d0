"""Whose data is not to be used is listed, shown and counted nowhere but in its place; the day's log is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.domain.request import request
from natars_fhir.fhir.check import check
from natars_fhir.mapping.schema import Endpoint, Site
from natars_fhir.service.people.populate import populate
from natars_fhir.service.screening.daily import rescreen_due
from natars_fhir.service.screening.lives import caused, declines
from natars_fhir.service.worklist.log import log_of, missing_of, tell_log
from natars_fhir.service.worklist.worklist import outcomes, screening_of, worklist
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, Hospital, condition, intake, mappings, patient, transaction
from tests.service.spoken import WHOLE, HospitalA, push_case
from tests.service.subjects import SITE, known, letters, only, say, sign

STUDY = mappings().study
SUBJECT = {"reference": "Patient/9"}


@pytest.fixture
def hospital(store: Store) -> Hospital:
    found = HospitalA(store)
    found.push(transaction(patient("9"), condition("c9", of="Patient/9")))
    return found


def asking(*also: Any) -> Site:
    made = mappings().sites[SITE]
    return made.model_copy(update={"endpoint": Endpoint(url="https://a.example/fhir", also=also)})


def seen(store: Store) -> list[int]:
    """How often a person is listed: worklist, outcomes, what is missing, the form, the screening."""
    site = mappings().sites[SITE]
    form = populate(store, intake(), site, SUBJECT, NOW)
    return [
        len(worklist(store, STUDY, SITE, NOW)),
        len(list(outcomes(store, STUDY, SITE, NOW))),
        len({one.reference for row in missing_of(store, STUDY, SITE, NOW) for one in row.patients}),
        int(form is not None),
        int(screening_of(store, STUDY, SITE, "Patient/9", NOW) is not None),
    ]


def test_whose_use_was_withdrawn_is_listed_nowhere_and_counted_in_its_place(hospital: Hospital, store: Store) -> None:
    assert seen(store) == [1, 1, 1, 1, 1]
    (line,) = log_of(store, STUDY, SITE, NOW).entries
    assert line.open
    say(store, only(store).pseudonym, "withdrew-use")
    assert seen(store) == [0, 0, 0, 0, 0]
    (line,) = log_of(store, STUDY, SITE, NOW).entries
    assert (line.place, line.bar, line.open) == ("excluded", None, ())


def test_who_withdrew_from_treatment_is_still_shown(hospital: Hospital, store: Store) -> None:
    say(store, only(store).pseudonym, "withdrew-treatment")
    assert seen(store) == [1, 1, 1, 1, 1]


def test_nothing_new_is_written_of_whom_the_use_was_withdrawn(hospital: Hospital, store: Store) -> None:
    pseudonym = only(store).pseudonym
    say(store, pseudonym, "withdrew-use")
    answer = hospital.push(transaction(patient("9", birthDate="1930-01-01", version=2)))
    assert answer.counts["letters"] == 0
    subject = known(store, pseudonym)
    assert subject is not None
    assert subject.way.state == "withdrawn"


def test_what_was_caused_later_than_the_day_asked_for_does_not_count(hospital: Hospital, store: Store) -> None:
    say(store, only(store).pseudonym, "opened")
    before = (NOW - timedelta(days=1)).date()
    with store.read() as connection:
        assert caused(connection, STUDY, SITE, {"Patient/9"}, before) == []
        assert [one.cause for one in caused(connection, STUDY, SITE, {"Patient/9"}, NOW.date()) if one.by] == ["opened"]
        assert declines(connection, STUDY, SITE, {"Patient/9"}) == []


def test_the_log_is_told_once_a_day_to_a_site_that_asks_for_it(hospital: Hospital, store: Store) -> None:
    assert tell_log(store, intake(), mappings().sites[SITE], NOW) == 0
    asks = asking("List")
    assert [tell_log(store, intake(), asks, NOW + timedelta(hours=hours)) for hours in (0, 1, 24, 25)] == [1, 0, 1, 0]
    first, second = letters(store, "List")
    assert (first["id"], first["date"], second["date"]) == (second["id"], "2024-06-15", "2024-06-16")
    assert check(first) == []
    assert [one["item"]["reference"] for one in first["entry"]] == ["Patient/9"]
    assert rescreen_due(store, intake(), asks, NOW + timedelta(days=2)).queued == 1


def test_an_allocated_subject_is_asked_for_nothing_and_followed_in_its_arm(store: Store) -> None:
    push_case(HospitalA(store))
    sign(store)
    pseudonym = only(store).pseudonym
    say(store, pseudonym, "allocated", arm="neoadjuvant")
    subject = known(store, pseudonym)
    assert subject is not None
    assert request(subject.part, subject.way).status == "cancelled"
    (line,) = log_of(store, STUDY, SITE, NOW).entries
    assert (line.place, line.arm, line.patient.reference) == ("allocated", "neoadjuvant", WHOLE)
    assert "I-19" not in line.open
