"""A Task says what is missing, in both languages, for whom and of which subject; the same request is the same bytes."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from natars_fhir.domain.answer import Reason
from natars_fhir.domain.people import with_people
from natars_fhir.domain.request import Request, Status, request
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion
from natars_fhir.domain.subject import life
from natars_fhir.emit import EMITTERS, emit
from natars_fhir.emit.code_system import REQUESTS, code_systems
from natars_fhir.emit.identity import identity
from natars_fhir.emit.task import task
from tests import ward
from tests.emit.judged import faults, in_r5
from tests.emit.test_questionnaire_response import OPEN, found
from tests.emit.trial import BASE, KEY, MRN, PATIENT, STUDY, emission, screening

WHO = identity(PATIENT, "natars", KEY, BASE, MRN, "Task")


def criterion(ident: str, en: str, zh: str) -> Criterion:
    wants = {"en": en, "zh": zh}
    return Criterion(ident, "inclusion", "data", {"en": en}, rule=lambda asked: pytest.fail("not asked"), wants=wants)


WANTED: tuple[tuple[Criterion, Reason], ...] = (
    (criterion("I-18", "ASA class", "ASA分级"), "silent"),
    (criterion("E-04", "chest CT", "胸部CT"), "pending"),
    (criterion("E-05", "chest CT", "胸部CT"), "silent"),
)


def made(status: Status = "requested", why: str = "") -> dict[str, Any]:
    wanted = WANTED if status in ("requested", "rejected") else ()
    return task(Request(status, wanted, why), PATIENT, STUDY, WHO)


@pytest.mark.parametrize("status", get_args(Status))
def test_it_is_valid_in_r4_and_r5(status: Status) -> None:
    resource = made(status, "no scanner" if status == "rejected" else "")
    assert faults(resource) == []
    assert in_r5(resource)["status"] == status


def test_it_says_what_is_missing_once_each_in_both_languages() -> None:
    told = made()
    assert told["description"] == "Missing for NATARS: ASA class; chest CT"
    chinese = told["_description"]["extension"][0]["extension"][1]["valueString"]
    assert chinese == "NATARS 所缺：ASA分级；胸部CT"
    assert [one["type"]["coding"][0]["code"] for one in told["input"]] == ["I-18", "E-04", "E-05"]
    reasons = [one["valueCodeableConcept"]["coding"][0]["code"] for one in told["input"]]
    assert reasons == ["silent", "pending", "silent"]


def test_it_points_to_the_subject_and_to_the_hospitals_own_patient() -> None:
    told = made()
    assert told["focus"]["identifier"] == {"system": f"{BASE}/NamingSystem/subject", "value": WHO.pseudonym}
    assert told["for"] == {"reference": "Patient/40017"}
    assert told["identifier"] == [{"system": f"{BASE}/NamingSystem/request", "value": WHO.pseudonym}]
    assert "0040017" not in json.dumps(told)


def test_a_declined_one_says_why_and_in_r5_as_r5_has_it() -> None:
    told = made("rejected", "no scanner")
    assert told["statusReason"] == {"text": "no scanner"}
    assert in_r5(told)["statusReason"] == {"concept": {"text": "no scanner"}}
    assert "statusReason" not in made()


def test_the_same_request_is_the_same_bytes_and_the_words_are_published() -> None:
    assert json.dumps(made()) == json.dumps(made())
    (words,) = [one for one in code_systems(STUDY, BASE) if one["id"] == "request-status"]
    assert {one["code"] for one in words["concept"]} == {word for word, _, _ in REQUESTS.values()}


def test_of_a_real_patient_it_names_what_the_screening_lacks() -> None:
    study, outcome = ward.mappings().study, found(OPEN)
    part = PeoplesPart(with_people(outcome.screening, []))
    asked = request(part, life(study, outcome.record, outcome.screening, part))
    told = emission(screening=outcome.screening, study=study, request=asked)
    (resource,) = EMITTERS["Task"](told).resources
    assert faults(resource) == []
    assert resource["status"] == "requested"
    assert {one["type"]["coding"][0]["code"] for one in resource["input"]} == {one.id for one, _ in asked.wanted}
    assert resource in emit(told).resources


def test_nothing_is_made_where_nothing_was_asked_or_the_patient_is_out_of_scope() -> None:
    assert EMITTERS["Task"](emission()).resources == ()
    assert EMITTERS["Task"](emission(screening=screening(in_scope=False), request=Request("cancelled"))).resources == ()
