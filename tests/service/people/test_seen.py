"""One subject as a person sees it: who they are that day, what hinders a signature, whether somebody was quicker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from natars_fhir.domain.answer import Answer
from natars_fhir.service.people.people import Spoken, speak
from natars_fhir.service.people.sayings import Saying
from natars_fhir.service.people.seen import Seen, meanwhile, seen
from natars_fhir.store import worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.worklist import Asked
from tests.service.hospital import NOW, intake, mappings
from tests.service.spoken import COORDINATOR, INVESTIGATOR, WHOLE, HospitalA, push_case, site, texts


@pytest.fixture
def here(store: Store) -> Seen:
    push_case(HospitalA(store))
    return look(store)


def look(store: Store, person: str = INVESTIGATOR) -> Seen:
    with store.read() as connection:
        (line,) = worklist.page(connection, "hospital-a", Asked(), 0, 9)
    found = seen(store, intake(), site(), line.pseudonym, person, NOW)
    assert found is not None
    return found


def said(seen_by: Seen, *, signs: bool = False, by: str = COORDINATOR) -> Spoken:
    sayings = () if signs else (Saying("I-15", Answer.of(False), "MDT of 14 June"),)
    return Spoken((WHOLE,), (by,), NOW, sayings, signs=signs, seen=seen_by.digest)


@pytest.mark.parametrize(
    ("person", "role"), [(INVESTIGATOR, "investigator"), (COORDINATOR, "coordinator"), ("", None), ("nobody", None)]
)
def test_who_looks_is_who_they_are_on_the_delegation_list(
    here: Seen, store: Store, person: str, role: str | None
) -> None:
    speaker = look(store, person).speaker
    assert (speaker.role if speaker else None) == role


def test_what_hinders_a_signature_is_known_before_it_is_tried(here: Seen, store: Store) -> None:
    assert here.hindered == ()
    assert speak(store, intake(), site(), said(here), NOW).status == 201
    assert [criterion.id for criterion, _ in look(store).hindered] == ["I-15"]


def test_where_somebody_was_quicker_nothing_is_taken_and_what_changed_is_told(here: Seen, store: Store) -> None:
    assert speak(store, intake(), site(), said(here), NOW).status == 201
    answer = speak(store, intake(), site(), said(here, signs=True, by=INVESTIGATOR), NOW)
    assert answer.status == 409
    assert texts(answer) == ["The patient's findings are others by now: look at them again; nothing is taken."]
    now = look(store)
    assert now.digest != here.digest
    assert now.subject.part.signed is None
    (step,) = meanwhile(store, "hospital-a", now, here.digest)
    assert "I-15" in step.told()
    assert meanwhile(store, "hospital-a", now, now.digest) == []
    assert meanwhile(store, "hospital-a", now, "made up") == []


def test_signing_twice_signs_once(here: Seen, store: Store) -> None:
    once = said(here, signs=True, by=INVESTIGATOR)
    assert speak(store, intake(), site(), once, NOW).status == 201
    assert speak(store, intake(), site(), replace(once, at=NOW + timedelta(seconds=1)), NOW).status == 409


def test_of_another_site_nobody_is_seen(here: Seen, store: Store) -> None:
    other = mappings().sites["hospital-b"]
    assert seen(store, intake(), other, here.subject.pseudonym, "", NOW) is None
    assert seen(store, intake(), site(), "0" * 32, "", NOW) is None
