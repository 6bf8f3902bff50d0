"""`$export` over HTTP: asked for, looked after, fetched from any byte on, taken away; by whoever may alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from natars_fhir.store import audit, exports
from tests.service.exporting import patient, seen
from tests.web.caller import code
from tests.web.harbour import Harbour


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One harbour for what changes nothing in it."""
    made = Harbour(tmp_path_factory.mktemp("harbour"), export_jobs=1000)
    yield made
    made.close()


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    made = Harbour(tmp_path)
    yield made
    made.close()


def lines(response: httpx.Response) -> list[Any]:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/fhir+ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def parameters(*told: tuple[str, str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": name, kind: value} for name, kind, value in told]}


# the kick-off


@pytest.mark.parametrize("path", ["$export", "Patient/$export", "Group/all/$export", "Group/site-hospital-a/$export"])
def test_an_export_is_noted_and_told_where_to_look(shared: Harbour, path: str) -> None:
    response = shared.ask(path)
    assert response.status_code == 202
    assert response.headers["content-location"].startswith("http://127.0.0.1:8080/fhir/r4/$export-status/")
    assert shared.look(response.headers["content-location"]).status_code == 202


def test_it_is_asked_for_by_post_too_with_parameters_or_with_nothing(shared: Harbour) -> None:
    told = parameters(
        ("_type", "valueString", "Patient,Observation"), ("_since", "valueInstant", "2024-01-01T00:00:00Z")
    )
    assert shared.ask(body=told).status_code == 202
    assert shared.ask(body=b"").status_code == 202


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 202),
        ("?_outputFormat=application/fhir%2Bndjson", 202),
        ("?_outputFormat=application/fhir+ndjson", 202),
        ("?_outputFormat=application/ndjson", 202),
        ("?_outputFormat=ndjson", 202),
        ("?_outputFormat=text/csv", 400),
        ("?_since=2024-06-15T12:00:00%2B08:00", 202),
        ("?_since=2024-06-15T12:00:00.123Z", 202),
        ("?_since=2024-06-15", 400),
        ("?_since=yesterday", 400),
        ("?_type=Patient,Observation", 202),
        ("?_type=Patient&_type=Observation", 202),
        ("?_type=Patient,Encounter", 400),
        ("?_type=Nothing", 400),
        ("?_typeFilter=Observation%3Fstatus%3Dfinal", 202),
        ("?_typeFilter=Observation%3Fnobody-knows%3Dx", 400),
        ("?_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal", 400),
        ("?patient=Patient/pa1", 400),
        ("?_elements=Patient.gender,status", 202),
        ("?_elements=Patient.name.family", 400),
        ("?_elements=Encounter.status", 400),
        ("?_type=Observation&_elements=Patient.gender", 400),
        ("?includeAssociatedData=LatestProvenanceResources", 202),
        ("?includeAssociatedData=_somebodys", 400),
        ("?organizeOutputBy=Patient", 400),
        ("?allowPartialManifests=true", 400),
        ("?_until=2024-06-15T12:00:00Z", 400),
        ("?nobody-knows=x", 400),
    ],
)
def test_what_is_not_understood_is_refused(shared: Harbour, asked: str, status: int) -> None:
    response = shared.ask(f"$export{asked}")
    assert response.status_code == status
    assert status == 202 or code(response) in ("not-supported", "value")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("?_type=Patient,Encounter", 202),
        ("?_type=Encounter", 400),
        ("?_outputFormat=text/csv", 400),
        ("?_elements=Patient.nothing&nobody-knows=x", 202),
        ("?_since=yesterday", 400),
        ("?patient=Patient/pa1", 400),
    ],
)
def test_leniently_the_rest_is_done_and_never_more_than_was_asked_for(shared: Harbour, asked: str, status: int) -> None:
    assert shared.ask(f"$export{asked}", prefer="respond-async, handling=lenient").status_code == status


