"""Somebody without a browser: the real application, a cookie, and forms as a browser sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import delete

from natars_fhir.service.access import accounts, login, second
from natars_fhir.service.access.accounts import Wanted
from natars_fhir.store import accounts as kept
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.tables.core import store as store_itself
from natars_fhir.web.app import create_app
from tests.one_loop import ask
from tests.service.hospital import KEY, NOW
from tests.web.caller import settings

PASSWORD = "a long sentence that nobody guesses"  # noqa: S105 (of a made person)


@dataclass(slots=True)
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)


class Reception:
    """One application and its people."""

    def __init__(self, folder: Path, **more: Any) -> None:
        (folder / "key").write_bytes(KEY)
        (folder / "key").chmod(0o600)
        self.settings, self.clock = settings(folder, **more), Clock()
        self.store: Store = open_store(self.settings.database)
        self.app: FastAPI = create_app(self.settings, now=self.clock, store=self.store)

    def emptied(self) -> Reception:
        """As it was at the start: nobody and nothing is known, and it is noon."""
        self.clock.at = NOW
        self.app.state.pages.tries._limiter.storage.reset()
        with self.store.write() as connection:
            for table in reversed(metadata.sorted_tables):
                if table is not store_itself:
                    connection.execute(delete(table))
        self.app.state.pages.follow()
        return self

    def person(self, name: str = "zhang", *roles: str, site: str = "hospital-a", ready: bool = True) -> Account:
        """An account; *ready*: past all that is asked at the first login."""
        wanted = Wanted(name, roles or ("coordinator",), site)
        one, _ = accounts.add(self.store, KEY, wanted, self.clock(), PASSWORD)
        if ready:
            what = {"second": second.made(KEY), "enrolled": self.clock(), "fresh": False}
            with self.store.write(()) as connection:
                kept.change(connection, one.id, **what)
        return self.again(one)

    def again(self, one: Account) -> Account:
        """The account as it is now."""
        with self.store.read() as connection:
            found = kept.by_id(connection, one.id)
        assert found is not None
        return found

    def code(self, one: Account) -> str:
        sealed = self.again(one).second
        assert sealed is not None
        return pyotp.TOTP(second.secret(KEY, sealed)).at(self.clock())

    def browser(self, one: Account | None = None) -> Somebody:
        """Somebody's browser; logged in, where it is somebody's."""
        made = Somebody(self)
        if one is not None:
            made.cookies["natars"] = login.begun(self.store, KEY, one, self.clock(), shown=True)
        return made


@dataclass(slots=True)
class Somebody:
    """A browser without a face: it keeps cookies, and sends forms with the proof of the page that it was on."""

    reception: Reception
    cookies: dict[str, str] = field(default_factory=dict)
    proof: str = ""
    at: str = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        response = self._ask("GET", path, None, headers)
        if found := re.search(r'<meta name="csrf" content="([\w.]+)">', response.text):
            self.proof, self.at = found[1], path
        return response

    def send(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A form of the page that was opened last."""
        body = urlencode({"csrf": self.proof, "at": self.at, **(fields or {})}, doseq=True).encode()
        return self._ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded", **headers})

    def follow(self, response: httpx.Response) -> httpx.Response:
        """Where an answer leads, to the end."""
        for _ in range(5):
            if response.status_code != 303:
                return response
            response = self.get(response.headers["location"])
        raise AssertionError("it leads round and round")

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> httpx.Response:
        named = {"accept": "text/html", "accept-language": "en", **{n.replace("_", "-"): v for n, v in headers.items()}}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = ask(self.reception.app, method, path, body, named)
        self.cookies |= dict(response.cookies.items())
        for told in response.headers.get_list("set-cookie"):
            if "Max-Age=0" in told:
                self.cookies.pop(told.partition("=")[0], None)
        return response
