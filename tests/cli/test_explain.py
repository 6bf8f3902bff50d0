"""`natars-fhir explain`: each answer down to the words or the code that it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from tests import ward
from tests.ward import ATC, FIXTURES, ICD_10, SNOMED, bundle, concept, observation, raw, resource

CASE = FIXTURES / "hospital-b" / "sft-score-from-words" / "bundle.json"
DAY = ("--as-of", "2024-06-15")


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)

    def explained(*arguments: Any) -> tuple[int, str, str]:
        code = run(["explain", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return explained


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "sent.json"
    stain = observation(
        "ihc-mdm2", meta={"versionId": "4"}, valueCodeableConcept=concept(SNOMED, "10828004"), note=[{"text": "x"}]
    )
    dose = resource(
        "MedicationAdministration",
        "m",
        status="completed",
        medicationReference={"reference": "Medication/drug"},
        effectiveDateTime="2024-01-01",
    )
    drug = resource("Medication", "drug", code=concept(ATC, "L01DB01"))
    person = resource("Patient", "p1", birthDate="1960-01-01", identifier=[{"system": "urn:mrn", "value": "7"}])
    site = resource("Condition", "c1", code=concept(ICD_10, "C48.0"))
    path.write_bytes(raw(bundle(person, stain, dose, drug, site)))
    return path


def test_every_criterion_is_told_with_the_words_it_stands_on(explain: Any) -> None:
    code, out, _ = explain("Patient/b-121", CASE, "--site", "hospital-b", *DAY)
    assert code == 0
    assert out.startswith("Patient/b-121: candidate (as of 2024-06-15, age counted on ")
    assert all(f" {criterion.id} " in out for criterion in ward.mappings().study.criteria)
    assert "«" in out
    assert "»" in out


def test_a_code_a_number_and_a_version_are_shown(explain: Any, sent: Path) -> None:
    _, out, _ = explain("Patient/p1", sent, *DAY)
    assert "Patient/p1 birthDate: 1960-01-01" in out
    assert "Condition/c1 code.coding[0]: C48.0" in out


def test_a_drug_told_by_reference_leads_back_to_it(explain: Any, sent: Path) -> None:
    _, out, _ = explain("Patient/p1", sent, *DAY)
    assert "MedicationAdministration/m medicationReference: Medication/drug" in out


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Patient/p1", id="reference"),
        pytest.param("p1", id="id"),
        pytest.param("7", id="identifier"),
        pytest.param("urn:mrn|7", id="system and identifier"),
    ],
)
def test_a_patient_goes_by_reference_id_or_identifier(explain: Any, sent: Path, name: str) -> None:
    code, out, _ = explain(name, sent, *DAY)
    assert (code, out.partition(":")[0]) == (0, "Patient/p1")


def test_a_patient_who_is_not_there_is_a_fault(explain: Any, sent: Path) -> None:
    code, out, err = explain("Patient/p9", sent, *DAY)
    assert (code, out) == (1, "")
    assert "No such patient" in err


def test_chinese_is_spoken_when_asked(explain: Any) -> None:
    _, out, _ = explain("Patient/b-121", CASE, "--site", "hospital-b", "--language", "zh", *DAY)
    assert "孤立性纤维性肿瘤" in out


def test_in_chinese_nothing_around_the_sentences_is_english(explain: Any) -> None:
    out = explain("Patient/b-123", CASE, "--site", "hospital-b", "--language", "zh", *DAY)[1]
    assert out.startswith("Patient/b-123: 待定（截至 2024-06-15，年龄按 2024-06-15 计算）")
    assert "? I-05  未知（无记录）: " in out
    assert "+ I-09  是（不适用）: " in out
    assert "含假定: " in out
    assert not any(word in out for word in ("unknown", "silent", "assumed", "undetermined", "as of"))


def test_what_could_not_be_read_is_told_whether_the_patient_is_found_or_not(
    explain: Any, sent: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half.json"
    half.write_bytes(sent.read_bytes()[:50])
    for name, code in (("p1", 2), ("nobody", 1)):
        told = explain(name, sent, half)
        assert (told[0], f"{half}: fatal: Bundle: This cannot be read as JSON" in told[2]) == (code, True)


def test_what_rests_on_an_assumption_says_so(explain: Any, sent: Path) -> None:
    assumed = [criterion for criterion in ward.mappings().study.criteria if criterion.assumed]
    _, out, _ = explain("Patient/p1", sent, *DAY)
    assert out.count("assumed: ") == sum(len(criterion.assumed) for criterion in assumed)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--language", "fr"], "is not en or zh", id="a language that is none"),
        pytest.param(["--site", "hospital-x"], "hospital-x", id="a site that is none"),
    ],
)
def test_bad_arguments_are_told(explain: Any, sent: Path, arguments: list[str], told: str) -> None:
    code, _, err = explain("p1", sent, *arguments)
    assert code == 64
    assert told in err


def test_standard_input_cannot_be_read_twice(explain: Any) -> None:
    code, _, err = explain("p1", "-")
    assert code == 64
    assert "standard input" in err