@pytest.mark.parametrize(
    "asked", ["_until=2024-06-15T12:00:00Z", "organizeOutputBy=Patient", "_elements=x", "includeAssociatedData=x"]
)
def test_what_is_not_supported_is_named(harbour: Harbour, asked: str) -> None:
    name = asked.partition("=")[0]
    (issue,) = harbour.ask(f"$export?{asked}").json()["issue"]
    assert (issue["severity"], issue["expression"]) == ("error", [name])
    assert name in issue["diagnostics"]
    told = harbour.made(f"$export?{asked}", prefer="respond-async, handling=lenient").json()
    (said,) = [one["issue"][0] for one in lines(harbour.look(told["error"][0]["url"]))]
    assert (said["severity"], said["expression"], said["diagnostics"]) == ("warning", [name], issue["diagnostics"])


def test_of_elements_those_come_that_are_asked_for_and_those_that_must(harbour: Harbour) -> None:
    harbour.trial.has("hospital-a", "a1", patient("pa1", gender="male", active=True), seen("oa1"))
    told = harbour.made("$export?_type=Patient,Observation&_elements=Patient.gender").json()
    found = {one["type"]: lines(harbour.look(one["url"])) for one in told["output"]}
    whole = next(one for one in found["Patient"] if one["id"] == "pa1")
    assert whole == patient("pa1", gender="male", active=True)
    (seen_,) = [one for one in found["Observation"] if one["id"] == "oa1"]
    assert seen_.keys() == {"resourceType", "id", "status", "code"}
    some = harbour.made("$export?_type=Patient&_elements=identifier").json()
    (one,) = [one for one in lines(harbour.look(some["output"][0]["url"])) if one["id"] == "pa1"]
    assert one.keys() == {"resourceType", "id", "active", "meta"}
    assert [tag["code"] for tag in one["meta"]["tag"]] == ["SUBSETTED"]


def test_who_asks_for_what_is_associated_gets_provenance_with_the_types(harbour: Harbour) -> None:
    harbour.trial.has("hospital-a", "a1", patient("pa1"), {"resourceType": "Provenance", "id": "v1"})
    asked = "$export?_type=Patient&includeAssociatedData=LatestProvenanceResources"
    assert [one["type"] for one in harbour.made(asked).json()["output"]] == ["Patient", "Provenance"]


def test_at_the_r5_base_it_is_given_in_r5(harbour: Harbour) -> None:
    subject = {
        "resourceType": "ResearchSubject", "id": "s1", "status": "on-study",
        "study": {"reference": "ResearchStudy/natars"}, "individual": {"reference": "Patient/pa1"},
    }  # fmt: skip
    harbour.trial.has("hospital-a", "a1", patient("pa1"), subject)
    told = harbour.made("../r5/$export?_type=ResearchSubject")
    assert "/fhir/r5/$export-file/" in told.json()["output"][0]["url"]
    (one,) = lines(harbour.look(told.json()["output"][0]["url"]))
    assert (one["status"], one["subject"]) == ("active", {"reference": "Patient/pa1"})
    assert one["progress"][0]["subjectState"]["coding"][0]["code"] == "on-study"
    assert told.json()["error"] == []
    refused = harbour.ask("../r5/$export?_typeFilter=Observation%3Fstatus%3Dfinal")
    assert (refused.status_code, "_typeFilter" in refused.text) == (400, True)


