"""An export is asked for, waited for and taken in; what is gone, cut off or expired is told, and asked for again."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from sqlalchemy import select

from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.pull import files
from natars_fhir.service.pull.rounds import Pullers
from natars_fhir.store import pull_jobs
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.load import load
from tests.service.hospital import NOW, Hospital, born_on_30_february, condition, patient
from tests.service.pull.exporting import AT, STATUS, Export, file, lines, manifest
from tests.service.pull.ward import BASE, Puller, answer, plan

PEOPLE = lines(patient("1"), patient("2"))
TOLD = manifest(file("p", count=2), file("c", "Condition"))
MARKS = {"Patient": "2024-06-15T02:30:00+00:00", "Condition": "2024-06-15T02:30:00+00:00"}


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan("bulk", "Patient", "Condition"))


@pytest.fixture
def export(router: respx.MockRouter) -> Export:
    return Export(router, TOLD, p=PEOPLE, c=lines(condition()))


def left(puller: Puller) -> tuple[bool, int, list[Path]]:
    """What is kept of an export: its job, how far its files were read, and the files."""
    with puller.store.read() as connection:
        job = pull_jobs.job(connection, "generic") is not None
        return job, len(connection.execute(select(load)).all()), [*(puller.folder / "files").rglob("*.*")]


def test_all_files_come_in_the_marks_are_the_exports_own_time_and_nothing_is_left(
    puller: Puller, export: Export
) -> None:
    assert puller.counts() == {"created": 3}
    assert (puller.marks(), left(puller)) == (MARKS, (False, 0, []))
    assert export.asked == [[("_type", "Patient,Condition")]]
    assert export.kick_off.calls.last.request.headers["prefer"] == "respond-async"
    assert export.cancelled.call_count == 1
    assert 4.0 in puller.pauses  # as Retry-After says


def test_the_next_export_is_asked_for_from_the_mark_on(puller: Puller, export: Export) -> None:
    puller.pull()
    export.ready(TOLD)
    assert puller.counts() == {"unchanged": 3}
    assert export.asked[1] == [("_type", "Patient,Condition"), ("_since", "2024-06-15T02:25:00Z")]


def test_where_one_type_was_never_read_everything_is_asked_for(puller: Puller, export: Export) -> None:
    puller.of = plan("bulk", "Patient")
    puller.pull()
    puller.of = plan("bulk", "Patient", "Condition")
    export.ready(TOLD)
    puller.pull()
    assert export.asked[1] == [("_type", "Patient,Condition")]


@pytest.mark.parametrize("whose", [{"level": "group", "group": "others"}, {"level": "patient"}, {"level": "system"}])
def test_of_another_group_or_level_everything_is_asked_for(
    puller: Puller, export: Export, router: respx.MockRouter, whose: dict[str, str]
) -> None:
    puller.pull()
    kick_off = answer({}, 202, **{"content-location": STATUS})
    others = router.get(url__startswith=f"{BASE}/Group/others/$export").mock(return_value=kick_off)
    export.ready(TOLD)
    puller.of = plan("bulk", "Patient", "Condition", **whose)
    assert puller.counts() == {"unchanged": 3}
    (call,) = [*others.calls] or [export.kick_off.calls.last]
    assert "_since" not in call.request.url.params


@pytest.mark.parametrize(
    ("more", "path", "asked"),
    [
        ({}, "/fhir/Group/natars/$export", []),
        ({"level": "patient"}, "/fhir/Patient/$export", []),
        ({"level": "system"}, "/fhir/$export", []),
        ({"types": {"Patient": "", "Condition": "code=C48.0"}}, "/fhir/Group/natars/$export",
         [("_typeFilter", "Condition?code=C48.0")]),
    ],
)  # fmt: skip
def test_whose_data_and_what_of_it_is_said_by_the_plan(
    puller: Puller, export: Export, more: dict[str, Any], path: str, asked: list[tuple[str, str]]
) -> None:
    puller.of = plan("bulk", "Patient", "Condition", **more)
    puller.pull()
    assert export.kick_off.calls.last.request.url.path == path
    assert export.asked[0][1:] == asked


def test_what_is_said_to_be_deleted_is_taken_back(puller: Puller, export: Export) -> None:
    puller.pull()
    assert ("histology", "LMS") in Hospital(puller.store).concepts()
    entry = {"request": {"method": "DELETE", "url": "Condition/c1"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    export.gives("d", lines(bundle))
    export.ready(manifest(deleted=[file("d", "Bundle", count=1)]))
    assert puller.counts() == {"deleted": 1}
    assert ("histology", "LMS") not in Hospital(puller.store).concepts()


@pytest.mark.parametrize("name", ["error", "outcome"])
@pytest.mark.parametrize(("severity", "whole"), [("error", False), ("warning", True)])
def test_the_servers_own_failures_are_told_by_code_and_an_error_keeps_the_marks(
    puller: Puller, export: Export, name: str, severity: str, whole: bool
) -> None:
    issue = {"severity": severity, "code": "not-found", "diagnostics": "PLANTED"}
    export.gives("e", lines({"resourceType": "OperationOutcome", "issue": [issue]}))
    export.ready({**TOLD, name: [file("e", "OperationOutcome")]})
    done = puller.pull()
    assert (done.whole, puller.marks() == MARKS) == (whole, whole)
    assert puller.problems == [("OperationOutcome (error 3)", "not-found")]


CUT = gzip.compress(PEOPLE)[:-9]
BAD = bytearray(gzip.compress(lines(*(patient(str(n)) for n in range(300)))))
BAD[len(BAD) // 2] ^= 0xFF


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(lines(patient("1")), "incomplete", id="fewer lines than it says"),
        pytest.param(b"", "incomplete", id="empty, and it says two"),
        pytest.param(CUT, "incomplete", id="gzip cut off"),
        pytest.param(bytes(BAD), "incomplete", id="gzip damaged"),
        pytest.param(PEOPLE[:-9], "", id="the last line cut off"),
    ],
)
def test_a_file_that_came_short_is_told_what_is_good_is_kept_and_the_marks_wait(
    puller: Puller, export: Export, body: bytes, code: str
) -> None:
    export.gives("p", body)
    done = puller.pull()
    assert not done.whole
    if code:
        assert code in {one for _, one in puller.problems}
        assert puller.marks() == {}
    assert sum(part.counts["created"] for part in done.parts) >= 1
    assert left(puller) == (False, 0, [])


def test_more_lines_than_it_says_are_told_and_taken(puller: Puller, export: Export) -> None:
    export.gives("p", lines(patient("1"), patient("2"), patient("3")))
    assert puller.counts() == {"created": 4}
    assert (puller.problems, puller.marks()) == ([("Patient (1)", "value")], MARKS)


@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "as gzip"])
def test_a_compressed_file_comes_in(puller: Puller, export: Export, packed: bool) -> None:
    headers = {"content-encoding": "gzip"} if packed else {}
    export.gives("p", httpx.Response(200, stream=httpx.ByteStream(gzip.compress(PEOPLE)), headers=headers))
    assert puller.counts() == {"created": 3}
    assert puller.marks() == MARKS


def test_a_bad_line_costs_itself(puller: Puller, export: Export) -> None:
    export.gives("p", lines(patient("1"), born_on_30_february()))
    assert (puller.counts(), puller.marks()) == ({"created": 2, "refused": 1}, MARKS)


def test_a_line_that_is_too_long_to_be_held_keeps_the_marks(puller: Puller, export: Export) -> None:
    export.gives("p", lines(patient("1"), {**patient("2"), "text": {"div": "x" * 1_000_000}}))
    assert (puller.counts(), puller.marks()) == ({"created": 2}, {})
    assert ("Patient (1)", "too-long") in puller.problems


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_has_the_export_made_once_more_and_no_oftener(
    puller: Puller, export: Export, status: int
) -> None:
    export.gives("p", [answer({}, status), httpx.Response(200, content=PEOPLE)])
    export.ready(TOLD, TOLD)
    assert puller.fault() == ""
    assert (export.kick_off.call_count, export.cancelled.call_count, puller.marks()) == (2, 2, MARKS)
    export.gives("p", answer({}, status))
    export.ready(TOLD, TOLD, TOLD)
    assert puller.fault() == "expired file"
    assert (export.kick_off.call_count, left(puller)) == (4, (False, 0, []))


def test_an_export_that_is_not_known_any_more_is_asked_for_once_more(puller: Puller, export: Export) -> None:
    export.ready(answer({}, 404), TOLD)
    assert (puller.fault(), export.kick_off.call_count, puller.marks()) == ("", 2, MARKS)


@pytest.mark.parametrize(
    ("status", "fault", "kept"),
    [(400, "refused 400", False), (403, "credentials 403", False), (500, "away 500", False), (503, "away 503", True)],
)
def test_an_export_that_fails_is_told_and_kept_only_where_that_may_pass(
    puller: Puller, export: Export, status: int, fault: str, kept: bool
) -> None:
    export.status.mock(side_effect=None, return_value=answer({}, status))
    assert (puller.fault(), left(puller)[0]) == (fault, kept)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (answer({}, 400), "refused 400"),
        (answer({}, 200), "refused 200"),
        (answer({}, 202), "unreadable kick-off"),
        (answer({}, 202, **{"content-location": "https://elsewhere.example/1"}), "elsewhere link"),
    ],
)
def test_a_kick_off_that_is_none_is_told(puller: Puller, export: Export, told: httpx.Response, fault: str) -> None:
    export.kick_off.mock(return_value=told)
    assert puller.fault() == fault


@pytest.mark.parametrize("body", [b"{", {"output": []}, {"transactionTime": "yesterday"}, b"[]", {**TOLD, "output": 3}])
def test_a_manifest_that_cannot_be_read_is_told(puller: Puller, export: Export, body: Any) -> None:
    export.ready(answer(body))
    assert puller.fault() == "unreadable manifest"


def test_an_export_that_takes_longer_than_the_plan_allows_is_given_up(puller: Puller, export: Export) -> None:
    export.status.mock(side_effect=None, return_value=answer(b"", 202))
    at = iter(NOW + timedelta(hours=hours) for hours in range(1000))
    last = NOW

    def now() -> datetime:
        nonlocal last
        last = next(at) if puller.pauses else NOW
        return last

    puller.now = now
    assert puller.fault() == "late export"
    assert left(puller)[0] is False


def test_an_export_that_failed_for_good_is_given_up_and_asked_for_anew(puller: Puller, export: Export) -> None:
    export.status.mock(side_effect=None, return_value=answer({}, 500))
    assert (puller.fault(), left(puller), export.cancelled.call_count) == ("away 500", (False, 0, []), 1)
    export.ready(TOLD)
    assert (puller.fault(), export.kick_off.call_count, puller.marks()) == ("", 2, MARKS)


def test_a_server_that_is_away_for_longer_than_the_plan_allows_is_asked_anew(puller: Puller, export: Export) -> None:
    export.status.mock(side_effect=httpx.ConnectError)
    assert (puller.fault(), left(puller)[0]) == ("away ConnectError", True)
    puller.now = lambda: NOW + timedelta(hours=25)
    assert (puller.fault(), left(puller)[0]) == ("away ConnectError", False)


def test_partial_manifests_are_followed(puller: Puller, export: Export, router: respx.MockRouter) -> None:
    second = f"{STATUS}/2"
    export.ready(manifest(file("p"), link=[{"relation": "next", "url": second}]))
    router.get(second).mock(side_effect=[answer(b"", 202), answer(manifest(file("c", "Condition")))])
    assert (puller.counts(), puller.marks()) == ({"created": 3}, MARKS)


def test_a_manifest_that_goes_on_with_itself_is_stopped(puller: Puller, export: Export) -> None:
    endless = manifest(file("p"), link=[{"relation": "next", "url": STATUS}])
    export.ready(endless, endless)
    assert puller.fault() == "repeats manifest"


@pytest.mark.parametrize(
    ("url", "needs", "fault"),
    [
        ("https://files.example/p", True, "elsewhere link"),
        ("https://files.example/p", False, ""),
        ("https://other.example/p", False, "elsewhere file"),
        ("http://files.example/p", False, "elsewhere file"),
        (f"{BASE}/files/p", False, ""),
    ],
)
def test_a_file_elsewhere_is_fetched_without_our_token_and_only_from_hosts_of_the_plan(
    puller: Puller, export: Export, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch,
    url: str, needs: bool, fault: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("THEIR_TOKEN", "secret")
    puller.endpoint = {"auth": "bearer", "secret_env": "THEIR_TOKEN"}
    puller.of = plan("bulk", "Patient", hosts=["files.example"])
    route = router.get(url).mock(return_value=httpx.Response(200, content=PEOPLE))
    export.ready(manifest({"type": "Patient", "url": url}, requiresAccessToken=needs))
    assert puller.fault() == fault
    for call in route.calls:
        assert "authorization" not in call.request.headers
    assert export.status.calls.last.request.headers["authorization"] == "Bearer secret"


def test_what_was_begun_is_taken_up_and_no_file_that_was_taken_in_is_fetched_again(
    puller: Puller, export: Export
) -> None:
    export.gives("c", answer({}, 503))
    export.ready(TOLD, TOLD)
    assert puller.fault() == "away 503"
    assert (left(puller)[0], puller.marks()) == (True, {})
    export.gives("c", lines(condition()))
    assert puller.counts() == {"created": 1}
    assert (export.kick_off.call_count, export.files["p"].call_count, puller.marks()) == (1, 1, MARKS)
    assert left(puller) == (False, 0, [])


@pytest.mark.parametrize(
    "body", [lines(patient("1")), CUT, lines(patient("1"), {**patient("2"), "text": {"div": "x" * 1_000_000}})],
    ids=["fewer lines", "cut off", "a line that is too long"],
)  # fmt: skip
def test_a_file_that_came_short_is_judged_again_where_the_export_goes_on(
    puller: Puller, export: Export, body: bytes
) -> None:
    export.gives("p", [httpx.Response(200, content=body)] * 2)
    export.gives("c", answer({}, 503))
    export.ready(TOLD, TOLD)
    assert puller.fault() == "away 503"
    export.gives("c", lines(condition()))
    done = puller.pull()
    assert (done.whole, puller.marks(), left(puller)) == (False, {}, (False, 0, []))


def test_a_file_that_came_short_and_is_mended_there_is_whole_where_the_export_goes_on(
    puller: Puller, export: Export
) -> None:
    export.gives("p", [httpx.Response(200, content=CUT), httpx.Response(200, content=PEOPLE)])
    export.gives("c", answer({}, 503))
    export.ready(TOLD, TOLD)
    puller.pull()
    export.gives("c", lines(condition()))
    assert (puller.pull().whole, puller.marks()) == (True, MARKS)


def test_a_line_that_was_too_long_counts_where_a_file_goes_on_after_it(
    puller: Puller, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("natars_fhir.service.ingest.load.MOST_DOCUMENTS", 1)
    export.gives("p", lines({**patient("1"), "text": {"div": "x" * 1_000_000}}, patient("2")))
    export.ready(TOLD, TOLD)
    with monkeypatch.context() as broken:
        broken.setattr(files, "load_documents", dies)
        with pytest.raises(KeyboardInterrupt):
            puller.pull()
    assert (puller.pull().whole, puller.marks()) == (False, {})


def dies(door: Any, run: Any, found: Any) -> Any:
    """As if the process were killed after the first group."""
    for one in load_documents(door, run, found):
        yield one
        raise KeyboardInterrupt


def test_a_file_that_was_taken_in_in_part_goes_on_there(
    puller: Puller, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("natars_fhir.service.ingest.load.MOST_DOCUMENTS", 1)
    export.ready(TOLD, TOLD)

    with monkeypatch.context() as broken:
        broken.setattr(files, "load_documents", dies)
        with pytest.raises(KeyboardInterrupt):
            puller.pull()
    assert puller.counts() == {"created": 2}
    assert (export.files["p"].call_count, puller.marks()) == (1, MARKS)


def test_an_export_of_another_server_is_not_taken_up(puller: Puller, export: Export, router: respx.MockRouter) -> None:
    export.gives("c", answer({}, 503))
    puller.pull()
    puller.base = "https://his.hospital.example/other"
    anew = router.get(url__startswith=f"{puller.base}/Group/natars/$export").mock(return_value=answer({}, 400))
    assert (puller.fault(), anew.call_count, export.cancelled.call_count) == ("refused 400", 1, 1)


@pytest.mark.parametrize("change", ["plan", "again"])
def test_an_export_that_the_plan_no_more_asks_for_is_cancelled(puller: Puller, export: Export, change: str) -> None:
    export.gives("c", answer({}, 503))
    export.ready(TOLD, TOLD)
    puller.pull()
    export.gives("c", lines(condition()))
    if change == "plan":
        puller.of = plan("bulk", "Patient", "Condition", level="system")
    puller.pull(again=change == "again")
    assert (export.cancelled.call_count, export.kick_off.call_count) == (2, 2)


def test_a_disk_that_takes_nothing_is_told(puller: Puller, export: Export) -> None:
    (puller.folder / "files").write_bytes(b"")  # no folder can be made there
    assert puller.fault() == "disk write"


def test_nothing_that_was_said_stands_in_the_log(
    puller: Puller, export: Export, capsys: pytest.CaptureFixture[str]
) -> None:
    export.gives("p", lines(patient("PLANTED", number="PLANTED"), b"PLANTED\n"))
    export.status.mock(side_effect=[answer(b"", 202, **{"x-progress": "PLANTED 50 %"}), answer(TOLD)])
    puller.of = plan("bulk", "Patient", "Condition", every=60)
    pullers = Pullers()
    pullers.once([puller.order()])
    pullers.close()
    said = capsys.readouterr()
    assert "counts={'created': 2" in said.out + said.err
    assert "PLANTED" not in said.out + said.err + json.dumps(puller.acts())
    assert AT not in said.out + said.err
