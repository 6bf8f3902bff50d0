"""Routing lets go what no criterion asks for, and no answer changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import generate as made
from natars_fhir.domain.record import Fact, Record
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.site import compiled
from natars_fhir.pipeline import run
from tests import ward

CASES = ward.cases()
SITES = ("hospital-a", "hospital-b")


def reader(site: str, *, routed: bool) -> DocumentReader:
    return DocumentReader(compiled(ward.mappings(), site), routed=routed)


def answers(lines: Iterable[bytes], site: str, *, routed: bool) -> list[Any]:
    found = run(lines, reader(site, routed=routed), ward.mappings().study, ward.AS_OF)
    return [
        (outcome.record.patient, outcome.screening.in_scope, *(finding for _, finding in outcome.screening.findings))
        for outcome in found
    ]


def lines_of(case: Path) -> list[bytes]:
    """The case's resources, each alone, as NDJSON holds them; references between entries stay as they are."""
    return [bytes(e.raw) for document in ward.sent_in(case) for e in open_bundle(document).entries if e.raw]


def fate(resource: dict[str, Any], site: str = "hospital-a") -> str:
    raw = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    (reading,) = reader(site, routed=True)(raw).readings
    return reading.fate


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.name}" for case in CASES])
def test_no_answer_to_a_fixture_changes(case: Path) -> None:
    lines, site = lines_of(case), case.parent.name
    assert answers(lines, site, routed=True) == answers(lines, site, routed=False)


@pytest.mark.parametrize("site", SITES)
def test_no_answer_to_made_patients_changes(site: str) -> None:
    lines = [line.strip() for line in made.lines(12, seed=3)]
    assert answers(lines, site, routed=True) == answers(lines, site, routed=False)


def test_no_rule_asks_for_a_concept_that_is_not_for_screening(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    about = Record.about

    def spy(record: Record, concept: str, *others: str) -> tuple[Fact, ...]:
        asked.update((concept, *others))
        return about(record, concept, *others)

    monkeypatch.setattr(Record, "about", spy)
    for case in CASES:
        list(run(ward.sent_in(case), ward.reader(case.parent.name), ward.mappings().study, ward.AS_OF))
    concepts = ward.mappings().concepts.concepts
    assert {name for name in asked if name in concepts and not concepts[name].screening} == set()
    assert len(asked & concepts.keys()) > 30


CODE = ward.concept(ward.LOINC, "2951-2", text="钠")
ICD = ward.ICD_10


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(ward.observation(CODE, valueString="1"), "not-asked", id="a code that no view asks for"),
        pytest.param(ward.observation(ward.concept(ward.LOINC, "751-8")), "not-asked", id="a concept for no criterion"),
        pytest.param(ward.observation(ward.concept(ward.LOINC, "31206-6")), "read", id="a concept for a criterion"),
        pytest.param(ward.observation({"text": "免疫组化 MDM2"}, valueString="+"), "read", id="a marker by its name"),
        pytest.param(
            ward.observation(CODE, component=[{"code": ward.concept(ward.LOINC, "33728-7")}]),
            "read",
            id="in a component",
        ),
        pytest.param(
            ward.resource("Condition", code=ward.concept(ICD, "I10")), "not-asked", id="a diagnosis of no weight"
        ),
        pytest.param(ward.resource("Condition", code=ward.concept(ICD, "C48.0")), "read", id="a diagnosis that weighs"),
        pytest.param(
            ward.resource("Condition", code=ward.concept(ICD, "I10", text="腹膜后肉瘤")), "read", id="words that weigh"
        ),
        pytest.param(
            ward.resource("Condition", code=ward.concept(ICD, "I10"), note=[{"text": "稳定"}]), "read", id="with a note"
        ),
        pytest.param(
            ward.resource("Procedure", status="completed", code=ward.concept(ward.ICD_9, "89.52")),
            "not-asked",
            id="ECG",
        ),
        pytest.param(
            ward.resource("Procedure", status="not-done", code={"text": "肿瘤切除术"}), "read", id="what was not done"
        ),
        pytest.param(
            ward.resource(
                "Procedure", status="completed", code=ward.concept(ward.ICD_9, "88.01"), note=[{"text": "a"}]
            ),
            "read",
            id="a procedure with a note",
        ),
        pytest.param(
            ward.resource(
                "MedicationRequest",
                status="active",
                intent="order",
                medicationCodeableConcept=ward.concept(ward.ATC, "A02BC01"),
            ),
            "not-asked",
            id="a drug of no weight",
        ),
        pytest.param(
            ward.resource(
                "MedicationRequest",
                status="active",
                intent="order",
                medicationCodeableConcept=ward.concept(ward.ATC, "L01DB01"),
            ),
            "read",
            id="a drug that weighs",
        ),
        pytest.param(
            ward.resource(
                "MedicationRequest", status="active", intent="order", medicationReference={"reference": "Medication/1"}
            ),
            "read",
            id="a drug that is only referred to",
        ),
        pytest.param(ward.resource("Patient"), "read", id="a patient"),
        pytest.param(ward.observation(CODE, id=7), "refused", id="what the header cannot read is decoded"),
    ],
)
def test_what_is_let_go(resource: dict[str, Any], expected: str) -> None:
    assert fate(resource) == expected


def test_codes_that_were_let_go_are_counted() -> None:
    (reading,) = reader("hospital-a", routed=True)(ward.raw(ward.observation(CODE))).readings
    assert reading.not_understood == (("code", "Observation", ward.LOINC, "2951-2"),)


def test_a_correction_that_takes_the_code_away_takes_the_fact_away() -> None:
    first = ward.observation(
        ward.concept(ward.LOINC, "31206-6"), valueCodeableConcept=ward.concept(ward.ICD_O, "8890/3")
    )
    later = ward.observation(CODE, meta={"versionId": "2"})
    lines = [ward.raw(it) for it in (ward.resource("Patient", "p1"), first | {"meta": {"versionId": "1"}}, later)]
    (outcome,) = run(lines, reader("hospital-a", routed=True), ward.mappings().study, ward.AS_OF)
    assert outcome.record.about("histology") == ()


@pytest.mark.parametrize(
    "meta", [{"lastUpdated": "  "}, {"lastUpdated": ""}, {"lastUpdated": "2024-02-30T08:00:00Z"}, {"versionId": "a b"}]
)
def test_what_has_no_version_that_can_be_compared_is_not_let_go(meta: dict[str, Any]) -> None:
    """An earlier version of it may be known: which is the newer could not be told, and the whole run would end."""
    told = {
        **ward.observation(ward.concept("http://loinc.org", "2093-3"), "o1"),
        "meta": {"lastUpdated": "2024-01-01T08:00:00Z"},
    }
    lines = [ward.raw(one) for one in (told, {**told, "meta": meta})]
    assert [reader("hospital-a", routed=True)(line).readings[0].fate for line in lines] == ["not-asked", "refused"]
    assert answers(lines, "hospital-a", routed=True) == answers(lines, "hospital-a", routed=False)
