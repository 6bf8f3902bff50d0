"""Who is touched by files is screened once, in the end; whatever comes between, nobody is forgotten, and it comes to
what pushes come to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from natars_fhir.fhir.ndjson import Document
from natars_fhir.service.ingest.door import Door, Run
from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.screening import due, pace
from natars_fhir.service.screening.due import work_off
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.store import audit
from natars_fhir.store import due as stored
from natars_fhir.store import worklist as lines
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.loads import Loaded
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import Moment, metadata
from tests.service.hospital import NOW, Hospital, Node, condition, dose, intake, mappings, medication, patient, reader
from tests.service.test_corrections import whole

SITE = mappings().sites["generic"]
MINUTE = timedelta(minutes=1)
#: What is known in the end, however it came; of the history, each patient's last row.
KNOWN = ("reading", "patient", "patient_name", "worklist", "mention", "resource_alias", "identified")


class Clock:
    """A clock that goes on when it is asked, and not by itself."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def take_in(door: Door, *documents: Node, each: Callable[[], None] = lambda: None) -> None:
    """Every document in a transaction of its own."""
    for one in documents:
        run = Run("files", "stream", Loaded("files", "", 0))
        for _ in load_documents(door, run, [Document("files", json.dumps(one, ensure_ascii=False).encode())]):
            each()


def by(store: Store, now: Callable[[], datetime] = lambda: NOW) -> Door:
    return Door(store, intake(), reader(), 1_000_000, now)


def owed(store: Store) -> int:
    with store.read() as connection:
        return stored.count(connection, "generic")


def found_of(store: Store) -> list[tuple[Any, ...]]:
    """Each screening that was written down: whose, its verdict, its cause."""
    here = metadata.tables["screening"].c
    with store.read() as connection:
        rows = connection.execute(select(here.patient, here.verdict, here.cause).order_by(here.seq))
        return [(row.patient, row.verdict, json.loads(row.cause)) for row in rows]


def settled(table: Table) -> list[Any]:
    return [one for one in table.c if not isinstance(one.type, Moment) and one.name not in ("seq", "body")]


def known(store: Store) -> dict[str, Any]:
    """What is known, without moments and numbers of rows; the last findings of each patient, and the last letters of
    whoever is a subject now. Who is screened more often has more steps on the way: of the way only its end is told."""
    with store.read() as connection:
        told: dict[str, Any] = {
            name: sorted(map(tuple, connection.execute(select(*settled(metadata.tables[name])))), key=repr)
            for name in KNOWN
        }
        here = metadata.tables["screening"].c
        rows = connection.execute(select(here.patient, here.findings, here.verdict).order_by(here.seq))
        told["screening"] = {row.patient: tuple(row) for row in rows}
        sent = metadata.tables["outbox"].c
        rows = connection.execute(select(sent.target, sent.kind, sent.body).order_by(sent.seq))
        letters = {(row.target, row.kind): json.loads(unpack(row.body)) for row in rows}
        for one in letters.values():
            one.pop("extension", None)
        subjects = {*connection.execute(select(metadata.tables["patient"].c.target)).scalars()}
        told["outbox"] = {key: body for key, body in letters.items() if key[0] in subjects}
        return told