def test_what_was_left_out_leniently_is_told_in_the_manifest(harbour: Harbour) -> None:
    told = harbour.made("$export?_type=Patient,Encounter&_elements=x", prefer="respond-async; handling=lenient").json()
    assert [one["type"] for one in told["output"]] == ["Patient"]
    issues = [one["issue"][0] for one in lines(harbour.look(told["error"][0]["url"]))]
    assert [(one["severity"], one["expression"]) for one in issues] == [
        ("warning", ["_type"]),
        ("warning", ["_elements"]),
    ]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"prefer": ""}, 400),
        ({"prefer": "return=minimal"}, 400),
        ({"prefer": "handling=lenient"}, 202),
        ({"prefer": "handling=strict, respond-async"}, 202),
        ({"accept": "application/fhir+json"}, 202),
        ({"accept": "text/html"}, 406),
    ],
)
def test_it_is_made_later_and_whoever_asks_must_say_so(shared: Harbour, headers: dict[str, str], status: int) -> None:
    response = shared.ask(**headers)
    assert response.status_code == status
    assert status == 202 or code(response)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        ({"resourceType": "Patient"}, 400),
        ({"resourceType": "Parameters", "parameter": 1}, 400),
        (parameters(("_type", "valueString", "Nothing")), 400),
        (parameters(("patient", "valueReference", {"reference": "Patient/pa1"})), 202),
        (parameters(("patient", "valueReference", {"reference": "Group/pa1"})), 400),
        (parameters(("patient", "valueReference", {})), 400),
    ],
)
def test_what_is_posted_is_checked(shared: Harbour, body: Any, status: int) -> None:
    response = shared.ask(body=body)
    assert response.status_code == status
    assert status == 202 or code(response)


@pytest.mark.parametrize("ident", ["nobody", "site-nobody", "arm-nobody", "natars-eligibility"])
def test_a_group_that_there_is_not_is_told(shared: Harbour, ident: str) -> None:
    response = shared.ask(f"Group/{ident}/$export")
    assert (response.status_code, code(response)) == (404, "not-found")


# who may


@pytest.mark.parametrize(
    ("site", "role", "status"),
    [
        ("", "trial-office", 202),
        ("hospital-a", "engine", 202),
        ("hospital-a", "coordinator", 403),
        ("hospital-a", "investigator", 403),
        ("", "operator", 403),
    ],
)
def test_the_trial_office_and_a_sites_programs_may(shared: Harbour, site: str, role: str, status: int) -> None:
    assert shared.ask(who=shared.token(site, role)).status_code == status


def test_without_a_token_nothing_is_exported(shared: Harbour) -> None:
    assert shared.ask(who={}).status_code == 401


def test_a_site_gets_its_own_subjects_and_another_ones_group_is_none(harbour: Harbour) -> None:
    mine = harbour.token("hospital-b")
    assert harbour.ask("Group/site-hospital-a/$export", who=mine).status_code == 404
    told = harbour.made("Group/all/$export", who=mine).json()
    files = {one["type"]: lines(harbour.look(one["url"], who=mine)) for one in told["output"]}
    assert [one["id"] for one in files["Patient"]] == ["pb1"]


@pytest.mark.parametrize(
    ("scopes", "asked", "status", "kinds"),
    [
        ("system/*.rs", "", 202, ["Observation", "Patient", "ResearchStudy"]),
        ("system/Patient.rs system/Observation.rs", "", 202, ["Observation", "Patient"]),
        ("system/Patient.rs", "?_type=Patient", 202, ["Patient"]),
        ("system/Patient.rs", "?_type=Patient,Observation", 403, []),
        ("system/Patient.r", "", 403, []),
        ("system/Patient.cud", "", 403, []),
    ],
)
def test_scopes_are_needed_for_each_type(
    harbour: Harbour, scopes: str, asked: str, status: int, kinds: list[str]
) -> None:
    mine = harbour.token("", "trial-office", scopes)
    if status != 202:
        assert harbour.ask(f"$export{asked}", who=mine).status_code == status
        return
    told = harbour.made(f"$export{asked}", who=mine).json()
    assert [one["type"] for one in told["output"]] == kinds


def test_nobody_else_sees_a_job_its_files_or_takes_it_away(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]
    harbour.work()
    url = harbour.look(at).json()["output"][0]["url"]
    for other in (harbour.token("", "trial-office"), harbour.token("hospital-a")):
        for method, address in (("GET", at), ("DELETE", at), ("GET", url), ("HEAD", url)):
            assert harbour.look(address, method, who=other).status_code == 404
    assert harbour.look(url, who={}).status_code == 401
    assert harbour.look(url).status_code == 200


