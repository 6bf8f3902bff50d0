"""Documents that are taken in at once leave the store, and answer, as one after the other would."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select

from natars_fhir.service.ingest import admit as module
from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.store import driver
from natars_fhir.store.actor import Actor
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.versions import Parcels
from tests import ward
from tests.blank import blank
from tests.service.hospital import (
    MRN,
    NOW,
    Hospital,
    Node,
    born_on_30_february,
    bundle,
    condition,
    dose,
    encounter,
    intake,
    medication,
    patient,
    pushed,
    reader,
    transaction,
)

#: Drawn by lot, or by the place of a row among others: persons stand in one order, and documents in another.
_BY_LOT = {"id", "mark"}
_PLACES = {"seq", "parcel", "start"}


@contextmanager
def _store() -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        opened = open_store(blank(Path(folder)))
        yield opened
        opened.close()


@pytest.fixture
def sqlite() -> Iterator[Store]:
    with _store() as opened:
        yield opened


def _taken(store: Store, documents: Sequence[Pushed], at_once: int) -> list[Answer]:
    """So many in one transaction."""
    answers: list[Answer] = []
    for start in range(0, len(documents), at_once):
        with store.write() as connection:
            answers += admit(connection, documents[start : start + at_once])
    return answers


def _rows(store: Store) -> dict[str, list[str]]:
    """Everything that is kept; the bytes of versions in the place of the parcels that hold them."""
    with store.read() as connection:
        read = {name: connection.execute(select(table)).mappings().all() for name, table in metadata.tables.items()}
        opened = Parcels(connection)
        versions = [
            {**row, "bytes": opened.bytes_of(row["parcel"], row["start"], row["length"])}
            for row in read["resource_version"]
        ]
    read |= {"resource_version": versions, "parcel": []}  # type: ignore[dict-item]
    left = _BY_LOT | _PLACES
    return {
        name: sorted(repr([(key, row[key]) for key in row if key not in left]) for row in rows)
        for name, rows in read.items()
    }


def _same(documents: Sequence[Pushed], at_once: int) -> None:
    with ExitStack() as opened:
        each, together = (opened.enter_context(_store()) for _ in range(2))
        alone, several = _taken(each, documents, 1), _taken(together, documents, at_once)
        assert [(one.status, one.body, one.counts) for one in several] == [
            (one.status, one.body, one.counts) for one in alone
        ]
        mine, theirs = _rows(together), _rows(each)
    assert {name for name in mine if mine[name] != theirs[name]} == set()


def _cases() -> Iterator[Pushed]:
    for case in ward.cases()[::3]:
        for path in sorted(case.glob("*.json")):
            if path.name != "expected.json":
                yield pushed(path.read_bytes(), case.parent.name)


@pytest.mark.parametrize("at_once", [5, 16])
def test_a_hospitals_documents_leave_the_same_rows_and_answers(at_once: int) -> None:
    _same([*_cases()], at_once)


_WHO = st.sampled_from("123")
_TEXTS = st.sampled_from(["腹膜后平滑肌肉瘤", "腹膜后去分化脂肪肉瘤", "阑尾炎"])


def _resources(own: str) -> st.SearchStrategy[Node]:
    """*own*: how the ids and numbers of a patient's resources end."""
    numbers = st.sampled_from([None, "k1", "k2"])

    def stain(ident: str, text: str, who: str, number: str | None) -> Node:
        borne = {"identifier": [{"system": MRN, "value": number}]} if number else {}
        return condition(ident + own.format(who), text, of=f"Patient/{who}", **borne)

    return st.one_of(
        st.builds(lambda who, number: patient(who, number and number + own.format(who)), _WHO, numbers),
        st.builds(stain, st.sampled_from(["c1", "c2", "c3", "c4"]), _TEXTS, _WHO, numbers),
        st.builds(lambda n, who: dose(f"d{n}" + own.format(who), of=f"Patient/{who}"), st.integers(1, 2), _WHO),
        st.builds(medication, text=st.sampled_from(["多柔比星", "异环磷酰胺"])),
        st.builds(encounter),
        st.just(born_on_30_february()),
    )


def _gone(ident: str) -> Node:
    request = {"method": "DELETE", "url": f"Condition/{ident}"}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request}]}


def _conditional(who: str) -> Node:
    made = transaction(condition("new", of=f"Patient/{who}", identifier=[{"system": MRN, "value": "k1"}]))
    made["entry"][0]["request"] = {"method": "POST", "url": "Condition", "ifNoneExist": f"identifier={MRN}|k1"}
    return made