DOCUMENTS: list[Node] = [
    *whole("1"),
    condition("c1", of="Patient/2"),
    condition("c1", "去分化脂肪肉瘤", 2, of="Patient/2"),
    patient("2", "20"),
    patient("3", "20", link=[{"other": {"reference": "Patient/2"}, "type": "seealso"}]),
    dose(of="Patient/3"),
    medication(),
    medication(text="异环磷酰胺", version=2),
    condition("c4", "骨折", of="Patient/4"),
    {**condition("c1", version=3, of="Patient/2"), "verificationStatus": {"text": "refuted"}},
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pace") / "store.sqlite"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def opened(empty: Path, tmp_path: Path) -> Iterator[Store]:
    copyfile(empty, tmp_path / "store.sqlite")
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    yield store
    store.close()


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(order=st.permutations(range(len(DOCUMENTS))), data=st.data())
def test_files_leave_what_pushes_leave_however_often_somebody_is_screened_between(
    order: list[int], data: st.DataObject, empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, clock = tmp_path_factory.mktemp("either"), Clock()
    stores = []
    for name in ("pushed", "loaded"):
        copyfile(empty, folder / f"{name}.sqlite")
        stores.append(open_store(f"sqlite:///{folder}/{name}.sqlite"))
    sent = [DOCUMENTS[place] for place in order]
    for one in sent:
        Hospital(stores[0]).push(one)
    door = by(stores[1], clock)
    for one in sent:
        how = data.draw(st.sampled_from(("file", "file", "push", "file after a minute")))
        if how == "push":
            Hospital(stores[1]).push(one)
            continue
        clock.at = NOW + 3 * MINUTE if how != "file" else clock.at
        take_in(door, one)
        clock.at = NOW
    door.finish()
    assert owed(stores[1]) == 0
    left = [known(store) for store in stores]
    for store in stores:
        store.close()
    assert left[0] == left[1]


def test_a_patient_of_many_files_is_screened_once_for_all_of_them(opened: Store) -> None:
    door = by(opened)
    take_in(door, *whole("1"))
    assert (owed(opened), found_of(opened)) == (1, [])
    assert door.finish() == Rescreened(1, 1, 4, NOW)
    assert found_of(opened) == [("Patient/1", "candidate", [1, 2, 3, 4, 5, 6, 7])]
    with opened.read() as connection:
        acts = [one.act for one in audit.acts(connection, "generic")]
    assert acts == ["load"] * 7 + ["screening"]


def test_who_is_owed_a_screening_when_a_run_dies_gets_it_from_the_next_one(opened: Store) -> None:
    take_in(by(opened), *whole("1"))
    next_run = by(opened)
    take_in(next_run, patient("5"))
    assert next_run.finish().screened == 2
    assert (owed(opened), len(found_of(opened))) == (0, 1)


def test_or_from_the_server_which_leaves_it_to_the_run_at_first(opened: Store) -> None:
    take_in(by(opened), *whole("1"))

    def server(later: timedelta) -> int:
        return work_off(opened, intake(), SITE, lambda: NOW + later).told.screened

    assert (server(pace.PATIENCE - MINUTE), owed(opened)) == (0, 1)
    assert (server(pace.PATIENCE), owed(opened)) == (1, 0)


def test_a_push_in_between_screens_at_once_and_tells_what_touched_the_patient_before(opened: Store) -> None:
    door = by(opened)
    take_in(door, *whole("1"))
    Hospital(opened).push(condition("c9"))
    assert found_of(opened) == [("Patient/1", "candidate", [1, 2, 3, 4, 5, 6, 7, 8])]
    assert (owed(opened), door.finish().screened) == (0, 0)


def test_where_it_takes_long_those_who_are_due_are_screened_in_between(opened: Store) -> None:
    clock = Clock()
    door = by(opened, clock)
    told: list[int] = []

    def a_while() -> None:
        told.append(owed(opened))
        clock.at += MINUTE / 2

    take_in(door, patient("1"), patient("2"), patient("3"), patient("4"), patient("5"), each=a_while)
    assert told == [1, 2, 0, 1, 0]
    assert door.finish().screened == 5


def test_screening_in_between_takes_a_fifth_of_the_time(opened: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, whole_work, at = Clock(), pace.work_off, list[timedelta]()

    def slow(*given: Any, **more: Any) -> Any:
        at.append(clock.at - NOW)
        clock.at += 2 * MINUTE
        return whole_work(*given, **more)

    monkeypatch.setattr(pace, "work_off", slow)
    door = by(opened, clock)
    for _ in range(14):
        door.keep_up()
        clock.at += MINUTE
    assert [one / MINUTE for one in at] == [1, 11]


def test_where_we_are_asked_to_stop_those_who_are_due_stay_marked(opened: Store) -> None:
    door = by(opened)
    take_in(door, patient("1"), patient("2"))
    assert door.finish(lambda: True).screened == 0
    assert owed(opened) == 2


def test_one_with_whom_it_fails_keeps_nobody_else_from_being_screened(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = due.found_of

    def fails(connection: Any, *given: Any, **more: Any) -> Any:
        if "Patient/2" in given[2]:
            raise ZeroDivisionError
        return screens(connection, *given, **more)

    monkeypatch.setattr(due, "found_of", fails)
    door = by(opened)
    take_in(door, patient("1"), patient("2"), patient("3"))
    assert door.finish().screened == 2
    assert owed(opened) == 1


def test_names_that_files_join_and_part_are_one_patient_or_two(opened: Store) -> None:
    door = by(opened)
    take_in(door, patient("1", "10"), condition(), patient("2", "10"))
    door.finish()
    with opened.read() as connection:
        assert len(lines.page(connection, "generic", lines.Asked(), 0, 5)) == 1
    take_in(door, patient("2", "11", 2), condition("c2", of="Patient/2"))
    door.finish()
    with opened.read() as connection:
        assert len(lines.page(connection, "generic", lines.Asked(), 0, 5)) == 2


def test_the_worklist_tells_when_the_data_came_and_when_it_was_screened(opened: Store) -> None:
    clock = Clock()
    door = by(opened, clock)
    take_in(door, *whole("1"))
    clock.at += MINUTE / 2
    door.finish()
    with opened.read() as connection:
        (line,) = lines.page(connection, "generic", lines.Asked(), 0, 5)
    assert (line.came, line.changed) == (NOW, clock.at)
