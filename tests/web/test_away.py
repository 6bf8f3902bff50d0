"""The database goes and comes back, and the disk fills and is freed: 503 with Retry-After, and then all goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from natars_fhir.store.engine import open_store
from natars_fhir.web.app import create_app
from tests.service.hospital import NOW, condition, patient, statuses, transaction
from tests.service.upkeep.test_backup import everything
from tests.web.caller import Caller, code, settings

FIRST = transaction(patient(number="PLANTED77"), condition())
SECOND = transaction(patient("2", "PLANTED78"), condition("c2", of="Patient/2"))
POPULATE = {
    "resourceType": "Parameters",
    "parameter": [{"name": "subject", "valueReference": {"reference": "Patient/1"}}],
}


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    (tmp_path / "disk").mkdir()
    made = Caller.__new__(Caller)
    made.settings = settings(tmp_path).model_copy(update={"database": f"sqlite:///{tmp_path}/disk/store.sqlite"})
    made.app = create_app(made.settings, now=lambda: NOW)
    return made


def kept(call: Caller) -> dict[str, list[Any]]:
    store = open_store(call.settings.database)
    try:
        return everything(store)
    finally:
        store.close()


def test_a_database_that_was_away_is_used_again_without_a_restart(call: Caller, tmp_path: Path) -> None:
    assert statuses(call.push(FIRST).json()) == ["201", "201"]
    before = kept(call)
    (tmp_path / "disk").rename(tmp_path / "away")
    with capture_logs() as logs:
        refused = [
            call.push(SECOND),
            call("POST", "/fhir/r4/Questionnaire/natars-screening/$populate", POPULATE),
            call("POST", "/fhir/r4/QuestionnaireResponse", {"resourceType": "QuestionnaireResponse", "status": "x"}),
        ]
    away = refused[0]
    assert (away.status_code, code(away), away.headers["retry-after"]) == (503, "transient", "5")
    assert all(answer.status_code < 500 or answer.status_code == 503 for answer in refused)
    assert call("GET", "/readyz").status_code == 503
    assert call("GET", "/fhir/r4/metadata").status_code == 200
    assert "PLANTED" not in away.text + str(logs)
    (tmp_path / "away").rename(tmp_path / "disk")
    assert kept(call) == before
    assert call("GET", "/readyz").status_code == 200
    assert statuses(call.push(SECOND).json()) == ["201", "201"]


def test_a_full_disk_keeps_nothing_of_a_push_and_a_free_one_takes_it(tmp_path: Path) -> None:
    call, most = Caller.__new__(Caller), [1_000_000]
    call.settings = settings(tmp_path)
    store = open_store(call.settings.database)

    @event.listens_for(store._engine, "checkout")
    def limited(connection: Any, *_: Any) -> None:
        """So many pages may the database have: SQLite then says that the disk is full."""
        connection.execute(f"PRAGMA max_page_count = {most[0]}")

    call.app = create_app(call.settings, now=lambda: NOW, store=store)
    assert call.push(FIRST).status_code == 200
    before = kept(call)
    with store.read() as connection:
        most[0] = connection.execute(text("PRAGMA page_count")).scalar_one()
    much = [
        transaction(patient(f"{n}"), *(condition(f"c{n}-{m}", of=f"Patient/{n}") for m in range(60))) for n in (3, 4)
    ]
    answers = [call.push(one) for one in much]
    assert {(one.status_code, code(one), one.headers["retry-after"]) for one in answers} == {(503, "transient", "5")}
    assert kept(call) == before
    most[0] = 1_000_000
    assert {*statuses(call.push(much[0]).json())} == {"201"}
    store.close()


def test_rounds_go_on_when_the_database_is_back(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    chosen = settings(tmp_path, deliver_every=0.01).model_copy(
        update={"database": f"sqlite:///{tmp_path}/disk/store.sqlite"}
    )
    app = create_app(chosen, now=lambda: NOW)

    async def go() -> list[str]:
        with capture_logs() as logs:
            async with app.router.lifespan_context(app):
                await asyncio.sleep(0.1)
                (tmp_path / "disk").rename(tmp_path / "away")
                await _until(lambda: any(log["event"] == "round failed" for log in logs))
                (tmp_path / "away").rename(tmp_path / "disk")
                failed = len(logs)
                await asyncio.sleep(0.3)
        return [str(log["event"]) for log in logs[failed + 4 :]]

    assert asyncio.run(go()) == []


async def _until(found: Any) -> None:
    for _ in range(1_000):
        if found():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it took too long")
