"""A Bulk Data client that we did not write fetches an export from a server that runs: smart-fetch, from its package.

https://github.com/smart-on-fhir/smart-fetch. It proves who it is by SMART Backend Services. What it says at the end
proves nothing: its files are looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from natars_fhir.service.access import registration
from natars_fhir.service.export.exported import Asked, exported
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.screened import today
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store import audit, exports
from natars_fhir.store.engine import Store, open_store
from tests.service.access.clients_of import client, jwks, private, public, rsa_key
from tests.service.export.test_endpoints import CASES
from tests.service.hospital import Hospital, intake, key_file, mappings
from tests.web.loopback import served

pytest.importorskip("smart_fetch", reason="smart-fetch is not installed")
#: What the client knows of what we export.
TYPES = ("Patient", "Condition", "Observation", "Procedure")
MOST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies in the client's folder, and what the store gives by itself."""

    folder: Path
    direct: dict[str, list[str]]
    store: Store

    def lines(self, kind: str) -> list[str]:
        files = sorted(self.folder.glob(f"{kind}.*.ndjson"))
        assert files, kind
        return [line for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetched]:
    folder = tmp_path_factory.mktemp("bulk")
    store = open_store(f"sqlite:///{folder}/store.sqlite")
    for site, case in CASES.items():
        Hospital(store, site, datetime.now(UTC)).push((case / "bundle.json").read_bytes())
    key = secret(key_file(folder), store)
    keys = jwks(public(rsa_key(), "rsa"))
    told = {"roles": ("trial-office",), "scopes": "system/*.rs", "keys": keys, "made": datetime.now(UTC)}
    registration.register(store, key, client("statistics", "", **told))
    own = {**private(rsa_key(), "rsa"), "key_ops": ["sign"], "alg": "RS384"}
    (folder / "own.jwks").write_text(json.dumps({"keys": [own]}))
    with served(folder, store, deliver_every=0.1, export_folder=folder / "exports") as http:
        fetch(str(http.base_url), folder)
    yield Fetched(folder / "out", direct(store, key), store)
    store.close()


def fetch(address: str, folder: Path) -> None:
    program = [sys.executable, "-c", "from smart_fetch.cli.main import main_cli; main_cli()"]
    asked = ["bulk", "--fhir-url", address, "--type", ",".join(TYPES), "--no-compression", "--no-default-filters"]
    who = ["--smart-client-id", "statistics", "--smart-key", str(folder / "own.jwks")]
    done = subprocess.run(  # noqa: S603 (a program that is installed, and our own words)
        [*program, *asked, *who, str(folder / "out")], capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def direct(store: Store, key: bytes) -> dict[str, list[str]]:
    """Type → its lines, as the store gives them without any job."""
    here, found = intake(), dict[str, list[str]]()
    whole = Intake(here.study, key, here.canonical_base, here.most_entries, here.plan)
    sites = tuple(mappings().sites[name] for name in sorted(CASES))
    for line in exported(store, whole, Asked(sites, today(datetime.now(UTC)))):
        found.setdefault(line.kind, []).append(line.raw.decode())
    return found


@pytest.mark.parametrize("kind", TYPES)
def test_what_the_client_has_is_what_the_store_gives_line_by_line(fetched: Fetched, kind: str) -> None:
    have, want = fetched.lines(kind), fetched.direct[kind]
    assert len(have) == len(want) > 1
    different = [pair for pair in zip(have, want, strict=True) if pair[0] != pair[1]]
    assert different[:1] == []


def test_the_client_asked_by_the_standard_and_took_the_job_away_in_the_end(fetched: Fetched) -> None:
    log = [json.loads(line) for line in (fetched.folder / "log.ndjson").read_text().splitlines()]
    events = [one["eventId"] for one in log]
    assert events[0] == "kickoff"
    assert events.count("download_complete") >= len(TYPES)
    assert events[-1] == "export_complete"
    assert log[-1]["eventDetail"]["resources"] >= sum(len(fetched.direct[kind]) for kind in TYPES)
    with fetched.store.read() as connection:
        assert exports.ids(connection) == set()
        acts = [one for one in audit.acts(connection, "") if one.act.startswith("export")]
    assert [acts[0].act, acts[-1].act] == ["export asked", "export removed"]
    assert {one.by for one in acts} == {"client statistics"}


def test_nothing_in_the_files_names_anybody(fetched: Fetched) -> None:
    """Numbers, ids, names and days of the fixtures."""
    text = "".join(path.read_text("utf-8") for path in fetched.folder.glob("*.ndjson"))
    assert not [one for one in ("MRN0000191", "c-191", "90000511", "1961-04-09", "2024-08-20") if one in text]
