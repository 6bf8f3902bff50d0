"""Issues, logs and messages name places, never what a patient's data says there."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.cli import run as command
from natars_fhir.pipeline import read, run
from tests import ward

MARK = "Zq9"
#: What is planted: it stands in names, numbers, texts, codes and ids, and nowhere in our own words.
NAME, NUMBER, TEXT, IDENT = f"王{MARK}五", f"{MARK}110101196001011234", f"患者{MARK}诉腹痛", f"{MARK}-id"


def person(**elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": IDENT,
        "identifier": [{"system": f"urn:{MARK}", "value": NUMBER}],
        "name": [{"text": NAME, "family": NAME}],
        "telecom": [{"system": "phone", "value": NUMBER}],
        "address": [{"text": TEXT}],
        **elements,
    }


def about(kind: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "id": f"{IDENT}-{kind}",
        "subject": {"reference": f"Patient/{IDENT}", "display": NAME},
        **elements,
    }


def stain(**elements: Any) -> dict[str, Any]:
    said = {"status": "final", "code": ward.concept(ward.OWN, "ihc-mdm2"), "valueString": TEXT}
    return about("Observation", **{**said, **elements})


RESOURCES = [
    pytest.param(person(), id="a patient"),
    pytest.param(person(birthDate=f"{MARK}-30"), id="a birth date that is none"),
    pytest.param(person(gender=NAME), id="a sex that is none"),
    pytest.param(person(**{f"name{MARK}": NAME}), id="an element that is none"),
    pytest.param(person(link=[{"other": {"reference": f"Patient/{MARK}2"}, "type": NAME}]), id="a link of no type"),
    pytest.param(stain(), id="a value not understood"),
    pytest.param(stain(status=TEXT), id="a status that is none"),
    pytest.param(stain(valueString=7), id="a number for a text"),
    pytest.param(stain(valueString=None, valueQuantity={"value": NUMBER}), id="a text for a number"),
    pytest.param(stain(valueString=None, valueQuantity={"value": 3, "unit": MARK}), id="a unit not known"),
    pytest.param(stain(code={"coding": [{"system": "urn:x", "code": MARK, "display": NAME}]}), id="a code not known"),
    pytest.param(stain(effectiveDateTime=f"2024-02-30{MARK}"), id="a date that is none"),
    pytest.param(stain(subject={"reference": NUMBER}), id="a subject that is none"),
    pytest.param(stain(subject=None), id="no subject"),
    pytest.param(stain(modifierExtension=[{"url": f"urn:{MARK}", "valueString": TEXT}]), id="a modifier"),
    pytest.param(stain(id=f"{MARK} {NAME}"), id="an id that is none"),
    pytest.param(stain(meta={"versionId": NAME, "lastUpdated": TEXT}), id="a version that is none"),
    pytest.param(stain(contained=[person()], hasMember=[{"reference": f"#{MARK}"}]), id="a contained patient"),
    pytest.param(stain(text={"status": "generated", "div": f"<div><script>{NAME}</script></div>"}), id="a narrative"),
    pytest.param(
        about(
            "DiagnosticReport", status="final", code={"text": NAME}, conclusion=f"大小15×12×8，{TEXT}，核分裂象{MARK}"
        ),
        id="a report",
    ),
    pytest.param(
        about(
            "DiagnosticReport",
            status="final",
            code={"text": NAME},
            presentedForm=[
                {"contentType": f"text/plain; charset={MARK}", "data": "eA==", "title": NAME},
                {"contentType": f"application/{MARK}", "data": "eA==", "url": f"urn:{MARK}"},
                {"contentType": "text/plain", "data": f"*{MARK}*"},
            ],
        ),
        id="attachments that cannot be read",
    ),
    pytest.param(
        about("MedicationAdministration", status="completed", medicationReference={"reference": f"Medication/{MARK}"}),
        id="a Medication that never came",
    ),
    pytest.param(
        about(
            "MedicationAdministration",
            status="completed",
            medicationReference={"display": NAME},
            effectiveDateTime="2024",
        ),
        id="a Medication by its display",
    ),
    pytest.param(
        about("Condition", code={"text": TEXT}, verificationStatus={"coding": [{"code": MARK}]}), id="a diagnosis"
    ),
    pytest.param(
        {
            "resourceType": "Consent",
            "status": "active",
            "scope": {"text": NAME},
            "category": [{"text": TEXT}],
            "patient": {"display": NAME},
        },
        id="a consent to something else",
    ),
    pytest.param(about("Procedure", status="completed", code={"text": NAME}, note=[{"text": TEXT}]), id="an operation"),
    pytest.param({"resourceType": MARK, "id": NUMBER}, id="a type that is none"),
    pytest.param(NAME, id="no object"),
    pytest.param(None, id="nothing"),
]


def sent(resource: Any) -> dict[str, Any]:
    entry = {"fullUrl": f"urn:{MARK}", "resource": resource}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:x", "value": NUMBER},
        "entry": [entry],
    }


def said_of(documents: list[bytes]) -> Iterator[str]:
    """Every word that an Issue says of these documents, at every step."""
    for document in documents:
        told = read(document, ward.reader())
        found = [*told.issues, *(issue for reading in told.readings for issue in reading.issues)]
        yield from (f"{issue.expression} {issue.text} {issue.code}" for issue in found)
    for outcome in run(documents, ward.reader(), ward.mappings().study, ward.AS_OF):
        yield from (f"{issue.expression} {issue.text}" for issue in outcome.issues)


@pytest.mark.parametrize("resource", RESOURCES)
def test_no_issue_says_what_the_data_says(resource: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert [said for said in said_of([ward.raw(sent(resource))]) if MARK in said] == []
    assert MARK not in caplog.text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12_000), st.integers(0, 8), st.sampled_from([b"", b"}", b'"', b"\xff", b"\0", b"[", b"9"]))
def test_no_issue_of_broken_bytes_says_what_they_say(at: int, lost: int, instead: bytes) -> None:
    whole = ward.raw({**sent(person()), "entry": [{"resource": one.values[0]} for one in RESOURCES]})
    broken = whole[:at] + instead + whole[at + lost :]
    assert [said for said in said_of([broken]) if MARK in said] == []


def test_no_message_of_the_command_line_says_what_the_data_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sent.ndjson"
    path.write_bytes(b"\n".join(ward.raw(sent(p.values[0])) for p in RESOURCES) + b"\n" + f'{{"{MARK}": '.encode())
    assert command(["screen", str(path), "--format", "json", "--as-of", "2024-06-15"]) == 2
    out, err = capsys.readouterr()
    assert MARK not in err
    issues = [issue for row in out.splitlines() for issue in json.loads(row)["issues"]]
    assert issues
    assert MARK not in json.dumps(issues, ensure_ascii=False)
