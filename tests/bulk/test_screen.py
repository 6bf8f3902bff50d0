"""Screening of files: what arrived is counted, what could not be read is told, and little memory is needed."""

from __future__ import annotations

import io
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.bulk.screen import screen_files
from natars_fhir.bulk.sources import resources_of
from natars_fhir.mapping.quote import quote
from natars_fhir.pipeline import Outcome
from natars_fhir.settings import Settings
from tests import ward
from tests.ward import ATC, SNOMED, bundle, concept, lines, observation, raw, reader, resource

POSITIVE = concept(SNOMED, "10828004")
STAIN = observation("ihc-mdm2", valueCodeableConcept=POSITIVE)


def screened(*given: Any, site: str = "generic", most: int = 1_000_000) -> tuple[Any, list[Outcome]]:
    tally, outcomes = screen_files(given, reader(site), ward.mappings().study, ward.AS_OF, most)
    return tally, list(outcomes)


def ndjson(path: Path, *resources: Any) -> Path:
    path.write_bytes(b"\n".join(map(raw, resources)) + b"\n")
    return path


def test_files_folders_and_streams_are_read_in_the_order_given(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "1.json").write_bytes(raw(bundle(STAIN)))
    ndjson(folder / "2.ndjson", resource("Patient", "p1", birthDate="1960-01-01"))
    corrected = observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "260385009"))
    tally, found = screened(folder, (io.BytesIO(raw(corrected)), "standard input"))
    assert [lines(one) for one in found] == [["birth-date 1960-01-01", "ihc-mdm2 negative"]]
    assert (tally.documents, dict(tally.fates), tally.all_read) == (3, {"read": 3}, True)


def test_whoever_asks_for_no_other_number_holds_as_many_facts_as_the_setting_says() -> None:
    (told,) = [one.default for one in signature(screen_files).parameters.values() if one.name == "facts_in_memory"]
    assert told == Settings.model_fields["facts_in_memory"].default


@pytest.mark.parametrize("most", [pytest.param(0, id="all to the file"), pytest.param(3, id="now and then")])
@pytest.mark.parametrize("name", ["joined-by-hospital-number", "earlier-operations", "two-patients-in-ndjson"])
def test_a_file_for_facts_changes_no_outcome(name: str, most: int) -> None:
    case = ward.FIXTURES / "hospital-b" / name
    paths = sorted(p for p in case.iterdir() if p.suffix in (".json", ".ndjson") and p.name != "expected.json")
    _, in_memory = screened(*paths, site="hospital-b")
    _, spilled = screened(*paths, site="hospital-b", most=most)
    assert [(one.record, one.issues) for one in spilled] == [(one.record, one.issues) for one in in_memory]


def test_what_was_not_read_and_not_understood_is_counted(tmp_path: Path) -> None:
    path = ndjson(
        tmp_path / "a.ndjson",
        STAIN,
        resource("Encounter", status="finished", **{"class": {"code": "AMB"}}),
        {**STAIN, "status": "done"},
        observation(concept("urn:x", "9"), "o3", valueString="x"),
        resource("Nonsense"),
    )
    tally, _ = screened(path)
    assert tally.fates["let-go"] >= 1
    assert tally.fates["refused"] >= 1
    assert tally.not_understood[("code", "Observation", "urn:x", "9")] == 1
    assert not tally.all_read
    assert all(file == str(path) for file, _, _ in tally.problems)
    assert 3 in [line for _, line, _ in tally.problems]


def test_of_many_problems_some_are_told_and_all_are_counted(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", *[{**STAIN, "status": "done"}] * 1_200)
    tally, _ = screened(path)
    assert (len(tally.problems), tally.unreadable) == (1_000, 1_200)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "structure", id="empty"),
        pytest.param(b"not json", "structure", id="no JSON"),
        pytest.param(b"<Bundle/>", "not-supported", id="XML"),
        pytest.param(b'{"resourceType": "Bundle"', "structure", id="cut off"),
        pytest.param(b"[]", "structure", id="an array"),
        pytest.param(b"{}", "required", id="no resource"),
    ],
)
def test_a_file_that_is_no_fhir_is_one_problem(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    tally, found = screened(path)
    assert (found, tally.all_read) == ([], False)
    assert [issue.code for _, _, issue in tally.problems] == [code]


def test_a_missing_file_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    tally, found = screened(tmp_path / "nowhere.json", ndjson(tmp_path / "a.ndjson", STAIN))
    assert len(found) == 1
    assert [issue.code for _, _, issue in tally.problems] == ["not-found"]


def test_progress_tells_the_file_and_how_far_it_is_read(tmp_path: Path) -> None:
    path, seen = ndjson(tmp_path / "a.ndjson", STAIN, STAIN), list[tuple[str, int]]()
    screen_files([path], reader(), ward.mappings().study, ward.AS_OF, progress=lambda *told: seen.append(told))
    assert [name for name, _ in seen] == [str(path)] * 2
    assert seen[-1][1] == path.stat().st_size


def test_the_resources_behind_the_evidence_are_found_again(tmp_path: Path) -> None:
    first = {**STAIN, "meta": {"versionId": "1"}}
    second = {**first, "meta": {"versionId": "2"}, "valueCodeableConcept": {"text": "阴性"}}
    path = ndjson(tmp_path / "a.ndjson", second, first)
    _, (found,) = screened(path)
    (fact,) = found.record.facts
    sources = resources_of([path], reader(), {(fact.source.reference, fact.source.version)})
    assert quote(fact.evidence, sources[fact.source.reference]) == "«阴性»"


def test_a_resource_behind_a_version_without_a_number_is_the_one_that_counted(tmp_path: Path) -> None:
    old = {**STAIN, "meta": {"lastUpdated": "2024-01-01T00:00:00Z"}, "valueCodeableConcept": {"text": "阳性"}}
    new = {**STAIN, "meta": {"lastUpdated": "2024-02-01T00:00:00Z"}, "valueCodeableConcept": {"text": "阴性"}}
    path = ndjson(tmp_path / "a.ndjson", new, old)
    _, (found,) = screened(path)
    (fact,) = found.record.facts
    sources = resources_of([path], reader(), {(fact.source.reference, fact.source.version)})
    assert quote(fact.evidence, sources[fact.source.reference]) == "«阴性»"


def test_a_run_of_many_patients_keeps_each_apart(tmp_path: Path) -> None:
    sent = [
        {
            **observation("tumour-size", f"o{n}", valueQuantity={"value": n, "unit": "cm"}),
            "subject": {"reference": f"Patient/{n}"},
        }
        for n in range(1, 40)
    ]
    drug = resource("Medication", "drug", code=concept(ATC, "L01DB01"))
    _, found = screened(ndjson(tmp_path / "a.ndjson", drug, *sent), most=5)
    told = {one.record.patient.reference: lines(one) for one in found}
    assert told == {f"Patient/{n}": [f"tumour-size {n}"] for n in range(1, 40)}
