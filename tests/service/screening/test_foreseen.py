"""What a document makes of its patients is found before it is written, and counts only where it is so still."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from natars_fhir.service.ingest import ingest
from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.arrival import arrive
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.service.screening import rescreen
from natars_fhir.service.screening.before import Before
from natars_fhir.service.screening.cause import Cause
from natars_fhir.service.screening.foreseen import Foreseen, _Of, persons_after
from natars_fhir.service.screening.news import News
from natars_fhir.store import outbox, readings
from natars_fhir.store.attestations import Said
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.opened import Open
from natars_fhir.store.packed import pack_reading
from natars_fhir.store.readings import Current
from natars_fhir.store.tables.core import metadata
from tests import ward
from tests.blank import blank
from tests.service.hospital import (
    MRN,
    NOW,
    Hospital,
    Node,
    condition,
    dose,
    intake,
    medication,
    patient,
    reader,
    transaction,
)

CASES = [case for case in ward.cases() if case.parent.name == "hospital-a"][::4]
_BY_LOT = ("id", "mark")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "other").mkdir()
    opened = open_store(blank(tmp_path / "other"))
    yield opened
    opened.close()


def push(store: Store, document: Node | bytes, site: str = "generic", *, ahead: bool = True) -> Answer:
    raw = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return ingest.push(store, replace(intake(), ahead=ahead), reader(site), raw, NOW)


@pytest.fixture
def screened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was screened, whether before it was written or then."""
    told: list[str] = []
    person = rescreen._person

    def seen(*args: Any) -> Any:
        told.append(args[2])
        return person(*args)

    monkeypatch.setattr(rescreen, "_person", seen)
    return told


def _documents(case: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(case.glob("*.json")) if path.name != "expected.json"]


def _rows(store: Store) -> dict[str, list[str]]:
    """Everything that is kept; the ids of letters and the marks of acts are drawn by lot."""
    with store.read() as connection:
        read = {name: connection.execute(select(table)).mappings().all() for name, table in metadata.tables.items()}
    return {
        name: sorted(repr([*(dict(row) | dict.fromkeys(_BY_LOT)).items()]) for row in rows)
        for name, rows in read.items()
    }


def test_a_store_is_the_same_whether_anything_was_foreseen_or_not(
    sqlite: Store, other: Store, screened: list[str]
) -> None:
    for case in CASES:
        for document in _documents(case):
            for store in (sqlite, other):
                push(store, document, "hospital-a", ahead=store is sqlite)
    mine, theirs = _rows(sqlite), _rows(other)
    assert {name for name in mine if mine[name] != theirs[name]} == set()


