"""Two clients that we did not write speak with our own server, over real HTTP and with a site's token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.capabilitystatement import CapabilityStatement
from fhirclient.models.condition import Condition
from fhirclient.models.consent import Consent
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.models.questionnaire import Questionnaire
from fhirclient.models.researchstudy import ResearchStudy
from fhirclient.models.researchsubject import ResearchSubject
from fhirclient.server import FHIRServer
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import AuthorizationError, OperationOutcome, ResourceNotFound

from natars_fhir.store.engine import open_store
from tests.interop.ours import Ours, case, ours, token_of
from tests.interop.site_server import SiteServer

pytestmark = pytest.mark.xdist_group("interop")

SITE, NUMBER = "hospital-a", "https://his.hospital-a.example/fhir/NamingSystem/patient-number"
DDLPS, LMS = "ddlps-grade-2-mdm2-cdk4-positive-candidate", "every-criterion-decided-lms-candidate"
NEW = "urn:uuid:6b8a0f0e-0000-4000-8000-00000000000"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Ours]:
    """Our server, to which the site's day has come."""
    store, there = open_store(f"sqlite:///{tmp_path}/store.sqlite"), SiteServer()
    there.up()
    with ours(tmp_path, store, {SITE: (there.url, ""), "hospital-b": (there.url, "")}) as one:
        one.push(SITE, case(SITE, DDLPS))
        one.push(SITE, case(SITE, LMS))
        one.delivered()
        yield one
    there.away()
    store.close()


@pytest.fixture
def fhirpy(served: Ours) -> SyncFHIRClient:
    return SyncFHIRClient(served.base, authorization=f"Bearer {token_of(SITE)}")


@pytest.fixture
def fhirclient(served: Ours) -> Iterator[FHIRServer]:
    client = FHIRClient(settings={"app_id": "interop", "api_base": served.base})
    client.server.session.headers["Authorization"] = f"Bearer {token_of(SITE)}"
    yield client.server
    client.server.session.close()


def person(number: str) -> dict[str, Any]:
    return {"identifier": [{"system": NUMBER, "value": number}], "gender": "male", "birthDate": "1969-03-08"}


def test_fhirpy_makes_changes_and_deletes_a_patient(fhirpy: SyncFHIRClient, served: Ours) -> None:
    made = fhirpy.resource("Patient", **person("77"))
    made.save()
    assert (made.resourceType, made.gender) == ("Patient", "male")
    made["gender"] = "female"
    made.save()
    read = fhirpy.reference("Patient", made.id).to_resource()
    assert (read["gender"], read["identifier"]) == ("female", person("77")["identifier"])
    history = fhirpy.execute(f"Patient/{made.id}/_history", method="get")
    assert [one["response"]["etag"] for one in history["entry"]] == ['W/"2"', 'W/"1"']
    assert made.is_valid()
    made.delete()
    with pytest.raises(ResourceNotFound, match="deleted"):  # 410
        fhirpy.reference("Patient", made.id).to_resource()


def test_fhirpy_finds_by_identifier_page_by_page_and_counts(fhirpy: SyncFHIRClient) -> None:
    patients = fhirpy.resources("Patient")
    (known,) = [one for one in patients.fetch_all() if one.id == "a-101"]
    found = patients.search(identifier=f"{NUMBER}|{known['identifier'][0]['value']}")
    assert [one.id for one in found.fetch()] == ["a-101"]
    assert (found.get().id, found.first().id) == ("a-101", "a-101")
    assert [one.id for one in patients.limit(1).fetch_all()] == ["a-101", "a-102"]
    assert (patients.count(), found.count(), patients.search(identifier=f"{NUMBER}|none").count()) == (2, 1, 0)
    stains = fhirpy.resources("Observation").search(patient="a-101").fetch_all()
    assert {one["subject"]["reference"] for one in stains} == {"Patient/a-101"}


def test_fhirpy_makes_by_condition_once(fhirpy: SyncFHIRClient) -> None:
    asked = fhirpy.resources("Patient").search(identifier=f"{NUMBER}|78")
    first, made = asked.get_or_create(fhirpy.resource("Patient", **person("78")))
    again, made_again = asked.get_or_create(fhirpy.resource("Patient", **person("78")))
    assert (made, made_again, first.id) == (True, False, again.id)
    changed, made_now = asked.update(fhirpy.resource("Patient", **{**person("78"), "gender": "female"}))
    assert (made_now, changed.id, changed["gender"]) == (False, first.id, "female")


