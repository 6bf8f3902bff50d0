"""Every answer of every fixture leads to what it stands on: the very element or words, found and marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.domain.record import Fact, Source
from natars_fhir.service.people.seen import seen
from natars_fhir.service.worklist.evidence import Place, places
from natars_fhir.store import worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.worklist import Asked
from tests.service.hospital import FIXTURES, NOW, Hospital, condition, intake, mappings, patient, reader, transaction

CASES = [
    "hospital-a/a-patient-in-fhir-r5-ineligible-for-chemotherapy",
    "hospital-a/panels-and-components-by-urn-uuid-candidate",
    "hospital-b/candidate-by-text-alone",
    "hospital-b/report-attached-in-gb18030",
    "hospital-b/admission-questionnaire-in-words",
    "hospital-c/panels-members-and-forms-decide-every-criterion-candidate",
]


def marked(place: Place) -> str:
    return "".join(piece.text for piece in place.pieces if piece.marked)


@pytest.mark.parametrize("case", CASES)
def test_every_answer_leads_to_the_place_that_it_stands_on(case: str, store: Store) -> None:
    site = Path(case).parent.name
    hospital = Hospital(store, site)
    for document in sorted((FIXTURES / case).glob("*.json")):
        if document.name != "expected.json":
            hospital.push(document.read_bytes())
    with store.read() as connection:
        lines = worklist.page(connection, site, Asked(), 0, 9)
    for line in lines:
        here = seen(store, intake(), mappings().sites[site], line.pseudonym, "", NOW)
        assert here is not None
        findings = [finding for _, finding in here.subject.outcome.screening.findings if finding.facts]
        assert findings
        told = [place for finding in findings for place in places(store, reader(site), finding.facts)]
        assert [place for place in told if not marked(place)] == []
        assert all(place.mapping for place in told)
        assert {place.received for place in told} == {NOW}


@pytest.fixture
def report(store: Store) -> Store:
    text = f"{'前' * 50_000}免疫组化：MDM2（+），CDK4（+）{'后' * 50_000}"
    told = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "subject": {"reference": "Patient/1"}}
    code = {"code": {"coding": [{"system": "http://loinc.org", "code": "60568-3"}]}, "effectiveDateTime": "2024-06-01"}
    Hospital(store).push(transaction(patient(), condition(), {**told, **code, "conclusion": text}))
    return store


def facts(store: Store, concept: str) -> list[Fact]:
    with store.read() as connection:
        (line,) = worklist.page(connection, "generic", Asked(), 0, 9)
    here = seen(store, intake(), mappings().sites["generic"], line.pseudonym, "", NOW)
    assert here is not None
    return list(here.subject.outcome.record.about(concept))


def test_of_a_report_of_100_kb_the_words_are_shown_with_what_stands_around_them(report: Store) -> None:
    (place,) = places(report, reader(), [*facts(report, "ihc-mdm2"), *facts(report, "ihc-cdk4")])
    assert place.is_text
    assert place.cut
    assert "MDM2" in marked(place)
    assert "CDK4" in marked(place)
    assert sum(len(piece.text) for piece in place.pieces) < 1_000


def test_the_whole_report_is_shown_where_it_is_asked_for(report: Store) -> None:
    (place,) = places(report, reader(), facts(report, "ihc-mdm2"), whole=True)
    assert not place.cut
    assert sum(len(piece.text) for piece in place.pieces) > 100_000


def test_a_resource_that_is_not_kept_any_more_is_told_without_its_words(report: Store) -> None:
    fact = Fact("sex", "male", None, Source("generic", "Patient/nobody", "3"), "Patient.gender")
    (place,) = places(report, reader(), [fact])
    assert (place.pieces, place.received, place.version) == ((), None, "3")


def test_what_only_moves_a_line_in_is_not_marked(report: Store) -> None:
    (place,) = places(report, reader(), facts(report, "primary-site")[:1])
    assert not place.is_text
    assert [piece.text for piece in place.pieces if piece.marked and piece.text != piece.text.strip()] == []
