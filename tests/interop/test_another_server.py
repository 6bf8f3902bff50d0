"""A FHIR server that we did not write is told of a site's subjects: each thing once, with what it should say."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhirpy import SyncFHIRClient

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.counterpart import capability, traits
from natars_fhir.service.http import Clients
from natars_fhir.store.engine import open_store
from tests.interop.halfway import halfway
from tests.interop.ours import Clock, Ours, case, ours, part, settings_for, token_of
from tests.interop.sekmet import Elsewhere
from tests.postgres import free_port
from tests.service.test_crash import MOST_SECONDS, serving
from tests.web.caller import FHIR
from tests.web.test_over_loopback import until

pytestmark = pytest.mark.xdist_group("interop")

SITE, CASE, WRITTEN = "hospital-a", "ddlps-grade-2-mdm2-cdk4-positive-candidate", "a-101"
NUMBER = "https://his.hospital-a.example/fhir/NamingSystem/patient-number"
SUBJECTS, REQUESTS = (f"https://natars.example/fhir/NamingSystem/{name}" for name in ("subject", "request"))
BY_ID = 'fallback = "update-by-id"\n'


@dataclass
class Ward:
    """The hospital's own patient at its server, and a day's document that speaks of that patient."""

    elsewhere: Elsewhere
    patient: str
    number: str

    def document(self) -> dict[str, Any]:
        """The fixture's day, told of this patient."""
        text = json.dumps(case(SITE, CASE), ensure_ascii=False)
        told: dict[str, Any] = json.loads(text.replace(WRITTEN, self.patient))
        told["entry"][0]["resource"]["identifier"] = [{"system": NUMBER, "value": self.number}]
        return told

    def subjects(self) -> list[dict[str, Any]]:
        """What the server holds of this patient in the study."""
        found = self.elsewhere.holds("ResearchSubject")
        return [one for one in found if one["individual"].get("reference") == f"Patient/{self.patient}"]

    def requests(self) -> list[dict[str, Any]]:
        found = self.elsewhere.holds("Task")
        return [one for one in found if one.get("for", {}).get("reference") == f"Patient/{self.patient}"]


@pytest.fixture
def ward(elsewhere: Elsewhere) -> Ward:
    """The Patient is made by the hospital's own client, and named by the hospital's server."""
    number = uuid.uuid4().hex[:10]
    made = SyncFHIRClient(elsewhere.url).resource(
        "Patient", identifier=[{"system": NUMBER, "value": number}], gender="male", birthDate="1969-03-08"
    )
    made.save()
    return Ward(elsewhere, str(made.id), number)


@pytest.fixture
def site(ward: Ward, tmp_path: Path) -> Iterator[Ours]:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with ours(tmp_path, store, {SITE: (ward.elsewhere.url, BY_ID)}) as served:
        yield served
    store.close()


#: Entries of the fixture: the ASA class, so that the hospital is asked for it where it is left out; the consent, with
#: which a subject is in screening whatever else is known.
ASA, CONSENT = 9, 11


def without(ward: Ward, *numbers: int) -> dict[str, Any]:
    """The day's document without some of its entries."""
    whole = ward.document()
    return part(whole, *(number for number in range(len(whole["entry"])) if number not in numbers))


def test_studies_subjects_and_requests_are_there_once_and_say_what_they_should(site: Ours, ward: Ward) -> None:
    site.push(SITE, without(ward, ASA, CONSENT))
    site.delivered()
    assert site.letters("dead") == []
    studies = {one["id"]: one for one in ward.elsewhere.holds("ResearchStudy")}
    assert {"natars", "natars-hospital-a"} <= {*studies}
    assert [one["reference"] for one in studies["natars-hospital-a"]["partOf"]] == ["ResearchStudy/natars"]
    (subject,), (request,) = ward.subjects(), ward.requests()
    assert (subject["status"], subject["study"]["reference"]) == (
        "potential-candidate",
        "ResearchStudy/natars-hospital-a",
    )
    assert subject["identifier"][0]["system"] == SUBJECTS
    assert (request["status"], request["identifier"][0]["system"]) == ("requested", REQUESTS)
    assert "ASA class" in request["description"]
    assert ward.elsewhere.version("Patient", ward.patient) == "1"  # the hospital's own: never touched


def test_a_change_updates_what_is_there_and_a_resend_changes_nothing(site: Ours, ward: Ward) -> None:
    site.push(SITE, without(ward, ASA, CONSENT))
    site.delivered()
    (before,) = ward.subjects()
    site.push(SITE, without(ward, CONSENT))
    site.delivered()
    (subject,), (request,) = ward.subjects(), ward.requests()
    assert (subject["id"], before["status"], subject["status"]) == (before["id"], "potential-candidate", "candidate")
    assert (subject["meta"]["versionId"], request["meta"]["versionId"]) == ("2", "2")
    assert "ASA class" not in request["description"]
    site.push(SITE, without(ward, CONSENT))
    assert site.letters() == []
    assert ward.elsewhere.version("ResearchSubject", subject["id"]) == "2"


