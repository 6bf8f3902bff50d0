"""The made data: the same for the same seed, valid R4, and as large and as telling as the figures assume."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B import get_fhir_model_class

from benchmarks import generate

SEED = 7
PATIENTS = 12
LINES = tuple(generate.lines(PATIENTS, SEED))
RESOURCES: tuple[dict[str, Any], ...] = tuple(json.loads(line) for line in LINES)
KINDS = {
    "Patient",
    "Consent",
    "Encounter",
    "Condition",
    "Observation",
    "DiagnosticReport",
    "Procedure",
    "MedicationRequest",
    "MedicationAdministration",
}


def of(kind: str) -> list[dict[str, Any]]:
    return [resource for resource in RESOURCES if resource["resourceType"] == kind]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in ("reference",) if key in value)
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_same_seed_makes_the_same_bytes() -> None:
    assert tuple(generate.lines(PATIENTS, SEED)) == LINES


def test_another_seed_makes_other_patients() -> None:
    assert not set(generate.lines(1, SEED + 1)) & set(LINES)


def test_a_patient_does_not_depend_on_how_many_are_made() -> None:
    fewer = tuple(generate.lines(2, SEED))
    assert fewer == LINES[: len(fewer)]


def test_every_line_is_one_resource_and_its_type_comes_first() -> None:
    assert all(line.startswith(b'{"resourceType":"') and line.endswith(b"}\n") for line in LINES)
    assert {resource["resourceType"] for resource in RESOURCES} == KINDS


def test_fhirkit_finds_no_fault_in_it() -> None:
    assert [issue for line in LINES for issue in fhirkit.validate(line)] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_fhir_resources_reads_it(kind: str) -> None:
    model = get_fhir_model_class(kind)
    for resource in islice(of(kind), 60):
        model.model_validate(resource)


def test_ids_are_unique() -> None:
    assert len({(resource["resourceType"], resource["id"]) for resource in RESOURCES}) == len(RESOURCES)


def test_patients_and_encounters_that_are_referred_to_are_there() -> None:
    there = {f"{resource['resourceType']}/{resource['id']}" for resource in RESOURCES}
    told = {reference for resource in RESOURCES for reference in references(resource)}
    assert told - there == {"Organization/hospital-a"}


def test_decimals_stay_as_the_laboratory_writes_them() -> None:
    quantities = [line for line in LINES if b'"valueQuantity":{"value":' in line]
    tokens = [line.split(b'"valueQuantity":{"value":', 1)[1].split(b",", 1)[0] for line in quantities]
    assert any(token.endswith(b"0") and b"." in token for token in tokens)
    assert not any(token.startswith(b'"') for token in tokens)


def test_a_resource_has_narrative_version_profile_and_identifier() -> None:
    for resource in RESOURCES:
        assert resource["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml">')
        assert resource["meta"].keys() == {"versionId", "lastUpdated", "profile"}
        assert resource["identifier"]


def test_it_is_as_large_as_a_verbose_hospital_sends() -> None:
    assert 1500 < sum(map(len, LINES)) / len(LINES) < 2000
    assert 70 < len(LINES) / PATIENTS < 82


@pytest.mark.parametrize(
    "code",
    ["31206-6", "C18000", "21889-1", "89247-1", "302132005", "21907-1", "751-8", "IHC-MDM2", "MITOSES"],
)
def test_every_patient_has_an_observation_of(code: str) -> None:
    codes = Counter(coding["code"] for resource in of("Observation") for coding in resource["code"]["coding"])
    assert codes[code] >= PATIENTS


def test_markers_come_coded_and_as_the_words_of_the_report() -> None:
    stains = [r for r in of("Observation") if r["code"]["coding"][0]["code"].startswith("IHC-")]
    assert any("阳性" in r.get("valueCodeableConcept", {}).get("text", "") for r in stains)
    assert any(r.get("valueString", "").endswith("(-)") for r in stains)


def test_the_pathology_report_agrees_with_its_items() -> None:
    by_patient = {
        r["subject"]["reference"]: r["conclusion"] for r in of("DiagnosticReport") if "免疫组化" in r["conclusion"]
    }
    for resource in of("Observation"):
        if resource["code"]["coding"][0]["code"] == "31206-6":
            text = by_patient[resource["subject"]["reference"]]
            assert f"符合{resource['valueCodeableConcept']['text']}" in text


def test_bundles_hold_the_same_resources_in_transactions_of_at_most_a_hundred() -> None:
    made = [json.loads(bundle) for bundle in generate.bundles(PATIENTS, SEED)]
    assert {bundle["type"] for bundle in made} == {"transaction"}
    assert max(len(bundle["entry"]) for bundle in made) <= 100
    assert [entry["resource"]["id"] for bundle in made for entry in bundle["entry"]] == [r["id"] for r in RESOURCES]


def test_a_bundle_puts_each_resource_at_its_place() -> None:
    bundle = next(iter(generate.bundles(1, SEED)))
    assert fhirkit.validate(bundle) == []
    for entry in json.loads(bundle)["entry"]:
        place = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        assert entry["request"] == {"method": "PUT", "url": place}
        assert entry["fullUrl"].endswith(f"/{place}")


def test_megabytes_are_whole_patients_from_the_same_beginning() -> None:
    made = list(generate.megabytes(0.2, SEED))
    assert 200_000 <= sum(map(len, made)) < 400_000
    assert made == list(LINES[: len(made)])
    assert json.loads(LINES[len(made)])["resourceType"] == "Patient"


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        pytest.param(["--patients", "2"], lambda: generate.lines(2, SEED), id="patients"),
        pytest.param(["--megabytes", "0.2"], lambda: generate.megabytes(0.2, SEED), id="megabytes"),
        pytest.param(
            ["--patients", "2", "--bundles"], lambda: (b + b"\n" for b in generate.bundles(2, SEED)), id="bundles"
        ),
    ],
)
def test_the_command_writes_a_file(how: list[str], wanted: Any, tmp_path: Path) -> None:
    out = tmp_path / "made.ndjson"
    generate.main([*how, "--seed", str(SEED), str(out)])
    assert out.read_bytes() == b"".join(wanted())


@pytest.mark.parametrize("how", [[], ["--patients", "1", "--megabytes", "1"], ["--megabytes", "1", "--bundles"]])
def test_the_command_refuses_a_size_that_is_not_said_once(how: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        generate.main([*how, str(tmp_path / "made.ndjson")])