def test_fhirpy_sends_a_transaction_and_reads_back_the_subject_that_came_of_it(
    fhirpy: SyncFHIRClient, served: Ours
) -> None:
    told = {"subject": {"reference": f"{NEW}1"}, "code": {"text": "腹膜后平滑肌肉瘤"}}
    entries = [("Patient", f"{NEW}1", person("79")), ("Condition", f"{NEW}2", told)]
    bundle = fhirpy.resource("Bundle", type="transaction", entry=[
        {"fullUrl": url, "resource": {"resourceType": kind, **said}, "request": {"method": "POST", "url": kind}}
        for kind, url, said in entries
    ])  # fmt: skip
    bundle.save()
    assert [one["response"]["status"] for one in bundle["entry"]] == ["201 Created", "201 Created"]
    subjects = fhirpy.resources("ResearchSubject").search(status="potential-candidate").fetch()
    (subject,) = [one for one in subjects if "identifier" in one["individual"]]
    assert subject["individual"]["identifier"] == person("79")["identifier"][0]  # the hospital gave no id: only we did
    study = subject["study"].to_resource()
    assert (study.id, study["partOf"][0].to_resource().id) == ("natars-hospital-a", "natars")
    (known,) = fhirpy.resources("ResearchSubject").search(individual="Patient/a-102").fetch()
    assert (
        known["individual"].to_resource()["birthDate"]
        == Patient(case(SITE, LMS)["entry"][0]["resource"]).birthDate.isostring
    )


def test_fhirpy_understands_what_it_is_refused(fhirpy: SyncFHIRClient, served: Ours) -> None:
    with pytest.raises(ResourceNotFound):
        fhirpy.reference("Patient", "nobody").to_resource()
    with pytest.raises(OperationOutcome) as refused:
        fhirpy.resource("Patient", gender="x").save()
    assert refused.value.resource["issue"][0]["severity"] == "error"
    with pytest.raises(OperationOutcome) as patch:
        fhirpy.reference("Patient", "a-101").patch(gender="female")
    assert patch.value.resource["issue"][0]["code"] == "not-supported"
    stranger = SyncFHIRClient(served.base, authorization="Bearer nobody")
    with pytest.raises(AuthorizationError):
        stranger.resources("Patient").fetch()
    other = SyncFHIRClient(served.base, authorization=f"Bearer {token_of('hospital-b')}")
    assert other.resources("Patient").fetch() == []


def test_fhirclient_reads_the_capability_statement_and_what_it_promises(fhirclient: FHIRServer) -> None:
    told = CapabilityStatement.read_from("metadata", fhirclient)
    assert (told.fhirVersion, told.kind, told.rest[0].mode) == ("4.0.1", "instance", "server")
    promised = {one.type: {way.code for way in one.interaction} for one in told.rest[0].resource}
    assert {"read", "search-type", "create", "update", "delete"} <= promised["Patient"]
    assert {"read", "search-type"} <= promised["ResearchSubject"]


def test_fhirclient_parses_the_studies_and_the_subjects(fhirclient: FHIRServer) -> None:
    studies = {one.id: one for one in ResearchStudy.where({}).perform_resources_iter(fhirclient)}
    assert {*studies} == {"natars", "natars-hospital-a"}
    assert studies["natars"].status == "active"
    assert "NCT05844813" in {one.value for one in studies["natars"].identifier}
    assert [one.name for one in studies["natars"].arm] == ["The Neoadjuvant Therapy Group", "The Surgery only Group"]
    assert studies["natars-hospital-a"].partOf[0].reference == "ResearchStudy/natars"
    subjects = [*ResearchSubject.where({"study": "natars-hospital-a"}).perform_resources_iter(fhirclient)]
    assert {one.individual.reference for one in subjects} == {"Patient/a-101", "Patient/a-102"}
    assert {one.study.reference for one in subjects} == {"ResearchStudy/natars-hospital-a"}


def test_fhirclient_reads_and_searches_what_the_site_sent(fhirclient: FHIRServer) -> None:
    assert Patient.read("a-101", fhirclient).identifier[0].system == NUMBER
    assert [one.id for one in Patient.where({"_count": "1"}).perform_resources_iter(fhirclient)] == ["a-101", "a-102"]
    counts = {
        kind.__name__: len([*kind.where({"patient": "a-102", "_count": "10"}).perform_resources_iter(fhirclient)])
        for kind in (Condition, Observation, Consent)
    }
    assert counts == {"Condition": 1, "Observation": 25, "Consent": 1}
    (form,) = Questionnaire.where({}).perform_resources_iter(fhirclient)
    assert form.url == "https://natars.example/fhir/Questionnaire/natars-screening"


def test_fhirclient_makes_and_changes_a_patient(fhirclient: FHIRServer) -> None:
    made = Patient({"resourceType": "Patient", **person("80")}).create(fhirclient)
    read = Patient.read(made["id"], fhirclient)
    read.gender = "female"
    assert read.update(fhirclient)["gender"] == "female"
    assert Patient.read(made["id"], fhirclient).gender == "female"
    read.delete()
    assert made["id"] not in {one.id for one in Patient.where({}).perform_resources_iter(fhirclient)}