def test_without_the_fallback_what_the_server_cannot_look_for_is_dead_and_nothing_is_made(
    ward: Ward, tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with ours(tmp_path, store, {SITE: (ward.elsewhere.url, "")}) as site:
        site.push(SITE, without(ward, ASA, CONSENT))
        until(lambda: "ResearchSubject" in site.letters("dead"))
        site.delivered()
        assert (site.letters("dead"), ward.subjects()) == (["ResearchSubject"], [])
        assert len(ward.requests()) == 1  # by its identifier the server finds a Task
    store.close()


def test_a_flag_says_how_the_subject_stands_where_that_is_what_the_sites_file_asks_for(
    ward: Ward, tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with ours(tmp_path, store, {SITE: (ward.elsewhere.url, 'fallback = "flag"\n')}) as site:
        for left_out in ((ASA, CONSENT), (CONSENT,)):
            site.push(SITE, without(ward, *left_out))
            site.delivered()
        assert site.letters("dead") == []
    flags = [one for one in ward.elsewhere.holds("Flag") if one["subject"] == {"reference": f"Patient/{ward.patient}"}]
    assert [(one["status"], one["meta"]["versionId"]) for one in flags] == [("active", "2")]
    assert "candidate" in json.dumps(flags[0]["code"])
    assert ward.subjects() == []
    store.close()


def test_the_check_of_the_site_tells_which_fallback_the_server_needs(elsewhere: Elsewhere) -> None:
    with Clients(30.0) as clients:
        for said, missing in (({}, {'fallback = "flag"'}), ({"fallback": "flag", "patients": "by-identifier"}, set())):
            endpoint = Endpoint(url=elsewhere.url, **said)
            told = list(traits(capability(clients, endpoint), endpoint))
            assert {one.change for one in told if one.change} == missing


def test_a_patient_whom_the_feed_gives_no_id_is_looked_up_by_number_and_none_is_made(
    ward: Ward, tmp_path: Path
) -> None:
    store, before = open_store(f"sqlite:///{tmp_path}/store.sqlite"), len(ward.elsewhere.holds("Patient"))
    told = json.dumps(without(ward, ASA, CONSENT)).replace(ward.patient, f"of-the-feed-{ward.number}")
    more = f'{BY_ID}patients = "by-identifier"\n'
    with ours(tmp_path, store, {SITE: (ward.elsewhere.url, more)}) as site:
        site.push(SITE, json.loads(told))
        site.delivered()
        assert site.letters("dead") == []
    assert (len(ward.subjects()), len(ward.requests())) == (1, 1)
    assert len(ward.elsewhere.holds("Patient")) == before
    store.close()


def test_a_server_that_was_killed_between_sending_and_noting_it_sends_again_and_makes_no_second_one(
    ward: Ward, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path}/store.sqlite"
    with halfway(ward.elsewhere.url, "ResearchSubject") as between:
        chosen = settings_for(tmp_path, database, {SITE: (between.url, BY_ID)})
        environment = {
            "NATARS_DATABASE": database,
            "NATARS_KEY_FILE": str(chosen.key_file),
            "NATARS_MAPPINGS": str(chosen.mappings),
            "NATARS_TOKENS": json.dumps(chosen.tokens),
            "NATARS_PORT": str(free_port()),
            "NATARS_DELIVER_EVERY": "0.05",
        }
        with serving(environment):
            headers = {**FHIR, "authorization": f"Bearer {token_of(SITE)}"}
            address = f"http://127.0.0.1:{environment['NATARS_PORT']}/fhir/r4"
            document = json.dumps(without(ward, ASA, CONSENT)).encode()
            told = httpx.post(address, content=document, headers=headers, trust_env=False, timeout=30)
            assert told.status_code == 200
            assert between.taken.wait(MOST_SECONDS)
        (before,) = ward.subjects()  # it is there, and nobody of ours knows it
    store, again = open_store(database), tmp_path / "again"
    again.mkdir()
    later = Clock(datetime.now(UTC) + timedelta(hours=1))  # whatever lease the dead one had
    with ours(again, store, {SITE: (ward.elsewhere.url, BY_ID)}, later) as site:
        assert "ResearchSubject" in site.letters("waiting") + site.letters("done")
        site.delivered()
        assert site.letters("dead") == []
    (subject,), (_,) = ward.subjects(), ward.requests()
    assert (subject["id"], subject["meta"]["versionId"]) == (before["id"], "2")
    store.close()
