"""Files come in as pushes do; whatever ends a run, the next goes on there, and no document counts twice."""

from __future__ import annotations

import gzip
import io
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document, documents
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest import load as module
from natars_fhir.service.ingest.answer import ISSUE
from natars_fhir.service.ingest.door import Door, Run
from natars_fhir.service.ingest.load import OvertakenError, load_documents, load_file, load_stream
from natars_fhir.store import audit, quarantine
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.loads import Loaded
from natars_fhir.store.quarantine import Wanted
from natars_fhir.store.tables.core import Moment, metadata
from tests.service.hospital import (
    NOW,
    Hospital,
    Node,
    born_on_30_february,
    bundle,
    condition,
    encounter,
    intake,
    patient,
    reader,
    transaction,
)
from tests.service.remap.test_gaps import result

WAITED = re.compile(r'"waited-ms": ?\d+')
LINES = [patient(), condition(), born_on_30_february(), encounter(), result("1", "LIS9999", "urn:x"), patient("3")]


def raw(*documents: Any) -> bytes:
    return b"\n".join(
        one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in documents
    )


def door(store: Store, told: list[tuple[int | None, str]] | None = None, **more: Any) -> Door:
    def problem(document: Document, issue: Issue) -> None:
        if told is not None:
            told.append((document.line, issue.code))

    given = {"longest": 1_000_000, "now": lambda: NOW, "problem": problem, **more}
    return Door(store, intake(), reader(), **given)


def loaded(store: Store, path: Path, told: list[tuple[int | None, str]] | None = None, **more: Any) -> Run:
    """The run, when everybody is screened; what the screenings came to is among its counts."""
    by = door(store, told)
    *_, last = load_file(by, path, **more)
    last.counts.update(by.finish().counts)
    last.counts = +last.counts
    return last


def written(folder: Path, *documents: Any, name: str = "sent.ndjson") -> Path:
    path = folder / name
    path.write_bytes(raw(*documents))
    return path


def same(table: Table) -> list[str]:
    """The columns that are the same in every run."""
    return [c.name for c in table.c if not isinstance(c.type, Moment) and c.name != "mark"]


def rows(store: Store, *without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, but for moments, how long somebody waited, and the audit's marks, which differ from run to run."""
    with store.read() as connection:
        return {
            table.name: [
                tuple(WAITED.sub("", one) if isinstance(one, str) else one for one in row)
                for row in connection.execute(
                    select(*(c for c in table.c if not isinstance(c.type, Moment) and c.name != "mark")).order_by(
                        *table.primary_key
                    )
                )
            ]
            for table in metadata.sorted_tables
            if table.name not in without
        }


def test_lines_are_taken_in_and_one_bad_line_costs_itself(store: Store, tmp_path: Path) -> None:
    told: list[tuple[int | None, str]] = []
    run = loaded(store, written(tmp_path, *LINES, b'{"resourceType"'), told)
    assert dict(run.counts) == {
        "created": 4, "let-go": 1, "refused": 2, "screened": 2, "findings": 2, "letters": 4
    }  # fmt: skip
    assert (run.found, run.file.state, run.documents, run.not_understood) == ("new", "done", 7, 1)
    assert not run.all_read
    assert told == [(3, "value"), (7, "structure")]
    with store.read() as connection:
        apart = quarantine.listed(connection, Wanted(), "generic")
    assert [(one.kind, one.place) for one in apart] == [("Patient", ""), ("", "")]
    assert ("histology", "LMS") in Hospital(store).concepts()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(transaction(patient(), condition()), id="a transaction"),
        pytest.param(transaction(patient(), born_on_30_february()), id="a transaction that is refused"),
        pytest.param(bundle("batch", patient(), born_on_30_february(), encounter(), condition()), id="a batch"),
        pytest.param(bundle("collection", patient(), condition()), id="a collection"),
        pytest.param(condition(), id="a resource"),
        pytest.param(encounter(), id="what nobody reads"),
        pytest.param(b"{", id="no JSON"),
    ],
)
def test_what_comes_in_by_a_file_leaves_what_its_push_leaves(document: Any, tmp_path: Path) -> None:
    stores = [open_store(f"sqlite:///{tmp_path}/{name}.sqlite") for name in ("pushed", "loaded")]
    pushed = Hospital(stores[0]).push(document)
    run = loaded(stores[1], written(tmp_path, document))
    assert run.counts == Counter(pushed.counts)
    left = [rows(store, "audit", "load") for store in stores]
    for store in stores:
        store.close()
    assert left[0] == left[1]


