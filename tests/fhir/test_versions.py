"""A document's FHIR version is told by what it says of itself and by what only one version has."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from natars_fhir.fhir import version_marks as marks
from natars_fhir.fhir.r5 import READ, to_r5
from natars_fhir.fhir.versions import VERSIONS, detect
from tests.fhir.r5_samples import Sample, elements, model
from tests.fhir.test_r5 import PAIRS

EMITTED_OR_READ = sorted(READ | {"ResearchStudy"})


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


R5 = {"resourceType": "Procedure", "occurrenceDateTime": "2024"}
R4 = {"resourceType": "Procedure", "performedDateTime": "2024"}
NEITHER = {"resourceType": "Patient", "birthDate": "1960"}


@pytest.mark.parametrize(
    ("document", "version"),
    [
        pytest.param(R5, "R5", id="an element of R5"),
        pytest.param(R4, "R4", id="an element of R4"),
        pytest.param(NEITHER, None, id="the same in both"),
        pytest.param({"resourceType": "Encounter", "class": [{"text": "IMP"}]}, "R5", id="a list in R5"),
        pytest.param({"resourceType": "Encounter", "class": {"code": "IMP"}}, "R4", id="an object in R4"),
        pytest.param({"resourceType": "MedicationStatement", "status": "recorded"}, "R5", id="a status of R5"),
        pytest.param(
            {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "unknown"}]}},
            "R5",
            id="a clinical status of R5",
        ),
        pytest.param({"resourceType": "ResearchSubject", "status": "candidate"}, "R4", id="a status of R4"),
        pytest.param({"resourceType": "GenomicStudy"}, "R5", id="a type of R5"),
        pytest.param({"resourceType": "Media"}, "R4", id="a type of R4"),
        pytest.param(bundle(NEITHER, R5), "R5", id="one entry shows it"),
        pytest.param(bundle(R4, bundle(R4)), "R4", id="a Bundle in a Bundle"),
        pytest.param(bundle(R4, R5), None, id="entries that disagree"),
        pytest.param({"resourceType": "Observation", "contained": [R5]}, "R5", id="a contained resource"),
        pytest.param(R4 | {"occurrenceDateTime": "2024"}, None, id="both in one resource"),
        pytest.param({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "R5", id="says 5.0.0"),
        pytest.param({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}, "R4", id="says 4.0.1"),
        pytest.param({"resourceType": "CapabilityStatement", "fhirVersion": "4.3.0"}, "R4B", id="says 4.3.0"),
        pytest.param({"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"}, None, id="another version"),
        pytest.param(
            R4 | {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Procedure|5.0.0"]}},
            "R5",
            id="what it says counts before what it shows",
        ),
        pytest.param(
            NEITHER | {"extension": [{"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.x"}]},
            None,
            id="an extension that carries R5 into R4 is no mark of R5",
        ),
        pytest.param({}, None, id="nothing"),
        pytest.param({"resourceType": 5, "meta": 5, "contained": 5}, None, id="nonsense"),
        pytest.param(bundle(None, 5, {"resourceType": "Procedure", "status": ["x"]}), None, id="nonsense within"),
    ],
)
def test_detects(document: Any, version: str | None) -> None:
    assert detect(document) == version
    assert detect(json.dumps(document).encode()) == version


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        pytest.param(json.dumps(NEITHER) + "\n" + json.dumps(R5) + "\n", "R5", id="NDJSON"),
        pytest.param(json.dumps(R5) + "\n{not json\n", "R5", id="NDJSON with a broken line"),
        pytest.param("not json", None, id="not JSON"),
        pytest.param("[" * 200_000, None, id="too deep"),
        pytest.param("", None, id="empty"),
    ],
)
def test_detects_in_bytes(raw: str, version: str | None) -> None:
    assert detect(raw.encode()) == version


@pytest.mark.parametrize(("said", "r5", "r4"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_r4_is_never_taken_for_r5_nor_r5_for_r4(said: Any, r5: Any, r4: Any) -> None:
    assert detect(said | r5) != "R4"
    assert detect(said | r4) != "R5"


@pytest.mark.parametrize("kind", EMITTED_OR_READ)
def test_the_marks_are_the_difference_of_the_models(kind: str) -> None:
    r4, r5 = set(elements(kind, kind, "R4B.")), set(elements(kind, kind))
    assert marks.R5_ELEMENTS.get(kind, frozenset()) == r5 - r4
    assert marks.R4_ELEMENTS.get(kind, frozenset()) == r4 - r5
    shapes = {name for name in r4 & r5 if is_list(kind, name, "") and not is_list(kind, name, "R4B.")}
    assert marks.LISTS_IN_R5.get(kind, frozenset()) == shapes


def is_list(kind: str, name: str, version: str) -> bool:
    fields = model(kind, kind, version).model_fields
    return "List[" in str(next(field for n, field in fields.items() if (field.alias or n) == name).annotation)


def test_the_codes_of_one_version_are_not_those_of_the_other() -> None:
    assert all(marks.R5_STATUS[kind].isdisjoint(marks.R4_STATUS.get(kind, ())) for kind in marks.R5_STATUS)
    for version, table in (("", marks.R4_STATUS), ("R4B.", marks.R5_STATUS)):
        for kind, codes in table.items():
            assert codes.isdisjoint(elements(kind, kind, version)["status"].get("enum_values", ())), kind


def test_every_version_gives_r4_and_takes_it() -> None:
    subject = {"resourceType": "ResearchSubject", "status": "candidate", "individual": {"reference": "Patient/1"}}
    for version in VERSIONS.values():
        theirs, _ = version.from_r4(copy.deepcopy(subject))
        assert version.to_r4(theirs) == (subject, [])
    assert VERSIONS["R5"].from_r4 is to_r5


@pytest.mark.parametrize("kind", sorted(READ - {"Bundle"}))
def test_the_least_that_r5_asks_for_is_not_taken_for_r4(kind: str) -> None:
    assert detect(Sample().minimal(kind)) != "R4"
