"""Our own server on a free port of this machine, with sites whose servers are where a test says, and a clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
from sqlalchemy import select

from natars_fhir.cli.running import running
from natars_fhir.settings import Settings, default_folder
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import delivery, outbox
from natars_fhir.web.app import create_app
from tests.service.hospital import FIXTURES, KEY, NOW
from tests.web.caller import FHIR
from tests.web.test_over_loopback import until

EVERY = 0.05


@dataclass(slots=True)
class Clock:
    """What our server takes for the time; only the test turns it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **more: float) -> None:
        """Forward, by so much."""
        self.at += timedelta(**more)


@dataclass(slots=True)
class Ours:
    """Our server as it runs: where, on which store, by which clock."""

    address: str
    store: Store
    clock: Clock
    tokens: Mapping[str, str] = field(repr=False)

    @property
    def base(self) -> str:
        return f"{self.address}/fhir/r4"

    def __call__(self, site: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request with the site's token."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {**FHIR, "authorization": f"Bearer {token_of(site)}"}
        return httpx.request(
            method, f"{self.address}{path}", content=content, headers=headers, trust_env=False, timeout=30
        )

    def push(self, site: str, body: Any) -> httpx.Response:
        """A document at the base, as an integration engine sends it; it is taken."""
        told = self(site, "POST", "/fhir/r4", body)
        assert told.status_code == 200, told.text
        return told

    def letters(self, state: str = "waiting", site: str = "") -> list[str]:
        """The kinds of the letters in a state, in their order."""
        asked = select(outbox.c.kind).where(outbox.c.state == state).order_by(outbox.c.seq)
        with self.store.read() as connection:
            return list(connection.execute(asked.where(outbox.c.site == site) if site else asked).scalars())

    def outcomes(self) -> list[str]:
        """What came of every attempt, in their order."""
        with self.store.read() as connection:
            return list(connection.execute(select(delivery.c.outcome).order_by(delivery.c.seq)).scalars())

    def delivered(self) -> None:
        """Waits until nothing waits to be sent."""
        until(lambda: not self.letters())


def token_of(site: str) -> str:
    return f"token-of-{site}"


def mappings_at(folder: Path, servers: Mapping[str, tuple[str, str]]) -> Path:
    """The mappings, in which these sites have their servers elsewhere: site → address, more of `[endpoint]`."""
    copied = copytree(default_folder("mappings", "default_mappings"), folder / "mappings")
    for site, (url, more) in servers.items():
        path = copied / "sites" / f"{site}.toml"
        found = r'(?ms)^\[endpoint\]\nurl = "[^"]*"\n'
        text, changed = re.subn(found, f'[endpoint]\nurl = "{url}"\n{more}', path.read_text(encoding="utf-8"), count=1)
        assert changed == 1
        path.write_text(text, encoding="utf-8")
    return copied


def settings_for(folder: Path, database: str, servers: Mapping[str, tuple[str, str]], **more: Any) -> Settings:
    key = folder / "natars.key"
    if not key.exists():
        key.write_bytes(KEY)
        key.chmod(0o600)
    tokens = {token_of(site): site for site in servers}
    mappings = mappings_at(folder, servers)
    return Settings(database=database, key_file=key, mappings=mappings, tokens=tokens, deliver_every=EVERY, **more)


@contextmanager
def ours(
    folder: Path, store: Store, servers: Mapping[str, tuple[str, str]], clock: Clock | None = None
) -> Iterator[Ours]:
    """Our server, while the block runs; it delivers by itself."""
    clock = clock or Clock()
    settings = settings_for(folder, f"sqlite:///{folder}/none.sqlite", servers)
    with running(create_app(settings, now=clock, store=store)) as address:
        yield Ours(address, store, clock, settings.tokens)


def case(site: str, name: str, document: str = "bundle.json") -> dict[str, Any]:
    """A document of a fixture."""
    told: dict[str, Any] = json.loads((FIXTURES / site / name / document).read_bytes())
    return told


def part(document: dict[str, Any], *entries: int) -> dict[str, Any]:
    """Some entries of a document, by their numbers."""
    return {**document, "entry": [document["entry"][number] for number in entries]}
