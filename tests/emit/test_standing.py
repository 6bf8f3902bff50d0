"""Where a server knows no ResearchSubject, a Flag or a Communication says how one stands: valid, and no more."""

from __future__ import annotations

from base64 import b64decode

import pytest

from natars_fhir.emit.identity import identity
from natars_fhir.emit.research_subject import STATES, STATUS, research_subject
from natars_fhir.emit.standing import INSTEAD, WORDS, communication, flag
from natars_fhir.fhir.build import Node
from tests.emit.judged import faults, in_r5
from tests.emit.trial import BASE, KEY, MRN, PATIENT, screening

WHO = identity(PATIENT, "natars", KEY, BASE, MRN)
SUBJECT = research_subject(screening(), "ResearchStudy/natars-hospital-a", WHO)
ALL = sorted({*STATES, *STATUS.values()})


def stands(status: str) -> Node:
    return SUBJECT | {"status": status}


@pytest.mark.parametrize("status", ALL)
@pytest.mark.parametrize("name", list(INSTEAD))
def test_all_judges_find_every_form_valid_in_r4_and_r5(name: str, status: str) -> None:
    made = INSTEAD[name](stands(status))
    assert faults(made) == []
    assert in_r5(made)["resourceType"] == name.capitalize()


def test_every_status_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(ALL)


@pytest.mark.parametrize("make", list(INSTEAD.values()))
def test_it_is_the_hospitals_own_patient_under_the_subjects_identifier(make: object) -> None:
    made = make(stands("candidate"))  # type: ignore[operator]
    assert made["subject"] == SUBJECT["individual"]
    assert made["identifier"] == SUBJECT["identifier"]
    assert made["meta"] == SUBJECT["meta"]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("candidate", "active"),
        ("on-study", "active"),
        ("ineligible", "inactive"),
        ("off-study", "inactive"),
        ("withdrawn", "inactive"),
        ("not-registered", "entered-in-error"),
    ],
)
def test_a_flag_is_shown_as_long_as_the_subject_is_to_be_minded(status: str, shown: str) -> None:
    assert flag(stands(status))["status"] == shown


def test_a_communication_says_it_in_both_languages_and_is_taken_back_with_the_subject() -> None:
    told = communication(stands("candidate"))
    text = b64decode(told["payload"][0]["contentAttachment"]["data"]).decode()
    assert text == "NATARS: candidate\nNATARS：候选者"
    assert told["status"] == "completed"
    assert communication(stands("not-registered"))["status"] == "entered-in-error"
