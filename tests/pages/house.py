"""A house full of people and patients for the pages: one server on loopback, filled from the fixtures and with a
crowd of invented subjects of hospital A, and a clock that tests may set.

Nothing of it knows a browser: `python -m tests.write_screens` uses it too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyotp
import uvicorn
from fastapi import FastAPI

from natars_fhir.domain.study import Officer
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.access import accounts, login, second
from natars_fhir.service.access.accounts import Wanted
from natars_fhir.service.freeze import write
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.settings import Settings
from natars_fhir.store import accounts as kept
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store, open_store
from natars_fhir.web.app import create_app
from natars_fhir.web.server import config_of
from tests import ward
from tests.pages.crowd import crowd
from tests.pages.filled import fill_desk
from tests.postgres import free_port
from tests.quick_hashes import WHERE, quick
from tests.service.freeze import frozen
from tests.service.freeze.frozen import QUICK
from tests.service.hospital import KEY

#: The day of the fixtures, at noon in Beijing.
NOON = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
PASSWORD = "a long sentence that nobody guesses"  # noqa: S105 (of a made person)
SITE = "hospital-b"
#: Who speaks for the trial office.
OFFICER = "办公室丙（虚构）"
#: How the delegation list of hospital A names an investigator, and a coordinator.
STAFF = "https://his.hospital-a.example/fhir/NamingSystem/staff|"
#: Role → the name of a person who has it; each of the site, or of none. Those of A may speak for it.
PEOPLE = {
    "investigator of A": Wanted("wang.yi", ("investigator",), "hospital-a", f"{STAFF}S-001"),
    "coordinator of A": Wanted("chen.er", ("coordinator",), "hospital-a", f"{STAFF}S-002"),
    "coordinator": Wanted("zhang.wei", ("coordinator",), SITE),
    "investigator": Wanted("li.na", ("investigator",), SITE),
    "operator": Wanted("ops", ("operator",)),
    "engineer": Wanted("sun.li", ("operator",), SITE),
    "trial-office": Wanted("office", ("trial-office",), person=OFFICER),
}
_MOST_SECONDS = 60.0


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is set."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass(slots=True)
class House:
    """A server that runs, its store, and who may log in."""

    address: str
    app: FastAPI = field(repr=False)
    store: Store
    clock: Clock
    people: dict[str, Account]
    secrets: dict[str, str] = field(repr=False)

    def cookie(self, role: str) -> dict[str, str]:
        """The cookie of a session that has begun, as a browser takes it."""
        return {"name": "natars", "value": self.token(role), "url": self.address}

    def token(self, role: str) -> str:
        with self.store.read() as connection:
            one = kept.by_id(connection, self.people[role].id)
        assert one is not None
        return login.begun(self.store, KEY, one, self.clock(), shown=True)

    def code(self, role: str) -> str:
        """What the person's telephone shows."""
        return pyotp.TOTP(self.secrets[role]).at(self.clock())


@contextmanager
def house(folder: Path, *, whole: bool = True, **more: Any) -> Iterator[House]:
    """A server for as long as the block runs; where it is not *whole*, with the patients of one site alone."""
    (folder / "key").write_bytes(KEY)
    (folder / "key").chmod(0o600)
    own = {"freeze_folder": folder / "freezes", "export_folder": folder / "exports"}
    told = {
        "database": f"sqlite:///{folder}/store.sqlite",
        "key_file": folder / "key",
        "port": free_port(),
        **own,
        **more,
    }
    settings, clock = Settings(**told), Clock()
    store = open_store(settings.database)
    fill(store, () if whole else (SITE,))
    fill_desk(store, NOON)
    if whole:
        crowd(store, _intake(), NOON - timedelta(hours=2))
    with patch(WHERE, quick):  # whoever is kept so is let in as quickly
        people, secrets = _people(store, clock())
    with patch("natars_fhir.web.app.load", with_office):  # reading the mappings takes most of a start
        app = create_app(settings, now=clock, store=store)
    # the rounds stay at home: nothing is delivered, and the clock is the tests' own
    running = uvicorn.Server(config_of(app, settings, lifespan="off"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + _MOST_SECONDS
        while not running.started:
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.01)
        yield House(settings.address, app, store, clock, people, secrets)
    finally:
        running.should_exit = True
        thread.join(_MOST_SECONDS)
        store.close()


def with_office(*named: Any) -> Mappings:
    """The mappings, read once, with a person of the trial office."""
    found = ward.load_once(*named)
    return replace(found, study=replace(found.study, office=(Officer(OFFICER),)))


def fill(store: Store, sites: Collection[str] = ()) -> None:
    """Every patient of the fixtures (of these sites, where some are named), each at their own site."""
    intake = _intake()
    for case in (one for one in ward.cases() if not sites or one.parent.name in sites):
        reader = ward.reader(case.parent.name)
        for raw in ward.sent_in(case):
            push(store, intake, reader, raw, NOON - timedelta(hours=2))


def frozen_twice(one: House) -> None:
    """Two freezes for the office to compare, of a small trial: a progression was corrected between them."""
    folder = one.app.state.pages.settings.freeze_folder
    store = open_store(f"sqlite:///{folder.parent}/small.sqlite")
    with patch.object(write, "PARTS", QUICK):
        frozen.fill(store)
        frozen.freeze_of(store, folder, "natars-2025-05-31", date(2025, 5, 31))
        frozen.send_later_progression(store)
        frozen.freeze_of(store, folder, "natars-2025-06-01")
    store.close()


def _intake() -> Intake:
    return Intake(ward.mappings().study, KEY, "https://natars.example/fhir", 10_000)


def _people(store: Store, now: datetime) -> tuple[dict[str, Account], dict[str, str]]:
    """The accounts, past everything that is asked at the first login."""
    people, secrets = {}, {}
    for role, wanted in PEOPLE.items():
        one, _ = accounts.add(store, KEY, wanted, now, PASSWORD)
        sealed = second.made(KEY)
        with store.write(()) as connection:
            kept.change(connection, one.id, second=sealed, enrolled=now, fresh=False)
        people[role], secrets[role] = one, second.secret(KEY, sealed)
    return people, secrets
