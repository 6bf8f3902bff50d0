"""A hospital's server is heard if it knows the secret; and while ours runs, each site's is read by its plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from natars_fhir.cli.hospital import Hospital as Elsewhere
from natars_fhir.cli.running import running
from natars_fhir.service.upkeep import figures
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.pull import pull_event
from natars_fhir.web.app import create_app
from tests.service.hospital import KEY, Hospital, condition, patient
from tests.service.pull.telling import SECRET, bundle, held, now_held, parameters, status, waits
from tests.service.pull.ward import BASE, TOPIC
from tests.ward import FOLDER
from tests.web.caller import Caller, code, settings
from tests.web.test_over_loopback import until

AT = "/api/pull/generic/ours"
PLAN = """
[pull]
mode = "{mode}"
every = {every}
{more}
[pull.types]
Patient = ""
Condition = ""
[pull.source]
url = "{url}"
"""


def mappings_at(folder: Path, **said: Any) -> Path:
    """The mappings, in which the site without a name has a plan."""
    copied = Path(shutil.copytree(FOLDER, folder / "mappings"))
    path = copied / "sites" / "generic.toml"
    path.write_text(path.read_text("utf-8") + PLAN.format(**{"more": "", "every": 60, **said}), "utf-8")
    key = folder / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    return copied


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    folder, more = tmp_path_factory.mktemp("heard"), f'[[pull.topics]]\ntopic = "{TOPIC}"'
    return Caller(folder, mappings=mappings_at(folder, mode="subscription", url=BASE, more=more))


@pytest.fixture(scope="module")
def _opened(call: Caller) -> Iterator[Store]:
    opened = open_store(call.settings.database)
    yield opened
    opened.close()


@pytest.fixture
def store(_opened: Store) -> Store:
    """With a subscription of ours that is well, and nothing to be fetched."""
    held(_opened)
    with _opened.write() as connection:
        connection.execute(delete(pull_event))
    return _opened


SAID = {"authorization": f"Bearer {SECRET}"}
EVENT = (4, f"{BASE}/Condition/c1")


@pytest.mark.parametrize("kind", ["Parameters", "SubscriptionStatus"])
def test_what_is_told_is_answered_and_written_down(call: Caller, store: Store, kind: str) -> None:
    told = (parameters if kind == "Parameters" else status)("event-notification", 4, EVENT)
    answer = call("POST", AT, bundle(told), **SAID)
    assert (answer.status_code, code(answer), waits(store)) == (200, "informational", {"Condition/c1": False})
    assert now_held(store)[0].seen == 4


@pytest.mark.parametrize(
    ("path", "headers", "body", "expected"),
    [
        (AT, {}, bundle(parameters("heartbeat", 3)), (401, "login")),
        (AT, {"authorization": "Bearer guessed"}, bundle(parameters("heartbeat", 3)), (401, "login")),
        ("/api/pull/generic/another", SAID, bundle(parameters("heartbeat", 3)), (404, "not-found")),
        ("/api/pull/nowhere/ours", SAID, bundle(parameters("heartbeat", 3)), (404, "not-found")),
        ("/api/pull/hospital-a/ours", SAID, bundle(parameters("heartbeat", 3)), (404, "not-found")),
        (AT, SAID, {"resourceType": "Patient"}, (422, "structure")),
        (AT, SAID, b"{", (422, "structure")),
        (AT, SAID, b" " * 1_000_001, (413, "too-long")),
        (AT, {**SAID, "content-type": "text/plain"}, b"x", (415, "not-supported")),
    ],
)
def test_whatever_else_comes_is_refused_and_changes_nothing(
    call: Caller, store: Store, path: str, headers: dict[str, str], body: Any, expected: tuple[int, str]
) -> None:
    before = now_held(store)
    answer = call("POST", path, body, **headers)
    assert ((answer.status_code, code(answer)), now_held(store), waits(store)) == (expected, before, {})


def test_while_the_server_runs_a_site_is_read_by_its_plan_and_watched(tmp_path: Path) -> None:
    theirs = Elsewhere()
    for one in (patient("1"), condition()):
        theirs.holds.setdefault(one["resourceType"], {})[one["id"]] = one
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with running(theirs.app) as url:
        folder = mappings_at(tmp_path, mode="search", url=f"{url}/fhir")
        chosen = settings(tmp_path, mappings=folder, deliver_every=0.05)
        app = create_app(chosen, store=store)
        with running(app):
            until(partial(_known, store))
            sites = app.state.live.active.mappings.sites.values()
            until(lambda: "natars_last_pull_seconds" in _figures(store, sites))
    told = _figures(store, app.state.live.active.mappings.sites.values())
    assert told["natars_pull_failing"] == 0
    store.close()


def test_a_pull_that_fails_is_counted_by_its_kind(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with running(Elsewhere().app) as url:
        folder = mappings_at(tmp_path, mode="bulk", url=f"{url}/fhir", more='level = "system"')
        app = create_app(settings(tmp_path, mappings=folder, deliver_every=0.05), store=store)
        with running(app):
            sites = app.state.live.active.mappings.sites.values()
            until(lambda: _figures(store, sites).get("natars_pull_faults") == 1)
            assert _figures(store, sites)["natars_pull_failing"] == 1
    store.close()


def _known(store: Store) -> bool:
    return ("histology", "LMS") in Hospital(store).concepts()


def _figures(store: Store, sites: Any) -> dict[str, float]:
    return {one.name: one.value for one in figures.watched(store, sites, datetime.now(UTC))}