def _documents(own: str) -> st.SearchStrategy[list[Node]]:
    resources = _resources(own)
    several = st.lists(resources, min_size=1, max_size=3, unique_by=lambda one: (one["resourceType"], one["id"]))
    one = st.one_of(
        st.builds(lambda some: transaction(*some), several),
        st.builds(lambda some: bundle("collection", *some), several),
        st.builds(lambda some: bundle("collection", *some, identifier={"value": "said"}), several),
        st.builds(lambda who: _gone("c1" + own.format(who)), _WHO),
        st.builds(_conditional, _WHO),
        resources,
    )
    return st.lists(one, min_size=2, max_size=7)


@settings(max_examples=40)
@given(_documents("-{}") | _documents(""), st.integers(2, 7))
def test_whatever_comes_and_however_many_at_once_it_is_as_one_by_one(documents: list[Node], at_once: int) -> None:
    """Also where resources and numbers go from one patient to another."""
    _same([pushed(one) for one in documents], at_once)


def test_each_is_told_in_the_audit_by_whom_it_came_and_what_it_came_to(sqlite: Store) -> None:
    first = pushed(transaction(patient(), condition()), by=Actor("mirth", "r1"))
    second = pushed(transaction(patient("2"), encounter()), by=Actor("curl", "r2"))
    with sqlite.write() as connection:
        admit(connection, [first, second])
        rows = connection.execute(select(metadata.tables["audit"])).mappings().all()
    told = [(row["by"], row["request"], json.loads(row["counts"])) for row in rows]
    assert [(by, request) for by, request, _ in told] == [("mirth", "r1"), ("curl", "r2")]
    assert [(said["screened"], said["findings"]) for _, _, said in told] == [(1, 1), (1, 1)]
    assert [said.get("let-go", 0) for _, _, said in told] == [0, 1]


def test_a_version_that_came_with_another_is_no_cause_of_this_ones_screening(sqlite: Store) -> None:
    """A Patient who drops a number parts two persons: one of them was touched by nothing but that document."""
    Hospital(sqlite).push(transaction(patient("1", "n"), patient("2", "n"), condition("c2", of="Patient/2")))
    with sqlite.write() as connection:
        admit(
            connection,
            [
                pushed(transaction(patient("1", "other"))),
                pushed(transaction(patient("3"), condition("c3", of="Patient/3"))),
            ],
        )
        found = connection.execute(select(metadata.tables["screening"])).mappings().all()
    parted = next(row for row in found[1:] if row["patient"] == "Patient/2")
    with sqlite.read() as connection:
        version = metadata.tables["resource_version"]
        keys = connection.execute(select(version.c.key).where(version.c.seq.in_(json.loads(parted["cause"])))).scalars()
        assert {*keys} == {"Patient/1"}


def test_whom_two_of_them_touch_by_what_was_known_before_is_screened_for_each(sqlite: Store) -> None:
    """The drug was of Patient/2, and nothing in the document says so any more."""
    other = condition("c0", of="Patient/2")
    Hospital(sqlite).push(transaction(patient(), patient("2"), other, dose("d", of="Patient/2"), medication()))
    moved, more = transaction(dose("d")), transaction(condition("c2", "腹膜后去分化脂肪肉瘤", of="Patient/2"))
    answers = _taken(sqlite, [pushed(moved), pushed(more)], 2)
    assert [one.counts["screened"] for one in answers] == [2, 1]
    with sqlite.read() as connection:
        here, version = metadata.tables["screening"].c, metadata.tables["resource_version"].c
        mine = select(here.cause).where(here.patient == "Patient/2").order_by(here.seq)
        keys = {row.seq: row.key for row in connection.execute(select(version.seq, version.key))}
        causes = [{keys[seq] for seq in json.loads(said)} for said in connection.execute(mine).scalars()]
    assert causes[1:] == [{"MedicationAdministration/d"}, {"Condition/c2"}]


