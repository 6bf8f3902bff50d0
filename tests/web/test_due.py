"""Where pushes leave screening to be done after them: whoever looks sees it done, and it never grows without bound."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from natars_fhir.store import due as stored
from natars_fhir.store import patients
from natars_fhir.store.engine import Store, open_store
from tests.service.hospital import NOW, condition, patient, transaction
from tests.web.caller import Caller, settings

_WHENEVER = datetime.max.replace(tzinfo=UTC)


def waiting(store: Store) -> int:
    with store.read() as connection:
        return sum(one.count for one in stored.waiting(connection, _WHENEVER))


def in_scope(store: Store) -> list[str]:
    with store.read() as connection:
        return patients.in_scope(connection, "generic")


@pytest.fixture
def after(tmp_path: Path) -> Caller:
    return Caller(tmp_path, screen="after")


@pytest.fixture
def store(after: Caller, tmp_path: Path) -> Store:
    return open_store(settings(tmp_path).database)


def ill(of: str) -> dict[str, object]:
    return transaction(patient(of), condition(f"c{of}", of=f"Patient/{of}"))


def test_by_default_a_push_screens(call: Caller, tmp_path: Path) -> None:
    assert call.push(ill("1")).status_code == 200
    store = open_store(settings(tmp_path).database)
    assert (in_scope(store), waiting(store)) == (["Patient/1"], 0)


def test_what_was_pushed_before_is_screened_before_anybody_reads(after: Caller, store: Store) -> None:
    assert after.push(ill("1")).status_code == 200
    assert (in_scope(store), waiting(store)) == ([], 1)
    assert after("GET", "/fhir/r4/Patient/1").status_code == 200
    assert (in_scope(store), waiting(store)) == (["Patient/1"], 0)


def test_a_push_alone_works_nothing_off_while_nobody_waits_long(after: Caller, store: Store) -> None:
    for of in ("1", "2"):
        after.push(ill(of))
    assert waiting(store) == 2


def test_a_round_works_off_what_is_due(after: Caller, store: Store) -> None:
    after.push(ill("1"))
    after.app.state.due.once(lambda: False)
    assert (in_scope(store), waiting(store)) == (["Patient/1"], 0)


def test_the_round_works_off_what_another_setting_left(after: Caller, store: Store, tmp_path: Path) -> None:
    after.push(ill("1"))
    Caller(tmp_path).app.state.due.once(lambda: False)
    assert in_scope(store) == ["Patient/1"]


def late(store: Store, *names: str) -> None:
    with store.of("generic").write() as connection:
        stored.mark(connection, "generic", dict.fromkeys(names, ()), NOW - timedelta(seconds=1))


def test_when_it_is_late_a_push_waits_until_it_is_caught_up(
    after: Caller, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(store, *(f"Patient/{of}" for of in range(100, 140)))
    due, naps = after.app.state.due, list[int]()
    assert due.waiting() == ["generic"]  # as a round looks

    async def nap(_: float) -> None:
        naps.append(waiting(store))
        if len(naps) == 3:
            due.once(lambda: False)

    monkeypatch.setattr("natars_fhir.web.due.asyncio", SimpleNamespace(sleep=nap))  # nobody else's naps are counted
    assert after.push(ill("1")).status_code == 200
    assert naps == [40, 40, 40]
    assert waiting(store) == 1
    after.push(ill("2"))
    assert len(naps) == 3


def test_a_push_does_not_wait_for_ever(after: Caller, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    late(store, "Patient/9")
    naps = list[float]()

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    monkeypatch.setattr("natars_fhir.web.due.asyncio", SimpleNamespace(sleep=nap))  # nobody else's naps are counted
    assert after.app.state.due.waiting() == ["generic"]
    assert after.push(ill("1")).status_code == 200
    assert sum(naps) == pytest.approx(5.0)


def test_what_another_process_is_at_is_left_to_it(after: Caller, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    after.push(ill("1"))
    monkeypatch.setattr(Store, "leading", lambda *_: nullcontext(False))
    after.app.state.due.once(lambda: False)
    assert waiting(store) == 1


def test_how_much_is_due_is_told(after: Caller) -> None:
    after.push(ill("1"))
    told = after("GET", "/metrics").text
    assert 'natars_due{site="generic"} 1.0' in told
    after("GET", "/fhir/r4/Patient/1")
    told = after("GET", "/metrics").text
    assert "natars_due{" not in told
    assert "natars_screening_wait_seconds_count" in told
