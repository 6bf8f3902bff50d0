"""Single interactions at each base: create, read, update, delete, their conditions, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.store import audit
from natars_fhir.store.engine import open_store
from tests.service.hospital import MRN, Node, born_on_30_february, condition, encounter, patient, transaction
from tests.web.asked import IDENTIFIER, ids, without_id
from tests.web.caller import Caller, code

BASES = pytest.mark.parametrize("base", ["/fhir/r4", "/fhir/r5"])
FORM = "application/x-www-form-urlencoded"


@BASES
def test_a_resource_is_created_read_changed_deleted_and_its_history_is_told(call: Caller, base: str) -> None:
    at = f"{base}/Patient/17"
    made = call("POST", f"{base}/Patient", patient("17"))
    assert (made.status_code, made.headers["etag"]) == (201, 'W/"1"')
    assert made.headers["location"] == f"http://adapter.example{at}/_history/1"
    assert made.headers["last-modified"] == "Sat, 15 Jun 2024 04:00:00 GMT"
    assert call("GET", at).json() == patient("17")
    changed = call("PUT", at, patient("17", gender="female"), if_match='W/"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert call("GET", f"{at}/_history/1").json()["gender"] == "male"
    assert call("GET", f"{at}/_history/2").json()["gender"] == "female"
    gone = call("DELETE", at)
    assert (gone.status_code, gone.content) == (204, b"")
    read = call("GET", at)
    assert (read.status_code, code(read), read.headers["etag"]) == (410, "deleted", 'W/"3"')
    told = call("GET", f"{at}/_history").json()
    assert [one["request"]["method"] for one in told["entry"]] == ["DELETE", "PUT", "PUT"]
    assert [one["response"]["etag"] for one in told["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert call("PUT", at, patient("17")).headers["etag"] == 'W/"4"'


def test_what_is_read_is_the_very_bytes_that_came(call: Caller) -> None:
    raw = b'{ "resourceType":"Observation","id":"o", "status":"final","code":{"text":"x"},\n'
    raw += b'"valueQuantity":{"value":1.10}}'
    assert call("PUT", "/fhir/r4/Observation/o", raw).status_code == 201
    assert call("GET", "/fhir/r4/Observation/o").content == raw
    assert raw in call("GET", "/fhir/r4/Observation?_id=o").content
    assert raw in call("GET", "/fhir/r4/Observation/o/_history").content


def test_each_base_gives_its_own_version_back(call: Caller) -> None:
    four = {
        "resourceType": "MedicationAdministration",
        "id": "four",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "medicationCodeableConcept": {"text": "多柔比星"},
        "effectiveDateTime": "2024-03-01",
    }
    five = {
        "resourceType": "MedicationAdministration",
        "id": "five",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "medication": {"concept": {"text": "多柔比星"}},
        "occurenceDateTime": "2024-03-01",
    }
    assert call("PUT", "/fhir/r4/MedicationAdministration/four", four).status_code == 201
    assert call("PUT", "/fhir/r5/MedicationAdministration/five", five).status_code == 201
    for own, other, resource in [("r4", "r5", four), ("r5", "r4", five)]:
        at = f"MedicationAdministration/{resource['id']}"
        assert call("GET", f"/fhir/{own}/{at}").json() == resource
        converted = call("GET", f"/fhir/{other}/{at}").json()
        assert converted["id"] == resource["id"]
        assert ("medicationCodeableConcept" in converted) == (other == "r4")
        assert ("medication" in converted) == (other == "r5")


def test_what_has_no_id_gets_one_and_it_is_the_same_each_time(call: Caller) -> None:
    nameless = without_id(patient(number="MRN-88"))
    first, again = (call("POST", "/fhir/r4/Patient", nameless) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == again.headers["location"]
    at = first.headers["location"].removeprefix("http://adapter.example").partition("/_history")[0]
    read = call("GET", at).json()
    assert read == {**nameless, "id": at.rpartition("/")[2]}
    assert "MRN-88" not in at
    changed = call("PUT", at, {**read, "gender": "female"})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert call("POST", "/fhir/r4/Condition", condition(of=f"Patient/{read['id']}")).status_code == 201
    assert ids(call("GET", f"/fhir/r4/Condition?patient={read['id']}")) == ["c1"]
    assert ids(call("GET", "/fhir/r4/ResearchSubject")) != []
    assert call("DELETE", at).status_code == 204
    assert call("GET", at).status_code == 410


def test_what_has_neither_id_nor_identifier_is_known_by_its_content(call: Caller) -> None:
    nameless = without_id(condition())
    first, again = (call("POST", "/fhir/r4/Condition", nameless) for _ in range(2))
    other = call("POST", "/fhir/r4/Condition", {**nameless, "recordedDate": "2024-01-01"})
    assert [one.status_code for one in (first, again, other)] == [201, 200, 201]
    assert first.headers["location"] == again.headers["location"] != other.headers["location"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "issue"),
    [
        ("GET", "/Patient/none", None, {}, 404, "not-found"),
        ("GET", "/Patient/1/_history/9", None, {}, 404, "not-found"),
        ("GET", "/Patient/none/_history", None, {}, 404, "not-found"),
        ("GET", "/Encounter/e1", None, {}, 404, "not-found"),
        ("GET", "/Encounter/e1/_history", None, {}, 404, "not-found"),
        ("GET", "/Encounter", None, {}, 404, "not-found"),
        ("GET", "/Nonsense/1", None, {}, 404, "not-supported"),
        ("POST", "/Nonsense", {}, {}, 404, "not-supported"),
        ("GET", "/Patient/not_an_id", None, {}, 404, "not-found"),
        ("POST", "/Patient/1", {}, {}, 405, "not-supported"),
        ("DELETE", "/Patient", None, {}, 405, "not-supported"),
        ("PUT", "/Patient", patient(), {}, 405, "not-supported"),
        ("PATCH", "/Patient/1", {}, {}, 405, "not-supported"),
        ("POST", "/Patient", patient("2"), {"content_type": "application/fhir+xml"}, 415, "not-supported"),
        ("POST", "/Patient", patient("2"), {"content_type": "application/json; fhirVersion=5.0"}, 415, "not-supported"),
        ("POST", "/Patient", b"", {}, 400, "structure"),
        ("POST", "/Patient", b"{", {}, 400, "structure"),
        ("POST", "/Patient", b"[]", {}, 400, "structure"),
        ("POST", "/Patient", b'{"resourceType":"Patient"}]}', {}, 400, "structure"),
        ("POST", "/Patient", condition(), {}, 400, "invalid"),
        ("POST", "/Patient", born_on_30_february(), {}, 422, "value"),
        ("PUT", "/Patient/2", patient("3"), {}, 400, "invalid"),
        ("PUT", "/Patient/2", without_id(patient()), {}, 400, "required"),
        ("PUT", "/Patient/1", patient(), {"if_match": 'W/"7"'}, 412, "conflict"),
        ("PUT", "/Patient/none", patient("none"), {"if_match": 'W/"1"'}, 412, "conflict"),
        ("PUT", "/Patient/1", patient(), {"if_none_match": "*"}, 412, "duplicate"),
        ("DELETE", "/Patient/1", None, {"if_match": 'W/"7"'}, 412, "conflict"),
        ("PUT", f"/Patient?{IDENTIFIER}1", patient("3", "1"), {}, 400, "invalid"),
        ("PUT", f"/Patient?{IDENTIFIER}twice", patient("9", "twice"), {}, 412, "multiple-matches"),
        ("DELETE", f"/Patient?{IDENTIFIER}twice", None, {}, 412, "multiple-matches"),
        ("PUT", "/Patient?name=x", patient(), {}, 400, "not-supported"),
        ("PUT", "/Patient?identifier=1", patient(), {}, 400, "not-supported"),
        ("POST", "/Patient", patient("9"), {"if_none_exist": f"{IDENTIFIER}twice"}, 412, "multiple-matches"),
        ("POST", "/Patient", patient("9"), {"if_none_exist": "name=x"}, 400, "not-supported"),
    ],
)
def test_what_cannot_be_done_is_told_as_an_outcome_and_changes_nothing(
    call: Caller, method: str, path: str, body: Any, headers: dict[str, str], status: int, issue: str
) -> None:
    call.push(transaction(patient("1", "1"), patient("t1", "twice"), patient("t2", "twice"), encounter()))
    response = call(method, f"/fhir/r4{path}", body, **headers)
    assert (response.status_code, code(response)) == (status, issue)
    assert ids(call("GET", "/fhir/r4/Patient")) == ["1", "t1", "t2"]
    assert call("GET", "/fhir/r4/Patient/1").headers["etag"] == 'W/"1"'


def test_a_type_that_is_let_go_says_so_when_it_is_sent_and_when_it_is_read(call: Caller) -> None:
    sent = call("PUT", "/fhir/r4/Encounter/e1", encounter())
    assert (sent.status_code, "location" in sent.headers) == (202, False)
    assert "let go" in call("GET", "/fhir/r4/Encounter/e1").json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    ("known", "status", "kept"),
    [([], 201, ["9"]), ([patient("1", "77")], 200, ["1"])],
    ids=["none", "one"],
)
def test_a_conditional_create_makes_what_is_not_there(call: Caller, known: list[Node], status: int, kept: Any) -> None:
    for one in known:
        call.push(one)
    for condition_ in (f"{IDENTIFIER}77", f"Patient?{IDENTIFIER}77"):
        made = call("POST", "/fhir/r4/Patient", patient("9", "77"), if_none_exist=condition_)
        assert made.status_code == status
        assert f"/Patient/{'9' if not known else ''}" in made.headers["location"]
        status = 200
    assert ids(call("GET", "/fhir/r4/Patient")) == kept
    assert call("GET", made.headers["location"].removeprefix("http://adapter.example")).status_code == 200


def test_a_conditional_update_makes_or_changes(call: Caller) -> None:
    way = f"/fhir/r4/Patient?{IDENTIFIER}77"
    made = call("PUT", way, patient("9", "77"))
    assert (made.status_code, made.headers["etag"]) == (201, 'W/"1"')
    changed = call("PUT", way, patient("9", "77", gender="female"))
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    nameless = call("PUT", way, without_id(patient(number="77", gender="other")), if_match='W/"2"')
    assert (nameless.status_code, nameless.headers["etag"]) == (200, 'W/"3"')
    assert nameless.headers["location"].endswith("/Patient/9/_history/3")
    assert call("GET", "/fhir/r4/Patient/9").json()["gender"] == "other"
    assert ids(call("GET", "/fhir/r4/Patient")) == ["9"]


def test_a_conditional_delete_takes_back_the_one(call: Caller) -> None:
    way = f"/fhir/r4/Patient?{IDENTIFIER}77"
    assert call("DELETE", way).status_code == 204
    call.push(patient("9", "77"))
    assert call("DELETE", way).status_code == 204
    assert call("GET", "/fhir/r4/Patient/9").status_code == 410
    told = call("DELETE", "/fhir/r4/Patient/none", prefer="return=OperationOutcome")
    assert (told.status_code, code(told)) == (200, "not-found")


@pytest.mark.parametrize(
    ("prefer", "kind"),
    [
        ("", "Patient"),
        ("return=OperationOutcome", "OperationOutcome"),
        ("return=representation", "Patient"),
        ("handling=lenient; return=minimal", ""),
    ],
)
def test_as_much_is_returned_as_the_caller_prefers(call: Caller, prefer: str, kind: str) -> None:
    for status in (201, 200):
        response = call("POST", "/fhir/r4/Patient", patient("5"), **({"prefer": prefer} if prefer else {}))
        assert response.status_code == status
        assert (response.json()["resourceType"] if response.content else "") == kind


def test_a_bundle_is_answered_with_as_much_as_its_sender_prefers(call: Caller) -> None:
    pushed = transaction(patient(), encounter())
    plain = call.push(pushed).json()
    assert ["outcome" in one["response"] for one in plain["entry"]] == [False, True]
    whole = call.push(pushed, prefer="return=representation").json()
    assert [one.get("resource", {}).get("id") for one in whole["entry"]] == ["1", None]
    outcomes = call.push(pushed, prefer="return=OperationOutcome").json()
    assert all(one["response"]["outcome"]["issue"] for one in outcomes["entry"])


def test_what_the_caller_has_is_not_sent_again(call: Caller) -> None:
    call.push(patient())
    for known, status in [('W/"1"', 304), ('W/"9", W/"1"', 304), ("*", 304), ('W/"2"', 200)]:
        response = call("GET", "/fhir/r4/Patient/1", if_none_match=known)
        assert (response.status_code, response.headers["etag"]) == (status, 'W/"1"')
        assert bool(response.content) == (status == 200)


@pytest.mark.parametrize("path", ["Patient/1", "Patient/1/_history/1", "Patient/1/_history", "Patient", "metadata"])
def test_a_head_is_the_same_without_a_body(call: Caller, path: str) -> None:
    call.push(patient())
    plain = {"accept_encoding": "identity"}
    whole, head = (call(method, f"/fhir/r4/{path}", **plain) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    ours = ("content-type", "etag", "last-modified", "content-length")
    assert [head.headers.get(name) for name in ours] == [whole.headers.get(name) for name in ours]


def test_another_method_is_told_which_there_are(call: Caller) -> None:
    response = call("OPTIONS", "/fhir/r4/Patient/1")
    assert (response.status_code, code(response)) == (405, "not-supported")
    assert {"GET", "HEAD", "PUT", "DELETE"} <= {one.strip() for one in response.headers["allow"].split(",")}


def test_a_site_meets_nothing_of_another_whatever_it_asks(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens={"a": "hospital-a", "b": "hospital-b"})
    mine, other = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
    for resource in (patient("1", "77"), condition()):
        call("PUT", f"/fhir/r4/{resource['resourceType']}/{resource['id']}", resource, **mine)
    for path in ("Patient/1", "Patient/1/_history", "Patient/1/_history/1", "Condition/c1"):
        assert call("GET", f"/fhir/r4/{path}", **mine).status_code == 200
        assert call("GET", f"/fhir/r4/{path}", **other).status_code == 404
        assert call("GET", f"/fhir/r4/{path}").status_code == 401
    for path in ("Patient", f"Patient?{IDENTIFIER}77", "Condition?patient=1", "ResearchSubject", "ResearchStudy"):
        assert ids(call("GET", f"/fhir/r4/{path}", **mine)) != []
        assert ids(call("GET", f"/fhir/r4/{path}", **other)) == []
    assert call("DELETE", "/fhir/r4/Patient/1", **other).status_code == 204
    assert call("PUT", f"/fhir/r4/Patient?{IDENTIFIER}77", patient("1", "77"), **other).status_code == 201
    assert call("GET", "/fhir/r4/Patient/1", **mine).headers["etag"] == 'W/"1"'


def test_a_search_by_post_brings_its_parameters_as_a_form(call: Caller) -> None:
    call.push(patient("1", "77"))
    form = f"identifier={MRN}|77".encode()
    assert ids(call("POST", "/fhir/r4/Patient/_search", form, content_type=FORM)) == ["1"]
    assert ids(call("POST", "/fhir/r4/Patient/_search?_id=2", form, content_type=FORM)) == []
    assert code(call("POST", "/fhir/r4/Patient/_search", form)) == "not-supported"
    assert code(call("POST", "/fhir/r4/Patient/_search", b"x" * 200_000, content_type=FORM)) == "too-long"


def test_a_byte_order_mark_is_no_part_of_a_resource(call: Caller) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(patient()).encode()
    assert call("PUT", "/fhir/r4/Patient/1", raw).status_code == 201
    assert call("GET", "/fhir/r4/Patient/1").json() == patient()


def test_every_read_is_in_the_audit_with_what_it_gave_and_no_value(call: Caller) -> None:
    for ident in ("PLANTED1", "PLANTED2"):
        call("PUT", f"/fhir/r4/Patient/{ident}", patient(ident, "PLANTED"))
    for path in (
        "Patient/PLANTED1",
        "Patient/PLANTED1/_history/1",
        "Patient/PLANTED1/_history",
        f"Patient?{IDENTIFIER}PLANTED",
    ):
        assert call("GET", f"/fhir/r4/{path}").status_code == 200
    assert call("GET", "/fhir/r4/Patient/PLANTED1", if_none_match="*").status_code == 304
    assert call("GET", "/fhir/r4/Patient/none").status_code == 404
    store = open_store(call.settings.database)
    with store.read() as connection:
        acts = [act for act in audit.acts(connection, "generic") if act.act in ("read", "vread", "history", "search")]
    store.close()
    assert [(one.act, one.status, one.counts["given"]) for one in acts] == [
        ("read", 200, 1), ("vread", 200, 1), ("history", 200, 1), ("search", 200, 2), ("read", 304, 0),
    ]  # fmt: skip
    assert "PLANTED" not in str(acts)
