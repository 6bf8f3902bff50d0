"""Whom a push touches may be screened after it: once, soon, and whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.screening import due
from natars_fhir.service.screening.due import Worked, work_off
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.screening.rescreen import rescreen_each
from natars_fhir.service.worklist.worklist import history_of
from natars_fhir.store import audit, patients
from natars_fhir.store import due as stored
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.screenings import Found
from tests.service.hospital import NOW, Hospital, Node, condition, intake, mappings, patient, reader, transaction
from tests.service.test_corrections import whole

SITE = mappings().sites["generic"]
AFTER = replace(intake(), after=True)
HALF = timedelta(seconds=0.5)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """Another store, whose pushes screen."""
    opened = open_store(f"sqlite:///{tmp_path}/other.sqlite")
    yield opened
    opened.close()


def send(store: Store, document: Node, now: datetime = NOW) -> Answer:
    return push(store, AFTER, reader(), json.dumps(document).encode(), now)


def ill(of: str) -> list[Node]:
    """Somebody in scope."""
    return [patient(of), condition(f"c{of}", of=f"Patient/{of}")]


def off(store: Store, later: timedelta = HALF, **more: Any) -> Worked:
    return work_off(store, AFTER, SITE, lambda: NOW + later, **more)


def in_scope(store: Store) -> list[str]:
    with store.read() as connection:
        return patients.in_scope(connection, "generic")


def waiting(store: Store) -> int:
    with store.read() as connection:
        return sum(one.count for one in stored.waiting(connection, NOW + timedelta(days=1)))


def histories(store: Store) -> list[Found]:
    """What was found, whenever."""
    return [replace(one, at=NOW) for key in in_scope(store) for one in history_of(store, "generic", key)]


def test_a_push_marks_whom_it_touches_and_screens_nobody(store: Store) -> None:
    answer = send(store, transaction(*whole()))
    assert (answer.status, answer.counts["screened"]) == (200, 0)
    assert (in_scope(store), waiting(store)) == ([], 1)


def test_worked_off_all_stands_as_if_the_push_had_screened(store: Store, other: Store) -> None:
    told = Hospital(other).push(transaction(*ill("1"), *ill("2"))).counts
    send(store, transaction(*ill("1"), *ill("2")))
    worked = off(store)
    assert worked.told.counts == {name: told[name] for name in ("screened", "findings", "letters")}
    assert worked.lag == HALF
    assert in_scope(store) == ["Patient/1", "Patient/2"]
    assert histories(store) == histories(other)
    assert (waiting(store), off(store)) == (0, Worked())


def test_who_is_touched_by_several_pushes_is_screened_once_for_all_of_them(store: Store, other: Store) -> None:
    for one in whole():
        send(store, transaction(one))
    assert off(store).told.screened == 1
    (found,) = histories(store)
    Hospital(other).push(transaction(*whole()))
    assert (found.body, found.cause) == (histories(other)[0].body, tuple(range(1, len(whole()) + 1)))


def test_two_who_turn_out_to_be_one_are_screened_as_one(store: Store) -> None:
    send(store, transaction(*whole("1")))
    send(store, transaction(patient("1", "7"), patient("2", "7")))
    assert off(store).told.screened == 1
    assert in_scope(store) == ["Patient/1"]
    send(store, transaction(patient("2", "8", version=2)))
    assert off(store).told.screened == 2  # parted again
    assert in_scope(store) == ["Patient/1"]


def test_marks_outlive_the_process_that_made_them(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/one.sqlite"
    before = open_store(address)
    send(before, transaction(*whole()))
    before.close()
    after = open_store(address)
    assert off(after).told.screened == 1
    assert in_scope(after) == ["Patient/1"]
    after.close()


def test_who_is_screened_otherwise_tells_since_when_they_were_due(store: Store) -> None:
    """Of several the first; who was not due waited for nothing."""
    send(store, transaction(*ill("1")), NOW - timedelta(minutes=2))
    send(store, transaction(*ill("2")), NOW - timedelta(minutes=5))
    persons = {f"Patient/{who}": {f"Patient/{who}"} for who in "123"}
    with store.write() as connection:
        told = rescreen_each(connection, intake(), reader().mapping.site, persons, {}, NOW)
    since = {key: one.since for key, one in told.items()}
    assert since["Patient/1"] == NOW - timedelta(minutes=2)
    assert since["Patient/2"] == Rescreened.of(told.values()).since == NOW - timedelta(minutes=5)
    assert since["Patient/3"] is None


def test_what_is_refused_marks_nobody(store: Store) -> None:
    assert send(store, transaction(patient("1", birthDate="1970-02-30"))).status == 422
    assert waiting(store) == 0


def test_the_same_bytes_again_mark_nobody(store: Store) -> None:
    send(store, transaction(*whole()))
    off(store)
    send(store, transaction(*whole()))
    assert waiting(store) == 0


def test_a_push_that_screens_settles_what_its_patients_were_due_for(store: Store) -> None:
    send(store, transaction(*whole()))
    Hospital(store).push(transaction(patient("1", "7", version=2)))
    assert waiting(store) == 0
    assert {*range(1, len(whole()) + 1)} <= {*histories(store)[0].cause}


def test_one_with_whom_it_fails_keeps_nobody_from_being_screened_and_is_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of in ("1", "2", "3"):
        send(store, transaction(*ill(of)))
    finds = due.found_of

    def fails(connection: Any, intake: Any, site: Any, persons: Any, *more: Any) -> Any:
        if "Patient/1" in persons:
            raise RuntimeError
        return finds(connection, intake, site, persons, *more)

    monkeypatch.setattr(due, "found_of", fails)
    assert off(store).told.screened == 2
    assert in_scope(store) == ["Patient/2", "Patient/3"]
    assert (off(store).told.screened, waiting(store)) == (0, 1)
    monkeypatch.undo()
    assert off(store).told.screened == 0  # not yet
    assert off(store, timedelta(seconds=5)).told.screened == 1
    assert waiting(store) == 0


def test_only_as_many_are_worked_off_as_are_asked_for_the_earliest_first(store: Store) -> None:
    for of in ("3", "1", "2"):
        send(store, transaction(*ill(of)))
    assert off(store, most=2).told.screened == 2
    assert in_scope(store) == ["Patient/1", "Patient/3"]


def test_how_long_it_took_stands_in_the_audit(store: Store) -> None:
    send(store, transaction(*whole()))
    off(store)
    with store.read() as connection:
        told = [(one.act, dict(one.counts)) for one in audit.acts(connection, "generic") if one.act != "push"]
    assert told == [("screening", {"screened": 1, "findings": 1, "letters": 4, "waited-ms": 500})]


def test_nobody_waits_for_a_patient_whom_another_has(postgres_store: Store) -> None:
    for of in ("1", "2"):
        send(postgres_store, transaction(*ill(of)))
    with postgres_store.of("generic").write(["Patient/1"]):
        assert off(postgres_store).told.screened == 1
        assert in_scope(postgres_store) == ["Patient/2"]
    assert off(postgres_store, wait=True).told.screened == 1
    assert in_scope(postgres_store) == ["Patient/1", "Patient/2"]


def test_it_stops_when_it_is_asked_to(store: Store) -> None:
    send(store, transaction(*whole()))
    assert off(store, stopped=lambda: True) == Worked()
    assert waiting(store) == 1


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Something happens after it was found out what patients come to, and before that is written."""
    finds = due.found_of

    def slowly(*asked: Any) -> Any:
        monkeypatch.undo()
        found = finds(*asked)
        act()
        return found

    monkeypatch.setattr(due, "found_of", slowly)


