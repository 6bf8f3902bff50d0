"""An application whose exports are made when a test says so, out of a trial that the test can change."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.export.bulk_export import home
from natars_fhir.service.export.bulk_export_work import Workshop, work_once
from natars_fhir.store.engine import Store, open_store
from tests.service.exporting import small
from tests.service.hospital import KEY, NOW
from tests.web.caller import Caller

LATER = {"prefer": "respond-async"}


class Harbour:
    """The trial office asks, unless somebody else does."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.call = Caller(folder, export_folder=folder / "exports", **more)
        self.store: Store = open_store(self.call.settings.database)
        self.trial, self.hours = small(), 1
        self.office = self.token("", "trial-office")

    def token(self, site: str, role: str = "engine", scopes: str = "") -> dict[str, str]:
        made = bearers.add(self.store, KEY, Wanted(site, "test", (role,), scopes), NOW)[1]
        return {"authorization": f"Bearer {made}"}

    def ask(self, path: str = "$export", body: Any = None, **headers: Any) -> httpx.Response:
        method, who = "GET" if body is None else "POST", headers.pop("who", self.office)
        return self.call(method, f"/fhir/r4/{path}", body, **{**LATER, **who, **headers})

    def look(self, url: str, method: str = "GET", **headers: Any) -> httpx.Response:
        who = headers.pop("who", self.office)
        return self.call(method, urlsplit(url).path, **{**who, **headers})

    def raw(self, url: str, encoding: str, **headers: str) -> tuple[bytes, httpx.Headers]:
        """The bytes as they come over the wire, which a client would unpack."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def got() -> tuple[bytes, httpx.Headers]:
            transport = httpx.ASGITransport(self.call.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://adapter.example") as http:
                asked = {**self.office, "accept-encoding": encoding, **named}
                async with http.stream("GET", urlsplit(url).path, headers=asked) as response:
                    return b"".join([part async for part in response.aiter_raw()]), response.headers

        return asyncio.run(got())

    def work(self) -> bool:
        here = self.call.app.state.live.active
        sites = {name: here.mappings.sites[name] for name in ("hospital-a", "hospital-b")}
        folder = home(self.call.settings.export_folder, here.intake.key)
        shop = Workshop(self.store, here.intake, sites, folder, timedelta(hours=24), self.trial)
        self.hours += 1
        return work_once(shop, lambda: NOW + timedelta(hours=self.hours))

    def made(self, path: str = "$export", body: Any = None, **headers: Any) -> httpx.Response:
        """The manifest of an export that is there."""
        asked = self.ask(path, body, **headers)
        assert asked.status_code == 202, asked.text
        assert self.work()
        return self.look(asked.headers["content-location"], **{k: v for k, v in headers.items() if k == "who"})

    def close(self) -> None:
        self.store.close()
        self.call.app.state.close()