def test_a_caller_has_so_many_jobs_and_no_more(harbour: Harbour) -> None:
    assert [harbour.ask().status_code for _ in range(3)] == [202, 202, 429]
    refused = harbour.ask()
    assert (code(refused), refused.headers["retry-after"]) == ("throttled", "60")
    assert harbour.ask(who=harbour.token("hospital-a")).status_code == 202
    assert [harbour.work() for _ in range(4)] == [True, True, True, False]
    assert harbour.ask().status_code == 202


# the status


def test_while_it_waits_it_tells_how_far_it_is(harbour: Harbour) -> None:
    harbour.ask()
    at = harbour.ask().headers["content-location"]
    waits = harbour.look(at)
    assert (waits.status_code, waits.headers["x-progress"], waits.content) == (202, "waiting, 0 before it", b"")
    assert 1 <= int(waits.headers["retry-after"]) <= 30


def test_the_manifest_is_the_standards(harbour: Harbour) -> None:
    response = harbour.made("$export?_type=Patient")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["expires"] == "Sun, 16 Jun 2024 06:00:00 GMT"
    told = response.json()
    assert set(told) == {"transactionTime", "request", "requiresAccessToken", "output", "deleted", "error"}
    assert told["transactionTime"] == "2024-06-15T06:00:00.000+00:00"
    assert told["request"] == "http://127.0.0.1:8080/fhir/r4/$export?_type=Patient"
    (only,) = told["output"]
    assert (only["type"], only["count"], set(only)) == ("Patient", 3, {"type", "url", "count"})


def test_since_an_earlier_transaction_time_the_changes_come_and_the_deletions(harbour: Harbour) -> None:
    first = harbour.made().json()
    harbour.trial.has("hospital-a", "a1", patient("pa1", gender="male"), seen("oa1"))
    at = first["transactionTime"].replace("+", "%2B")
    told = harbour.made(f"$export?_since={at}").json()
    assert [(one["type"], one["count"]) for one in told["output"]] == [("Patient", 1)]
    (bundle,) = lines(harbour.look(told["deleted"][0]["url"]))
    assert bundle["entry"] == [{"request": {"method": "DELETE", "url": "Observation/oa2"}}]


def test_what_is_taken_away_is_gone(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]
    harbour.work()
    url = harbour.look(at).json()["output"][0]["url"]
    assert harbour.look(at, "DELETE").status_code == 202
    assert [harbour.look(at).status_code, harbour.look(url).status_code] == [404, 404]
    assert harbour.look(at, "DELETE").status_code == 404
    assert not [one for one in harbour.call.settings.export_folder.rglob("*") if one.is_file()]


def test_a_job_under_way_can_be_cancelled(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]
    assert harbour.look(at, "DELETE").status_code == 202
    assert harbour.look(at).status_code == 404
    assert not harbour.work()


def test_what_held_who_is_forgotten_is_gone_and_says_why(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]
    harbour.work()
    url = harbour.look(at).json()["output"][0]["url"]
    with harbour.store.write() as connection:
        exports.purge(connection, "hospital-a", "a1")
    assert [(one.status_code, code(one)) for one in (harbour.look(at), harbour.look(url))] == [(410, "deleted")] * 2
    assert harbour.look(at, "DELETE").status_code == 202


def test_what_could_not_be_made_says_so(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]

    def fails(_: object) -> None:
        raise ValueError("PLANTED")

    harbour.trial.meanwhile = fails
    for _ in range(5):
        with pytest.raises(ValueError, match="PLANTED"):
            harbour.work()
    assert harbour.work()
    response = harbour.look(at)
    assert (response.status_code, code(response)) == (500, "exception")
    assert "PLANTED" not in response.text


# the files


@pytest.fixture(scope="module")
def file(shared: Harbour) -> str:
    """The address of one."""
    told = shared.ask("$export?_type=Observation").headers["content-location"]
    while shared.look(told).status_code == 202:
        assert shared.work()
    return str(shared.look(told).json()["output"][0]["url"])


