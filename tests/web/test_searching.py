"""Search over HTTP: what is found, page by page, and what is told to whoever asks for more."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.service.hospital import MRN, bundle, condition, patient, transaction
from tests.web.asked import IDENTIFIER, asking, entry, ids, next_page, without_id
from tests.web.caller import Caller, code

#: A measurement that tells the trial nothing: no fact is read of it.
SILENT = {
    "resourceType": "Observation",
    "id": "silent",
    "status": "final",
    "code": {"text": "鞋码"},
    "subject": {"reference": "Patient/1"},
}


@pytest.fixture
def known(call: Caller) -> Caller:
    """Two patients, of whom one goes by two ids; and what is told of them."""
    people = [patient("1", "77"), patient("1b", "77"), patient("2", "88")]
    said = [condition("c1"), condition("c2", of="Patient/1b"), condition("c3", of="Patient/2"), SILENT]
    numbered = [condition("n1", identifier=[{"system": "urn:n", "value": "1"}]), {**SILENT, "id": "s2"}]
    call.push(transaction(*people, *said, *numbered))
    call("PUT", "/fhir/r4/Observation/s2", {**SILENT, "id": "s2", "subject": {"reference": "Patient/2"}})
    return call


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Patient", ["1", "1b", "2"]),
        ("Patient?_id=1", ["1"]),
        ("Patient?_id=1,2,none", ["1", "2"]),
        ("Patient?_id=1&_id=2", []),
        (f"Patient?{IDENTIFIER}77", ["1", "1b"]),
        (f"Patient?{IDENTIFIER}88", ["2"]),
        (f"Patient?identifier={MRN}|88,{MRN}|77", ["1", "1b", "2"]),
        (f"Patient?{IDENTIFIER}99", []),
        (f"Condition?{IDENTIFIER}77", []),
        ("Condition?identifier=urn:n|1", ["n1"]),
        ("Condition?patient=1", ["c1", "c2", "n1"]),
        ("Condition?patient=Patient/1", ["c1", "c2", "n1"]),
        ("Condition?subject=Patient/1b", ["c1", "c2", "n1"]),
        ("Condition?patient=https://adapter.example/fhir/r4/Patient/2", ["c3"]),
        ("Condition?patient=1,2", ["c1", "c2", "c3", "n1"]),
        ("Condition?patient=none", []),
        ("Condition?patient=1&_id=c2,c3", ["c2"]),
        ("Observation?patient=1", ["silent"]),
        ("Observation?patient=2", ["s2"]),
        ("Condition?_lastUpdated=2024-06-15", ["c1", "c2", "c3", "n1"]),
        ("Condition?_lastUpdated=gt2024-06-15", []),
        ("Condition?_lastUpdated=ge2024-06-15T04:00:00Z&_lastUpdated=lt2025", ["c1", "c2", "c3", "n1"]),
        ("Condition?_lastUpdated=ge2024-06-15T12:00:00+08:00", ["c1", "c2", "c3", "n1"]),
        ("Condition?unknown=1", ["c1", "c2", "c3", "n1"]),
        ("Medication", []),
    ],
)
def test_what_is_found(known: Caller, asked: str, found: list[str]) -> None:
    assert sorted(ids(known("GET", f"/fhir/r4/{asked}"))) == found


@pytest.mark.parametrize(
    ("asked", "prefer", "issue"),
    [
        ("Patient?name=x", "handling=strict", "not-supported"),
        ("Patient?_sort=_id", "handling=strict", "not-supported"),
        ("Patient?_id:exact=1", "", "not-supported"),
        ("Patient?identifier=77", "", "not-supported"),
        ("Patient?identifier=|77", "", "not-supported"),
        (f"Patient?identifier={MRN}|", "", "not-supported"),
        ("Patient?_count=many", "", "value"),
        ("Patient?_count=99999999999999999999", "", "value"),
        ("Patient?_lastUpdated=yesterday", "", "value"),
        ("Patient?_lastUpdated=2024-13-45", "", "value"),
        ("Patient/1/_history?_count=x", "", "value"),
        ("Patient/1/_history?_since=x", "", "value"),
    ],
)
def test_what_is_not_understood_is_refused(known: Caller, asked: str, prefer: str, issue: str) -> None:
    response = known("GET", f"/fhir/r4/{asked}", **({"prefer": prefer} if prefer else {}))
    assert (response.status_code, code(response)) == (400, issue)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 500])
@pytest.mark.parametrize("more", ["", "&patient=1"])
def test_every_resource_is_on_one_page(call: Caller, count: int, more: str) -> None:
    said = [condition(f"c{n}") for n in range(6)]
    call.push(transaction(patient(), *said))
    call.push(asking("batch", entry("POST", "Condition", without_id(condition(recordedDate="2024-01-01")))))
    found: list[str] = []
    page, pages = f"/fhir/r4/Condition?_count={count}{more}", 0
    while page:
        response = call("GET", page)
        assert len(ids(response)) <= count
        found += ids(response)
        page, pages = next_page(response), pages + 1
        assert pages < 10
    assert (len(found), len(set(found))) == (7, 7)
    assert response.json()["link"][0]["relation"] == "self"


def test_no_link_holds_an_identifier_that_was_not_asked_for(call: Caller) -> None:
    for number in ("PLANTED1", "PLANTED2"):
        call("POST", "/fhir/r4/Patient", without_id(patient(number=number)))
    response = call("GET", "/fhir/r4/Patient?_count=1")
    assert next_page(response)
    assert "PLANTED" not in str(response.json()["link"])
    assert len(ids(call("GET", next_page(response)))) == 1


@pytest.mark.parametrize("asked", ["Patient?", f"Patient?{IDENTIFIER}88&", "Condition?patient=1&", "ResearchSubject?"])
def test_none_is_asked_for_and_how_many_there_are_is_told(known: Caller, asked: str) -> None:
    body = known("GET", f"/fhir/r4/{asked}_count=0").json()
    assert "entry" not in body
    assert body["total"] == len(ids(known("GET", f"/fhir/r4/{asked}_count=500"))) > 0
    assert "next" not in {one["relation"] for one in body["link"]}


def test_what_is_gone_is_found_no_more_and_a_changed_identifier_finds_as_it_is_now(known: Caller) -> None:
    known("PUT", "/fhir/r4/Patient/2", patient("2", "99"))
    assert ids(known("GET", f"/fhir/r4/Patient?{IDENTIFIER}88")) == []
    assert ids(known("GET", f"/fhir/r4/Patient?{IDENTIFIER}99")) == ["2"]
    known("DELETE", "/fhir/r4/Condition/c1")
    assert "c1" not in ids(known("GET", "/fhir/r4/Condition?patient=1"))
    assert "c1" not in ids(known("GET", "/fhir/r4/Condition"))


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_a_site_reads_and_finds_what_it_is_told(known: Caller, base: str) -> None:
    subjects = known("GET", f"/fhir/{base}/ResearchSubject")
    studies = known("GET", f"/fhir/{base}/ResearchStudy")
    assert (len(ids(subjects)), len(ids(studies))) == (2, 2)
    one = subjects.json()["entry"][0]["resource"]
    assert ("progress" in one) == (base == "r5")
    read = known("GET", f"/fhir/{base}/ResearchSubject/{one['id']}")
    assert read.json() == one
    assert read.headers["etag"] == 'W/"1"'
    assert known("GET", f"/fhir/{base}/ResearchSubject/{one['id']}/_history").json()["total"] == 1
    identifier = one["identifier"][0]
    reference = (one.get("individual") or one["subject"])["reference"]
    site = next(ident for ident in ids(studies) if ident != "natars")
    for asked in (
        f"_id={one['id']}",
        f"identifier={quote(identifier['system'], safe='')}|{identifier['value']}",
        f"patient={reference}",
        f"status={one['status']}&_id={one['id']}",
        f"study=ResearchStudy/{site}&_id={one['id']}",
    ):
        assert ids(known("GET", f"/fhir/{base}/ResearchSubject?{asked}")) == [one["id"]]
    assert ids(known("GET", f"/fhir/{base}/ResearchSubject?status=off-study")) == []
    assert ids(known("GET", f"/fhir/{base}/ResearchStudy?_id=natars")) == ["natars"]
    first = known("GET", f"/fhir/{base}/ResearchSubject?_count=1")
    assert sorted(ids(first) + ids(known("GET", next_page(first)))) == sorted(ids(subjects))


def test_a_history_is_told_by_pages_and_since_a_moment(call: Caller) -> None:
    for day in range(1, 6):
        call("PUT", "/fhir/r4/Patient/1", patient(birthDate=f"1970-01-0{day}"))
    page, told, asked = "/fhir/r4/Patient/1/_history?_count=2&_since=2024-06-15T12:00:00%2B08:00", [], 0
    while page:
        response = call("GET", page).json()
        told += [one["response"]["etag"] for one in response["entry"]]
        page = {one["relation"]: one["url"] for one in response.get("link", ())}.get("next", "")
        page, asked = page.removeprefix("http://adapter.example"), asked + 1
        assert asked < 10
    assert told == [f'W/"{number}"' for number in (5, 4, 3, 2, 1)]
    assert call("GET", "/fhir/r4/Patient/1/_history?_since=2024-06-16").json()["total"] == 0


def test_what_came_in_a_collection_is_read_and_found_too(call: Caller) -> None:
    call.push(bundle("collection", patient("1", "77"), condition()))
    assert call("GET", "/fhir/r4/Condition/c1").status_code == 200
    assert ids(call("GET", "/fhir/r4/Condition?patient=1")) == ["c1"]
