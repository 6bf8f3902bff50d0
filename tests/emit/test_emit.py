"""Whatever is emitted is valid FHIR in either version, in the order a site can take it, and the same each time."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import fhirkit
import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from pyfhircheck import Validator

from natars_fhir.domain.record import Patient
from natars_fhir.emit import EMITTERS, OF_THE_SITE, ON_REQUEST, emit
from natars_fhir.fhir.build import R5_ELEMENT
from natars_fhir.fhir.versions import VERSIONS, detect
from natars_fhir.mapping.schema import Endpoint
from tests.emit.trial import KEY, NEOADJUVANT, SURGERY, emission, screening

CASES = [
    pytest.param({}, id="candidate"),
    pytest.param({"screening": screening("undetermined")}, id="undetermined"),
    pytest.param({"screening": screening("ineligible")}, id="ineligible"),
    pytest.param(
        {"arm": NEOADJUVANT, "consent_reference": "Consent/1", "state": "on-study-intervention"}, id="treated"
    ),
    pytest.param({"arm": SURGERY, "site_id": "北京友谊医院", "site_title": "北京友谊医院"}, id="a name in Chinese"),
    pytest.param(
        {"screening": screening(patient=Patient("hospital-a", "urn:uuid:1", (("urn:x", "1"),)))}, id="by identifier"
    ),
]


@pytest.mark.parametrize("said", CASES)
def test_every_resource_is_valid_r4(said: dict[str, Any]) -> None:
    for resource in emit(emission(**said)).resources:
        r4_model(resource["resourceType"])(**copy.deepcopy(resource))
        assert [str(issue) for issue in fhirkit.validate(resource)] == []


def test_another_validator_finds_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it may write beside itself
    validator = Validator()
    resources = [one for case in CASES for one in emit(emission(**case.values[0])).resources]
    for resource in resources:
        found = validator.validate_resource(copy.deepcopy(resource)).errors
        # it knows the core definitions alone, not HL7's package of cross-version extensions
        assert [str(issue) for issue in found if R5_ELEMENT not in issue.message] == []


@pytest.mark.parametrize("said", CASES)
def test_every_resource_is_valid_r5_and_loses_nothing(said: dict[str, Any]) -> None:
    for resource in emit(emission(**said)).resources:
        r5, told = VERSIONS["R5"].from_r4(resource)
        assert told == []
        r5_model(r5["resourceType"])(**copy.deepcopy(r5))
        assert (detect(resource), detect(r5)) == ("R4", "R5")


@pytest.mark.parametrize("said", CASES)
def test_emitting_twice_gives_the_same_bytes(said: dict[str, Any]) -> None:
    once, again = (json.dumps(emit(emission(**said)).resources) for _ in range(2))
    assert once == again


def test_what_is_pointed_to_comes_first() -> None:
    sent: set[str] = set()
    for resource in emit(emission()).resources:
        asked = [one["reference"] for one in [*resource.get("partOf", []), resource.get("study")] if one]
        assert sent >= set(asked)
        sent.add(f"{resource['resourceType']}/{resource['id']}")
    assert len(sent) == 3


def test_a_site_may_ask_for_what_is_made_on_request_and_for_nothing_else() -> None:
    allowed = get_args(get_args(get_type_hints(Endpoint)["also"])[0])
    assert set(allowed) == ON_REQUEST
    assert set(EMITTERS) > ON_REQUEST - OF_THE_SITE


def test_a_patient_out_of_scope_is_told_to_nobody() -> None:
    made = emit(emission(screening=screening(in_scope=False)))
    assert {resource["resourceType"] for resource in made.resources} == {"ResearchStudy"}
    assert made.issues == ()


def test_a_patient_without_a_declared_identifier_is_told() -> None:
    made = EMITTERS["ResearchSubject"](emission(primary_system="urn:not-there"))
    assert [issue.expression for issue in made.issues] == ["Patient.identifier"]
    assert len(made.resources) == 1


def test_the_key_is_never_shown() -> None:
    assert repr(KEY) not in repr(emission())
