"""A running server takes in a changed mappings folder when it is asked, and keeps the last good one where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from sqlalchemy import update

from natars_fhir.mapping.files import load
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.service.http import Clients
from natars_fhir.service.remap import mapped
from natars_fhir.service.remap.live import Live, active
from natars_fhir.service.screening.fresh import is_fresh
from natars_fhir.settings import Settings
from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import reading
from natars_fhir.web.app import create_app
from natars_fhir.web.living import Work
from natars_fhir.web.metrics import Metrics
from tests.service.hospital import KEY, NOW, Hospital, mappings, patient
from tests.service.remap.test_gaps import LIS
from tests.service.remap.test_remap import add
from tests.ward import FOLDER
from tests.web.caller import settings


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    words = mappings().words  # they take most of the time of loading
    monkeypatch.setattr("natars_fhir.mapping.files.load_words", lambda *_: words)
    monkeypatch.setattr("natars_fhir.web.app.load", load)
    folder = copytree(FOLDER, tmp_path / "mappings")
    chosen = settings(tmp_path, mappings=folder, tokens={"b": "hospital-b"}, deliver_every=0.01)
    return create_app(chosen, now=lambda: NOW)


async def _while_running(app: Any, asked: bool) -> None:
    """The server's rounds, until they have looked at what they were asked."""
    async with app.router.lifespan_context(app):
        if asked:
            app.state.live.ask()
        for _ in range(500):
            await asyncio.sleep(0.01)
            if app.state.live.faults or app.state.live.active.mappings.hash != mappings().hash:
                return
            if not asked:
                await asyncio.sleep(0.1)
                return


def test_a_changed_folder_counts_once_the_server_is_asked(app: Any, tmp_path: Path) -> None:
    add(tmp_path / "mappings", '"LIS0103" = "anc"')
    asyncio.run(_while_running(app, asked=False))
    assert app.state.live.active.mappings.hash == mappings().hash
    asyncio.run(_while_running(app, asked=True))
    assert app.state.live.active.mappings.hash != mappings().hash


def test_what_counts_at_the_desk_is_taken_in_at_the_next_round_and_the_folder_is_not_looked_at(
    app: Any, tmp_path: Path
) -> None:
    store, live = open_store(settings(tmp_path).database), app.state.live
    row = Row(Code(system=LIS, code="LIS0103"), Target("asked", "anc"))
    number = mapped.put(store, KEY, mappings(), "hospital-b", 0, row, "", NOW)
    mapped.make_active(store, KEY, mappings(), "hospital-b", number, "", NOW)
    store.close()
    add(tmp_path / "mappings", '"LIS0999" = "nonsense"')
    asyncio.run(_until(app, lambda: bool(live.active.mappings.over)))
    mapping = live.active.any_version("hospital-b").mapping
    assert mapping.lore.asked[LIS, "LIS0103"] == ("anc",)
    assert mapping.hash != live.active.mappings.hash == mappings().hash
    assert live.faults == ()


async def _until(app: Any, seen: Callable[[], bool]) -> None:
    async with app.router.lifespan_context(app):
        for _ in range(500):
            if seen():
                return
            await asyncio.sleep(0.01)


def test_a_folder_with_faults_leaves_the_last_good_one(app: Any, tmp_path: Path) -> None:
    add(tmp_path / "mappings", '"LIS0103" = "ancc"')
    asyncio.run(_while_running(app, asked=True))
    assert app.state.live.active.mappings.hash == mappings().hash
    assert ["did you mean «anc»" in fault.text for fault in app.state.live.faults] == [True]


def test_what_was_written_while_the_mapping_changed_is_read_again_when_the_server_is_asked(tmp_path: Path) -> None:
    """A push that was under way wrote with the mapping of before, after the round had passed it."""
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    Hospital(store, "hospital-b").push(patient("1"))
    here = active(mappings(), Settings(), KEY, ["hospital-b"], ["R4"])
    work = Work(Settings(), store, Live(lambda: here), lambda: NOW, Metrics())

    def a_round() -> None:
        with Clients(1.0) as http:
            work.once(http, lambda: True)

    a_round()
    a_round()
    assert not work.behind
    with store.write() as connection:
        connection.execute(update(reading).values(mapping="of before"))
    a_round()
    assert not is_fresh(store, mappings())
    work.live.ask()
    a_round()
    assert is_fresh(store, mappings())
    store.close()