def test_a_file_comes_as_it_is_or_as_gzip(shared: Harbour, file: str) -> None:
    plain = shared.look(file, accept_encoding="identity", accept="application/fhir+ndjson")
    small = shared.look(file, accept_encoding="gzip", accept="application/fhir+ndjson")
    assert [one["id"] for one in lines(plain)] == ["oa1", "oa2", "ob1"]
    assert small.headers["content-encoding"] == "gzip"
    assert small.text == plain.text
    assert small.headers["etag"] != plain.headers["etag"]
    assert small.headers["vary"] == "Accept-Encoding"
    assert shared.look(file, accept="text/csv").status_code == 406


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_download_that_broke_off_goes_on_where_it_was(shared: Harbour, file: str, encoding: str) -> None:
    whole, told = shared.raw(file, encoding)
    first, _ = shared.raw(file, encoding, range="bytes=0-99")
    rest, more = shared.raw(file, encoding, range="bytes=100-", if_range=told["etag"])
    assert more["content-range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    assert first + rest == whole
    text = gzip.decompress(whole) if encoding == "gzip" else whole
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"range": "bytes=0-0"}, 206),
        ({"range": "bytes=-10"}, 206),
        ({"range": "bytes=0-9,20-29"}, 206),
        ({"range": "bytes=0-99", "if_range": '"another"'}, 200),
        ({"range": "bytes=9-1"}, 200),
        ({"range": "lines=0-9"}, 200),
        ({"range": "bytes=x"}, 200),
        ({"range": "bytes=99999999-"}, 416),
        ({"range": "bytes=-0"}, 416),
    ],
)
def test_a_range_is_given_where_it_is_one(shared: Harbour, file: str, headers: dict[str, str], status: int) -> None:
    response = shared.look(file, accept_encoding="identity", **headers)
    assert response.status_code == status
    if status == 416:
        assert code(response) == "processing"
        assert response.headers["content-range"].startswith("bytes */")


def test_a_file_that_a_client_has_is_not_sent_again(shared: Harbour, file: str) -> None:
    tag = shared.look(file, accept_encoding="identity").headers["etag"]
    again = shared.look(file, accept_encoding="identity", if_none_match=f'"x", {tag}')
    assert (again.status_code, again.content) == (304, b"")
    head = shared.look(file, "HEAD", accept_encoding="identity")
    assert (head.status_code, head.content, int(head.headers["content-length"]) > 100) == (200, b"", True)


@pytest.mark.parametrize("name", ["nothing.ndjson", "..", "%2e%2e%2fkey", "Observation.001.ndjson.gz", "../../key"])
def test_only_a_jobs_own_files_are_given(shared: Harbour, file: str, name: str) -> None:
    assert shared.look(f"{file.rpartition('/')[0]}/{name}").status_code == 404


def test_every_step_is_in_the_audit_without_a_name(harbour: Harbour) -> None:
    at = harbour.ask().headers["content-location"]
    harbour.work()
    harbour.look(harbour.look(at).json()["output"][0]["url"])
    harbour.look(at, "DELETE")
    with harbour.store.read() as connection:
        everywhere = [one.act for one in audit.acts(connection, "") if one.act.startswith("export")]
        own = [(one.act, one.by[:5]) for one in audit.acts(connection, "hospital-a")]
    assert everywhere == ["export asked", "export file", "export removed"]
    assert own == [("export", "token")]


def test_the_capability_statement_tells_what_can_be_asked(shared: Harbour) -> None:
    told = shared.look("/fhir/r4/metadata").json()
    assert told["instantiates"] == ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"]
    (rest,) = told["rest"]
    assert "export" in [one["name"] for one in rest["operation"]]
    of = {one["type"]: [each["definition"] for each in one.get("operation", ())] for one in rest["resource"]}
    assert "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export" in of["Patient"]
    assert "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export" in of["Group"]
    assert "instantiates" not in shared.look("/fhir/r5/metadata").json()
    assert "export" in [one["name"] for one in shared.look("/fhir/r5/metadata").json()["rest"][0]["operation"]]


def test_operators_see_how_many_there_are(harbour: Harbour) -> None:
    harbour.ask()
    told = harbour.look("/metrics", who=harbour.token("", "operator")).text
    assert 'natars_exports{state="waiting"} 1.0' in told
