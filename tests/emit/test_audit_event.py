"""An act of the audit is a sound AuditEvent in R4 and in R5, of IHE's patterns where one fits, and names nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from natars_fhir.emit.audit_event import BALP, KINDS, Recorded, audit_event
from tests.emit.judged import faults, in_r5
from tests.service.hospital import NOW

BASE = "https://natars.example/fhir"
ACT = Recorded(
    17, "hospital-b", NOW, "push", "token:engine", "", "", "5f" * 32, 200, {"created": 2, "let-go": 1}, "a" * 32
)
STATED = replace(ACT, act="statement", person="1f" * 16, about="2f" * 16, status=201)


@pytest.mark.parametrize("act", [*KINDS, "something new"])
@pytest.mark.parametrize("base", [ACT, STATED], ids=["of a document", "of a patient, by a person"])
def test_every_act_is_an_audit_event_that_nobody_finds_a_fault_in(act: str, base: Recorded) -> None:
    assert faults(audit_event(replace(base, act=act), BASE)) == []


@pytest.mark.parametrize(
    "act",
    [
        replace(ACT, site="", hash="", counts={}, request="", act="backup"),
        replace(ACT, status=422, hash="", about=""),
        replace(STATED, status=403, about=""),
        replace(ACT, status=503),
        replace(ACT, site="Hospital_甲"),
    ],
    ids=["of everywhere", "refused", "by somebody who may not", "failed", "a site of another script"],
)
def test_what_is_not_said_is_left_out(act: Recorded) -> None:
    assert faults(audit_event(act, BASE)) == []


@pytest.mark.parametrize(
    ("act", "profile"),
    [
        (ACT, None),
        (STATED, "PatientCreate"),
        (replace(STATED, about=""), "Create"),
        (replace(STATED, status=403), None),
        (replace(STATED, act="read"), "PatientRead"),
        (replace(STATED, act="read", about="", hash=""), None),
        (replace(STATED, act="search"), "PatientQuery"),
    ],
)
def test_a_pattern_is_claimed_where_all_that_it_asks_for_is_there(act: Recorded, profile: str | None) -> None:
    made = audit_event(act, BASE)
    assert made.get("meta", {}).get("profile", []) == ([f"{BALP}.{profile}"] if profile else [])


@pytest.mark.parametrize(("act", "roles"), [("statement", ["110153", "110152"]), ("read", ["110152", "110153"])])
def test_data_flows_from_the_source_to_the_destination(act: str, roles: list[str]) -> None:
    agents = audit_event(replace(STATED, act=act), BASE)["agent"]
    assert [agent["type"]["coding"][0]["code"] for agent in agents[:2]] == roles
    assert [agent["requestor"] for agent in agents] == [False, False, True]


def test_the_patient_the_request_and_the_document_are_entities() -> None:
    entities = audit_event(STATED, BASE)["entity"]
    assert [one.get("what", {}).get("identifier", {}).get("value") for one in entities] == [
        "a" * 32, "2f" * 16, "5f" * 32, None,
    ]  # fmt: skip
    assert entities[-1]["detail"] == [
        {"type": "created", "valueString": "2"},
        {"type": "let-go", "valueString": "1"},
    ]


def test_r5_has_it_in_its_own_elements() -> None:
    made = in_r5(audit_event(STATED, BASE))
    assert made["category"][0]["coding"][0]["code"] == "rest"
    assert [one["code"] for one in made["code"]["coding"]] == ["create", "statement"]
    assert made["outcome"]["code"]["code"] == "0"
    assert made["patient"]["identifier"]["value"] == "2f" * 16
    assert "meta" not in made