def test_who_was_screened_meanwhile_is_not_screened_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, transaction(*ill("1"), *ill("2")))
    meanwhile(monkeypatch, lambda: Hospital(store).push(transaction(patient("1", "7", version=2))))
    assert off(store).told.screened == 1
    assert (in_scope(store), waiting(store)) == (["Patient/1", "Patient/2"], 0)


def test_who_was_touched_meanwhile_is_screened_with_what_came(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, transaction(*ill("1"), *ill("2")))
    gone = {"request": {"method": "DELETE", "url": "Condition/c1"}}
    meanwhile(monkeypatch, lambda: send(store, {"resourceType": "Bundle", "type": "transaction", "entry": [gone]}))
    assert off(store).told.screened == 2
    assert (in_scope(store), waiting(store)) == (["Patient/2"], 0)


def test_who_was_joined_with_another_meanwhile_is_one_in_the_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, transaction(*ill("1"), *ill("2")))
    joined = transaction(patient("1", "7", version=2), patient("2", "7", version=2))
    meanwhile(monkeypatch, lambda: send(store, joined))
    off(store)
    off(store)
    assert (in_scope(store), waiting(store)) == (["Patient/1"], 0)


def test_each_share_is_worked_off_by_itself(store: Store) -> None:
    for of in range(1, 9):
        send(store, transaction(*ill(str(of))))
    first = off(store, share=(0, 2)).told.screened
    assert 0 < first < 8
    assert off(store, share=(1, 2)).told.screened == 8 - first
    assert waiting(store) == 0