def test_the_counts_agree_in_answer_audit_and_report(store: Store, tmp_path: Path) -> None:
    run = loaded(store, written(tmp_path, *LINES, b"{", bundle("batch", condition("c2"), born_on_30_february("4"))))
    with store.read() as connection:
        audited = Counter[str]()
        for act in audit.acts(connection, "generic"):
            assert act.act in ("load", "screening")
            audited.update({what: number for what, number in act.counts.items() if not what.startswith(ISSUE)})
        apart = quarantine.counts(connection, "generic")
        kept = connection.execute(select(func.count()).select_from(metadata.tables["resource_version"])).scalar_one()
    screenings = {name: run.counts[name] for name in ("screened", "findings", "letters")}
    del audited["waited-ms"]
    assert audited == run.counts == Counter(run.file.counts) + Counter(screenings)
    assert (run.counts["refused"], run.counts["created"]) == (apart["waiting"], kept) == (3, 5)


def test_the_same_file_again_changes_nothing_and_says_so(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, *LINES)
    loaded(store, path)
    before = rows(store)
    run = loaded(store, path)
    assert (run.found, dict(run.counts)) == ("known", {})
    other = loaded(store, written(tmp_path, *LINES, name="other name.ndjson"))
    assert other.found == "known"
    assert rows(store) == before
    assert not other.all_read  # of it something waits in the quarantine


def test_a_file_that_changed_is_told_and_taken_in_from_its_beginning(store: Store, tmp_path: Path) -> None:
    loaded(store, written(tmp_path, patient(), condition()))
    run = loaded(store, written(tmp_path, patient(), condition(), condition("c2")))
    assert (run.found, run.counts["unchanged"], run.counts["created"]) == ("changed", 2, 1)


def test_what_was_loaded_is_taken_in_again_where_that_is_asked(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, *LINES)
    loaded(store, path)
    run = loaded(store, path, again=True)
    assert (run.found, run.counts["unchanged"], run.counts["refused"]) == ("new", 4, 1)
    with store.read() as connection:
        (apart,) = quarantine.listed(connection, Wanted(), "generic")
    assert apart.count == 2


def many(count: int) -> list[Node]:
    """Versions of few resources, so that the order matters; some cannot be read."""
    texts = ("腹膜后平滑肌肉瘤", "去分化脂肪肉瘤", "腹膜后多形性未分化肉瘤")
    rows: list[Node] = []
    for number in range(count):
        of = f"Patient/{number % 7}"
        rows.append(condition(f"c{number % 11}", texts[number % 3], of=of))
        rows.append(patient(str(number % 7)) if number % 5 else born_on_30_february(str(number)))
    return rows


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(breaks=st.lists(st.integers(1, 4), max_size=3), group=st.integers(2, 20))
def test_a_run_that_is_broken_off_and_goes_on_leaves_what_an_unbroken_one_leaves(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, breaks: list[int], group: int
) -> None:
    tmp_path = tmp_path_factory.mktemp("broken")
    text = raw(*many(15))
    path = tmp_path / "sent"
    path.write_bytes(gzip.compress(text) if packed else text)
    stores = [open_store(f"sqlite:///{tmp_path}/{name}.sqlite") for name in ("whole", "broken")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_DOCUMENTS", group)
        whole = loaded(stores[0], path)
        for steps in breaks:
            _stopped(load_file(door(stores[1]), path), steps)
        last = loaded(stores[1], path)
    left = [rows(store) for store in stores]
    for store in stores:
        store.close()
    assert left[0] == left[1]
    assert whole.file == last.file
    assert Counter(last.file.counts)["refused"] == 3


@pytest.mark.parametrize(("worth", "groups"), [(1, 6), (1_000_000, 1)], ids=["enough", "too little"])
def test_who_has_time_takes_in_what_is_worth_it_though_the_group_is_not_full(
    store: Store, monkeypatch: pytest.MonkeyPatch, worth: int, groups: int
) -> None:
    monkeypatch.setattr(module, "_WORTH_IT", worth)
    run = Run("sent", "stream", Loaded("sent", "", 0))
    found = documents(io.BytesIO(raw(*LINES[:5])), "sent")
    kept = [sum(one.counts.values()) for one in load_documents(door(store), run, found, lambda: True)]
    assert (len(kept), kept[-1]) == (groups, 5)
    assert kept == sorted(kept)


def _stopped(runs: Iterator[Run], steps: int) -> None:
    """As far as so many groups, and then no more."""
    for _ in zip(range(steps), runs, strict=False):
        pass


def test_a_failure_amid_a_group_leaves_nothing_of_it_and_the_next_run_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, *many(30))
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 20)
    whole, left = module.loads.go_on, [1]

    def go_on(*given: Any) -> bool:
        if not left:
            raise OperationalError("", {}, Exception())
        left.pop()
        return whole(*given)

    monkeypatch.setattr(module.loads, "go_on", go_on)
    with pytest.raises(OperationalError):
        loaded(store, path)
    monkeypatch.setattr(module.loads, "go_on", whole)
    run = loaded(store, path)
    assert (run.found, run.start, run.file.line) == ("resumed", 20, 60)
    assert sum(run.file.counts[fate] for fate in ("created", "changed", "unchanged", "refused")) == 60