def test_what_was_packed_before_is_what_is_kept(sqlite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever names things turn out to have here, and whatever is told of them besides."""
    put, seen = readings.put, list[bool]()

    def looked_at(connection: Connection, site: str, news: Sequence[Current], fresh: Container[str] = ()) -> None:
        seen.extend(one.packed == pack_reading(one.reading) for one in news if one.reading and one.packed)
        put(connection, site, news, fresh)

    monkeypatch.setattr(readings, "put", looked_at)
    numbered = transaction(
        patient(number="77"), condition(of="Patient?identifier=" + MRN + "|77"), condition("c2", of="urn:uuid:nobody")
    )
    for document in (numbered, transaction(condition("c3", of="Patient?identifier=" + MRN + "|77"))):
        push(sqlite, document)
    for case in CASES:
        push(
            sqlite,
            next(path for path in sorted(case.glob("*.json")) if path.name != "expected.json").read_bytes(),
            "hospital-a",
        )
    assert len(seen) > 50
    assert all(seen)


def test_a_person_is_screened_once_where_nothing_happened_meanwhile(store: Store, screened: list[str]) -> None:
    push(store, transaction(patient(), condition()))
    push(store, transaction(condition("c2", "腹膜后去分化脂肪肉瘤")))
    push(store, transaction(condition("c2", "腹膜后平滑肌肉瘤", version=2)))
    assert screened == ["Patient/1"] * 3
    said = [value for concept, value in Hospital(store).concepts() if concept == "histology"]
    assert said == ["LMS"]


def test_who_was_touched_meanwhile_is_screened_again(store: Store, screened: list[str]) -> None:
    push(store, transaction(patient(), patient("2"), condition("c2", of="Patient/2")))
    late = json.dumps(transaction(dose(), dose("d2", of="Patient/2")), ensure_ascii=False).encode()
    pushed = _about_to(store, late)
    push(store, transaction(medication(), condition()), ahead=False)
    screened.clear()
    with store.write() as connection:
        admit(connection, [pushed])
    assert "Patient/1" in screened  # the condition came meanwhile, and the drug for both
    drugs = [value for concept, value in Hospital(store).concepts() if concept == "antineoplastic-drug"]
    assert drugs == ["doxorubicin"]
    assert Hospital(store).screening() == screening_in_order()


def screening_in_order() -> Node | None:
    """The same, one after the other."""
    store = open_store("sqlite://")
    try:
        for document in (
            transaction(patient(), patient("2"), condition("c2", of="Patient/2")),
            transaction(medication(), condition()),
            transaction(dose(), dose("d2", of="Patient/2")),
        ):
            push(store, document, ahead=False)
        return Hospital(store).screening()
    finally:
        store.close()


def _told(store: Store) -> dict[str, Any]:
    """What is found of each patient; when is left out."""
    return {key: Hospital(store).screening(key) for key in ("Patient/1", "Patient/2")}


def test_many_who_tell_of_the_same_patients_at_once_come_to_what_one_by_one_would(sqlite: Store, other: Store) -> None:
    """Two stores on one file, as two processes have; each tells of both patients, and most are foreseen in vain."""
    texts = ("腹膜后平滑肌肉瘤", "腹膜后去分化脂肪肉瘤", "腹膜后未分化多形性肉瘤")
    documents = [
        transaction(
            *(condition(f"c{number}-{who}", texts[number % 3], of=f"Patient/{who}") for who in "12"), dose(f"d{number}")
        )
        for number in range(12)
    ]
    documents += [transaction(patient(), patient("2")), transaction(medication())]
    beside = open_store(str(sqlite._engine.url))
    try:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(push, (sqlite, beside) * (len(documents) // 2), documents))
    finally:
        beside.close()
    for document in documents:
        push(other, document, ahead=False)
    assert _told(sqlite) == _told(other)
    assert Hospital(sqlite).concepts("Patient/2").count(("histology", "LMS")) == 1


SEEN = Before((), (), Said(), (), (), Open((("Condition/1", b"{}"),), {}))
PUSHED = Cause((7,), "push")


@pytest.mark.parametrize(
    ("cause", "now", "seen", "taken"),
    [
        pytest.param(PUSHED, NOW, SEEN, True, id="all is so still"),
        pytest.param(PUSHED, NOW, replace(SEEN, readings=Open((), {})), False, id="something else is known"),
        pytest.param(PUSHED, NOW + timedelta(seconds=1), SEEN, True, id="of the same day"),
        pytest.param(PUSHED, NOW + timedelta(days=1), SEEN, False, id="of another day"),
        pytest.param(Cause((7,), "remap"), NOW, SEEN, False, id="not by a push"),
        pytest.param(Cause((), "push"), NOW, SEEN, False, id="nothing was brought"),
        pytest.param(replace(PUSHED, came=NOW), NOW, SEEN, False, id="the person was due before"),
    ],
)
def test_what_was_foreseen_counts_only_where_all_that_it_rests_on_is_so_still(
    cause: Cause, now: datetime, seen: Before, taken: bool
) -> None:
    ahead = Foreseen({"Patient/1": _Of(NOW, SEEN, News(()))})
    assert (ahead.of("Patient/1", seen, cause, now) is not None) is taken
    assert ahead.of("Patient/2", seen, cause, now) is None


def test_what_the_site_was_told_meanwhile_decides_and_not_what_it_was_told_when_that_was_foreseen(store: Store) -> None:
    """What was asked of the site is needed no more; but it was closed otherwise between foreseeing and writing."""
    push(store, transaction(patient(), condition(), medication()))
    pushed = _about_to(store, json.dumps(transaction(dose()), ensure_ascii=False).encode())
    assert "Task" in [kind for one in pushed.ahead.persons.values() for kind, *_ in one.news.letters]
    with store.write() as connection:
        (task,) = [one for one in outbox.due_letters(connection, "generic", NOW, 99) if one.kind == "Task"]
        closed = json.dumps({**json.loads(task.body), "status": "completed"}).encode()
        outbox.queue(connection, "generic", [("Task", task.target, closed)], NOW, "")
    with store.write() as connection:
        admit(connection, [pushed])
    with store.read() as connection:
        assert outbox.last_said(connection, "generic", task.target) == closed


def _about_to(store: Store, raw: bytes) -> Pushed:
    arrival = arrive(raw, reader(), 100)
    coming = [(one.reading, one.packed) for one in arrival.arrived]
    with store.read() as connection:
        ahead = rescreen.foresee(connection, intake(), reader().mapping.site, coming, NOW)
    return Pushed(intake(), reader(), arrival, NOW, ahead=ahead)


BOTH = {("Patient/1", "Patient/1"), ("Patient/1", "n|1"), ("Patient/2", "Patient/2"), ("Patient/2", "n|1")}
TOGETHER = {"Patient/1": {"Patient/1", "Patient/2", "n|1"}}


@pytest.mark.parametrize(
    ("said", "touched", "says", "persons"),
    [
        pytest.param(BOTH, {"Patient/1"}, {}, TOGETHER, id="by a name that two Patients say"),
        pytest.param(
            BOTH, set(), {"Patient/1": ("Patient/1",)},
            {"Patient/1": {"Patient/1"}, "Patient/2": {"Patient/2", "n|1"}}, id="one drops it, and both are touched",
        ),
        pytest.param(BOTH, set(), {"Patient/1": ("Patient/1", "n|1")}, TOGETHER, id="one says it again"),
        pytest.param(set(), {"Patient/9"}, {}, {"Patient/9": {"Patient/9"}}, id="of whom nothing was said"),
    ],
)  # fmt: skip
def test_whom_a_document_touches_is_known_by_what_its_patients_say_now(
    said: set[tuple[str, str]], touched: set[str], says: dict[str, tuple[str, ...]], persons: dict[str, set[str]]
) -> None:
    assert persons_after(said, touched, says) == persons
