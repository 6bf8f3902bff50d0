"""The words that a fact was read from: its clause alone, from a text alone; and whatever names somebody around it."""

from __future__ import annotations

import pytest

from natars_fhir.domain.record import Fact, Source
from natars_fhir.export.said import naming, words_at
from natars_fhir.export.scrub import scrubber

REPORT = {
    "resourceType": "DiagnosticReport",
    "conclusion": "患者韩梅梅。MDM2(+)，CDK4(+)；Ki-67 20%",
    "note": [{"text": "first"}, {"text": "second"}],
    "code": {"coding": [{"code": "x"}], "text": "called"},
    "presentedForm": [{"data": "eA=="}],
    "count": 7,
    "status": "final",
}


def at(path: str, span: tuple[int, int] | None = None) -> str:
    return words_at(REPORT, Fact("ihc-mdm2", "positive", None, Source("a", "DiagnosticReport/1"), path, span=span))


def test_of_a_text_the_clause_goes_out_in_which_the_fact_stands() -> None:
    start = REPORT["conclusion"].index("MDM2")  # type: ignore[attr-defined]
    assert at("DiagnosticReport.conclusion", (start, start + 7)) == "MDM2(+)，CDK4(+)"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("DiagnosticReport.note[1].text", "second"),
        ("DiagnosticReport.note.text", "first"),
        ("DiagnosticReport.code", "called"),
        ("DiagnosticReport.code.coding[0]", ""),
        ("DiagnosticReport.note[7].text", ""),
        ("DiagnosticReport.presentedForm[0].data", ""),
        ("DiagnosticReport.count", ""),
        ("DiagnosticReport.status", ""),
        ("DiagnosticReport.nothing.here", ""),
        ("DiagnosticReport.resolve()", ""),
    ],
)
def test_what_is_no_text_says_nothing(path: str, said: str) -> None:
    assert at(path) == said


def test_a_text_is_given_whole_to_be_scrubbed_and_a_missing_resource_says_nothing() -> None:
    """Half a number would not be known for one."""
    fact = Fact("ihc-mdm2", "positive", None, Source("a", "b"), "Observation.valueString")
    assert len(words_at({"valueString": "x" * 9_000}, fact)) == 9_000
    assert words_at(None, fact) == ""


def test_whatever_names_somebody_is_found_wherever_it_stands() -> None:
    found = set(
        naming(
            {
                "id": "patient-4711",
                "name": [{"text": "A1", "family": "B1", "given": ["C1"]}],
                "identifier": [{"system": "s", "value": "D1", "assigner": {"display": "E1"}}],
                "contained": [{"resourceType": "Practitioner", "name": [{"text": "F1"}]}],
                "performer": [{"reference": "Practitioner/g-00001", "display": "G1"}],
                "note": [{"authorString": "H1", "text": "no name"}],
                "address": [{"line": ["I1"], "city": "J1"}],
                "extension": [
                    {"valueHumanName": {"family": "K1"}},
                    {"valueReference": {"reference": "Patient/l-00001"}},
                ],
                "code": {"text": "no name"},
            }
        )
    )
    assert {"patient-4711", "g-00001", "l-00001", *(f"{one}1" for one in "ABCDEFGHIJK")} <= found
    assert {"no name", "s"}.isdisjoint(found)


def test_a_name_told_in_parts_is_known_as_people_write_it() -> None:
    """王 and 明 alone are too short to be looked for."""
    person = {"name": [{"family": "王", "given": ["明"]}], "extension": [{"valueHumanName": {"text": "赵小红"}}]}
    told = scrubber(naming(person))
    assert [told("王明同意手术"), told("由赵小红陪同")] == ["[name]同意手术", "由[name]陪同"]