def test_one_document_that_fails_keeps_no_other_from_being_taken_in(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = module.admit

    def admit(connection: Any, pushed: Any) -> Any:
        answers = whole(connection, pushed)
        if any(one.reading.key == "Condition/c1" for each in pushed for one in each.arrival.arrived):
            raise ZeroDivisionError("PLANTED")
        return answers

    monkeypatch.setattr(module, "admit", admit)
    with capture_logs() as logs:
        run = loaded(store, written(tmp_path, patient(), condition(), patient("3")))
    assert (run.counts["created"], run.counts["refused"]) == (2, 1)
    with store.read() as connection:
        (apart,) = quarantine.listed(connection, Wanted(), "generic")
        assert json.loads(quarantine.content(connection, apart.number)[0]) == condition()
    assert apart.issues[0].code == "exception"
    assert "PLANTED" not in str(logs)


def test_two_runs_at_once_do_not_both_go_on(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 2)
    path = written(tmp_path, *LINES)
    first, second = (load_file(door(store), path) for _ in range(2))
    next(first), next(second), next(first)
    with pytest.raises(OvertakenError):
        next(second)
    *_, last = first
    assert (last.file.state, last.counts["created"]) == ("done", 4)


def test_a_file_that_is_cut_off_keeps_what_was_good_and_is_told_each_time(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "sent.ndjson.gz"
    text = raw(*(encounter(sha256(b"%d" % number).hexdigest()) for number in range(3_000)))
    path.write_bytes(gzip.compress(text)[:-60_000])
    told: list[tuple[int | None, str]] = []
    run = loaded(store, path, told)
    assert (run.file.state, run.unread, told) == ("cut-off", 1, [(None, "incomplete")])
    assert 200 < run.counts["let-go"] < 2_900
    assert not run.all_read
    again = loaded(store, path)
    assert (again.found, again.all_read) == ("known", False)
    path.write_bytes(gzip.compress(text))
    mended = loaded(store, path)
    assert (mended.found, mended.file.state, mended.file.counts["let-go"]) == ("changed", "done", 3_000)


@pytest.mark.parametrize("how", ["written to", "put in its place", "gone"])
def test_a_file_that_changes_while_it_is_read_is_told_and_read_anew_next_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 1)
    path, told = written(tmp_path, patient(), patient("2")), list[tuple[int | None, str]]()
    runs = load_file(door(store, told), path)
    next(runs), next(runs)
    if how == "written to":
        with path.open("ab") as stream:
            stream.write(b"\n" + raw(patient("3")))
    elif how == "put in its place":
        written(tmp_path, patient(), patient("4"), name="other").replace(path)
    else:
        path.unlink()
    *_, last = runs
    assert (last.all_read, "conflict" in [code for _, code in told]) == (False, True)
    path.write_bytes(raw(patient(), patient("2")))
    again = loaded(store, path)
    assert (again.found, again.start, again.counts["unchanged"], again.all_read) == ("new", 0, 2, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "not-found", id="no file"),
        pytest.param(b"", "structure", id="nothing"),
        pytest.param(b"<Bundle/>", "not-supported", id="XML"),
        pytest.param(b'{"resourceType":"Patient","id":"' + b"x" * 1_000_001 + b'"}', "too-long", id="too long"),
    ],
)
def test_what_cannot_be_read_at_all_is_told(store: Store, tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "sent.json"
    if content is not None:
        path.write_bytes(content)
    told: list[tuple[int | None, str]] = []
    run = loaded(store, path, told)
    assert ([code for _, code in told], run.unread, run.all_read) == ([code], 1, False)
    assert rows(store)["resource_version"] == []


def test_a_bundle_of_too_many_entries_is_refused_as_its_push_is(store: Store, tmp_path: Path) -> None:
    given = Door(store, intake(most_entries=1), reader(), 1_000_000, lambda: NOW)
    *_, run = load_file(given, written(tmp_path, patient(), bundle("batch", patient("2"), patient("3"))))
    assert (run.counts["created"], run.counts["refused"], run.counts["not-kept"]) == (1, 1, 1)


def test_a_document_with_an_identifier_counts_once(store: Store, tmp_path: Path) -> None:
    named = transaction(patient(), identifier={"system": "urn:feed", "value": "1"})
    run = loaded(store, written(tmp_path, named, named))
    assert (run.counts["created"], run.counts["again"]) == (1, 1)


def test_the_version_is_told_by_the_content_or_by_whoever_loads(store: Store, tmp_path: Path) -> None:
    dose = {
        "resourceType": "MedicationAdministration",
        "id": "d",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "medication": {"concept": {"text": "多柔比星"}},
        "occurenceDateTime": "2024-03-01",
    }
    assert loaded(store, written(tmp_path, patient(), dose)).counts["created"] == 2
    settled = Door(store, intake(), DocumentReader(reader().mapping, "R4"), 1_000, lambda: NOW)
    *_, run = load_file(settled, written(tmp_path, {**dose, "id": "e"}))
    assert run.counts["refused"] == 1


def test_answers_to_the_form_are_not_heard_among_files_and_that_is_told(store: Store, tmp_path: Path) -> None:
    form = "https://natars.example/fhir/Questionnaire/natars-screening"
    said = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "questionnaire": form}
    told: list[tuple[int | None, str]] = []
    assert loaded(store, written(tmp_path, patient(), said), told).all_read
    assert told == [(2, "business-rule")]