def test_several_cost_no_more_questions_and_tables_than_one(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the savepoint around them, and what is asked of each subject by itself: what it was told last."""
    asked: list[str] = []
    run = driver._run

    def noted(connection: Connection, text: str, *more: Any, **named: Any) -> Any:
        asked.append(text)
        return run(connection, text, *more, **named)

    def executed(connection: Any, cursor: Any, text: str, *_: Any) -> None:
        asked.append(text)

    monkeypatch.setattr(driver, "_run", noted)
    event.listen(sqlite._engine, "before_cursor_execute", executed)

    def cost(first: int, many: int) -> int:
        documents = [
            pushed(transaction(patient(str(n)), condition(f"c{n}", of=f"Patient/{n}"), encounter(f"e{n}")))
            for n in range(first, first + many)
        ]
        with sqlite.write() as connection:
            asked.clear()
            admit(connection, documents)
            return len([text for text in asked if "outbox.body" not in text and "SAVEPOINT" not in text])

    cost(0, 1)  # the first of all tells the study too
    assert cost(1, 1) == cost(2, 6)


def test_what_counts_in_rows_of_everybodys_is_written_last(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two processes that push would wait for all of each other's work, and stand in each other's way."""
    order: list[str] = []

    def noted(name: str) -> None:
        whole = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: (order.append(name), whole(*given))[1])

    for name in ("take", "follow", "notice"):
        noted(name)
    again = transaction(condition("c1", "腹膜后去分化脂肪肉瘤"))
    with sqlite.write() as connection:
        admit(connection, [pushed(transaction(patient(), condition())), pushed(again)])
    assert order == ["take", "follow", "take", "follow", "notice"]


def test_of_those_who_come_at_once_one_that_fails_is_told_alone(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = module.answered

    def answered(arrival: Any, *more: Any) -> Any:
        if any(one.reading.key == "Condition/bad" for one in arrival.arrived):
            raise ZeroDivisionError
        return whole(arrival, *more)

    monkeypatch.setattr(module, "answered", answered)
    documents = [
        transaction(patient(f"{n}"), condition("bad" if n == 3 else f"c{n}", of=f"Patient/{n}")) for n in range(6)
    ]
    faults = _by_threads(sqlite, documents)
    assert faults == [None, None, None, ZeroDivisionError, None, None]
    assert Hospital(sqlite).screening("Patient/3") is None
    assert Hospital(sqlite).screening("Patient/4") is not None


def _by_threads(store: Store, documents: Sequence[Node], threads: int = 6) -> list[type[Exception] | None]:
    def one(document: Node) -> type[Exception] | None:
        try:
            answer = push(store, intake(), reader(), json.dumps(document, ensure_ascii=False).encode(), NOW)
        except Exception as fault:  # noqa: BLE001 (it is what is asked for)
            return type(fault)
        assert answer.status == 200, answer.body
        return None

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, documents))


def test_two_processes_that_push_many_at_once_come_to_what_one_by_one_would(either_store: Store) -> None:
    """Two stores on one database, as two processes have, and patients of whom both tell."""
    documents = [
        transaction(
            patient(str(number % 5), f"n{number % 5}"),
            condition(
                f"c{number}", ("腹膜后平滑肌肉瘤", "腹膜后去分化脂肪肉瘤")[number % 2], of=f"Patient/{number % 5}"
            ),
            condition(f"x{number}", of=f"Patient/{number % 3}"),
        )
        for number in range(24)
    ]
    beside = open_store(either_store._engine.url.render_as_string(hide_password=False))
    other = open_store("sqlite://")
    try:
        with ThreadPoolExecutor(2) as pool:
            halves = pool.map(_by_threads, (either_store, beside), (documents[::2], documents[1::2]))
            assert [fault for half in halves for fault in half] == [None] * 24
        for document in documents:
            Hospital(other).push(document)
        for key in map("Patient/{}".format, range(5)):
            assert Hospital(either_store).screening(key) == Hospital(other).screening(key)
    finally:
        beside.close()
        other.close()


def test_a_day_that_begins_between_two_of_them_has_both(sqlite: Store) -> None:
    late = Pushed(
        intake(),
        reader(),
        pushed(transaction(patient("2"), condition("c2", of="Patient/2"))).arrival,
        NOW + timedelta(days=1),
    )
    answers = _taken(sqlite, [pushed(transaction(patient(), condition())), late], 2)
    assert [one.status for one in answers] == [200, 200]
    with sqlite.read() as connection:
        days = connection.execute(select(metadata.tables["screening"].c.as_of)).scalars()
        assert len({*days}) == 2


def test_what_is_refused_whole_costs_no_other(sqlite: Store) -> None:
    answers = _taken(sqlite, [pushed(transaction(patient())), pushed(b"{"), pushed(transaction(patient("2")))], 3)
    assert [one.status for one in answers] == [200, 400, 200]