def test_what_bulk_export_says_is_deleted_is_taken_back(store: Store, tmp_path: Path) -> None:
    """https://hl7.org/fhir/uv/bulkdata/export.html: `deleted` is NDJSON of transaction Bundles."""
    loaded(store, written(tmp_path, patient(), condition()))
    assert ("histology", "LMS") in Hospital(store).concepts()
    gone = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": "Condition/c1"}}],
    }
    assert loaded(store, written(tmp_path, gone, name="deleted.ndjson")).counts["deleted"] == 1
    assert ("histology", "LMS") not in Hospital(store).concepts()


def test_a_stream_is_taken_in_and_not_known_again(store: Store) -> None:
    for fate in ("created", "unchanged"):
        *_, run = load_stream(door(store), io.BytesIO(raw(patient(), condition())), "standard input")
        assert (run.found, run.counts[fate]) == ("stream", 2)
    assert rows(store)["load"] == []


def test_four_times_the_lines_need_no_more_memory(store: Store, tmp_path: Path) -> None:
    def peak(count: int) -> int:
        sent = [encounter(str(number)) | {"text": {"status": "generated", "div": "x" * 900}} for number in range(count)]
        path = written(tmp_path, *sent, name=f"{count}.ndjson")
        del sent
        tracemalloc.start()
        try:
            loaded(store, path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(50)
    first = peak(2_400)
    assert peak(9_600) < first + 300_000


def test_a_mended_line_is_of_use_when_it_is_loaded_and_the_old_one_is_dismissed_by_hand(
    store: Store, tmp_path: Path
) -> None:
    loaded(store, written(tmp_path, born_on_30_february("1")))
    *_, run = load_file(door(store, now=lambda: NOW + timedelta(days=1)), written(tmp_path, patient(), condition()))
    assert run.all_read
    with store.read() as connection:
        assert quarantine.counts(connection, "generic")["waiting"] == 1
