"""`natars-fhir pull`: what a hospital's server holds is fetched, and told; killed, it goes on where it was."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from natars_fhir.cli import run
from natars_fhir.cli.hospital import Hospital as Elsewhere
from natars_fhir.cli.running import running
from natars_fhir.mapping.files import load
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.service.pull.pull import Order
from natars_fhir.service.remap import mapped
from natars_fhir.store import pulls
from natars_fhir.store.engine import NoStoreError, open_store
from tests.served import Life, started
from tests.service.hospital import KEY, NOW, born_on_30_february, condition, patient
from tests.service.pull.exporting import AT, lines
from tests.service.remap.test_gaps import LIS, result
from tests.web.test_pull import mappings_at

BODY = lines(*(patient(str(number), address=[{"text": "x" * 2_000}]) for number in range(100)))
HALF = len(BODY) // 2
COUNT = {"value": 2, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}
_load = cache(load)
#: Whoever comes next need not wait long.
SOON = {"natars_fhir.store.pulls.LEASE": timedelta(seconds=1)}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("NATARS_PULL_FOLDER", str(tmp_path / "files"))
    monkeypatch.setattr(pulls, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr("natars_fhir.cli.inputs.load", _load)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(folder: Path, *arguments: str) -> tuple[int, str, str]:
        code = run(["pull", "--site", "generic", "--mappings", str(folder), *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


@pytest.fixture(scope="module")
def hospital() -> Iterator[str]:
    """A server that holds one patient with a sarcoma, and one who cannot be read."""
    theirs = Elsewhere()
    for one in (patient("1"), condition(), born_on_30_february("PLANTED"), result("1", valueQuantity=COUNT)):
        theirs.holds.setdefault(one["resourceType"], {})[one["id"]] = one
    with running(theirs.app) as url:
        yield f"{url}/fhir"


@pytest.fixture(scope="module")
def planned(hospital: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mappings whose plan is to search there."""
    return mappings_at(tmp_path_factory.mktemp("planned"), mode="search", url=hospital)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mappings whose plan is to search where nobody answers."""
    folder = tmp_path_factory.mktemp("away")
    return mappings_at(folder, mode="search", url="http://127.0.0.1:9/fhir", more="attempts = 1")


def test_a_pull_tells_what_came_of_each_type_and_no_value(said: Any, planned: Path) -> None:
    code, out, err = said(planned, "--once", "--format", "json")
    told = json.loads(out)
    assert (code, told["mode"], told["whole"]) == (2, "search", False)
    assert [(one["name"], one["resources"], one["fault"]) for one in told["parts"]] == [
        ("Patient", {"created": 1, "refused": 1}, None),
        ("Condition", {"created": 1}, None),
    ]
    (problem,) = told["problems"]
    assert (problem["file"], problem["code"]) == ("Patient, page 1", "value")
    assert (told["screened"], told["findings"]) == (1, 1)
    assert "PLANTED" not in out + err


@pytest.mark.parametrize(("language", "words"), [("en", ("read until", "a second")), ("zh", ("已读至", "每秒"))])
def test_people_are_told_in_their_language(said: Any, planned: Path, language: str, words: tuple[str, ...]) -> None:
    code, out, _ = said(planned, "--once", "--language", language)
    assert code == 2
    assert all(word in out for word in words)


def test_how_far_it_came_is_told_without_asking_anybody(said: Any, planned: Path) -> None:
    assert said(planned, "--status")[::2] == (69, f"{NoStoreError()}\n")
    open_store(os.environ["NATARS_DATABASE"]).close()
    assert json.loads(said(planned, "--status", "--format", "json")[1])["began"] is None
    said(planned, "--once")
    code, out, _ = said(planned, "--status", "--format", "json")
    told = json.loads(out)
    assert (code, told["failures"], [one["type"] for one in told["marks"]]) == (0, 0, ["Condition", "Patient"])
    assert told["due"] == 0
    assert "Patient" in said(planned, "--status")[1]
    assert "从未" not in said(planned, "--status", "--language", "zh")[1]


def rounds_of(monkeypatch: pytest.MonkeyPatch, *steps: Any) -> None:
    """Whether it is time for another pull: what each step says; then somebody stops it. No wait is waited for."""
    left = iter(steps)

    def time_for(_: Order) -> bool | None:
        step = next(left, KeyboardInterrupt())
        if isinstance(step, BaseException):
            raise step
        found: bool | None = step() if callable(step) else step
        return found

    monkeypatch.setattr("natars_fhir.service.pull.rounds.time_for", time_for)
    monkeypatch.setattr("natars_fhir.cli.pull.time", SimpleNamespace(sleep=lambda _: None))


def test_it_reads_with_what_counts_at_the_desk_at_every_turn(
    said: Any, hospital: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk").mkdir()
    folder = mappings_at(tmp_path / "desk", mode="search", url=hospital)
    path = folder / "sites" / "generic.toml"
    path.write_text(path.read_text("utf-8").replace('Condition = ""', 'Observation = ""'), "utf-8")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "desk" / "key"))

    def mapped_meanwhile() -> bool:
        store, here = open_store(f"sqlite:///{tmp_path}/store.sqlite"), _load(folder, "natars")
        row = Row(Code(system=LIS, code="LIS0103"), Target("asked", "anc"))
        number = mapped.put(store, KEY, here, "generic", 0, row, "account x", NOW)
        mapped.make_active(store, KEY, here, "generic", number, "account x", NOW)
        store.close()
        return True

    rounds_of(monkeypatch, mapped_meanwhile)
    code, out, _ = said(folder, "--format", "json")
    first, end = json.JSONDecoder().raw_decode(out)
    then = json.loads(out[end:])
    assert (code, first["notUnderstood"], then["notUnderstood"]) == (0, 1, 0)


def test_a_store_that_is_away_between_two_pulls_is_told_once_and_waited_for(
    said: Any, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = OperationalError("PLANTED", {}, Exception("PLANTED"))
    rounds_of(monkeypatch, None, away, away, None, away, True)
    code, out, err = said(planned, "--format", "json")
    assert (code, err.count("The store cannot be reached (OperationalError)")) == (0, 2)
    assert (out.count('"mode": "search"'), "PLANTED" in err) == (2, False)


def faults(out: str) -> list[str]:
    return [one["fault"]["kind"] for one in json.loads(out)["parts"] if one["fault"]]


def test_how_it_failed_is_its_exit_code(said: Any, hospital: str, away: Path, tmp_path: Path) -> None:
    code, out, _ = said(away, "--once", "--format", "json")
    assert (code, faults(out)) == (69, ["away"])
    (tmp_path / "bulk").mkdir()
    folder = mappings_at(tmp_path / "bulk", mode="bulk", url=hospital, more='level = "system"')
    code, out, _ = said(folder, "--once", "--format", "json")
    assert (code, faults(out)) == (2, ["refused"])


def test_credentials_that_are_not_there_are_a_fault_of_the_configuration(said: Any, tmp_path: Path) -> None:
    folder = mappings_at(tmp_path, mode="search", url="https://his.hospital.example/fhir")
    path = folder / "sites" / "generic.toml"
    path.write_text(path.read_text("utf-8") + 'auth = "bearer"\nsecret_file = "none"\n', "utf-8")
    code, out, _ = said(folder, "--once")
    assert (code, "secret_file" in out) == (78, True)


def test_a_site_without_a_plan_and_bad_arguments_are_told(said: Any, away: Path) -> None:
    assert run(["pull", "--site", "hospital-b"]) == 78
    assert run(["pull", "--site", "nowhere"]) == 64
    assert said(away, "--format", "xml")[0] == 64
    assert said(away, "--language", "fr")[0] == 64


def test_another_pull_at_work_is_told(said: Any, away: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.write() as connection:
        assert pulls.take(connection, "generic", "another", datetime.now(UTC) + timedelta(hours=1))
    store.close()
    monkeypatch.setattr(pulls, "LEASE", timedelta(seconds=-1))  # no patience
    code, _, err = said(away, "--once")
    assert (code, "Another pull of generic is at work." in err) == (1, True)


class _Gives(BaseHTTPRequestHandler):
    """An export of one file; the first time it stops in the middle, and says nothing more until it is let go."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str]]
    half: threading.Event
    go_on: threading.Event

    def do_GET(self) -> None:
        wanted = self.headers.get("range", "")
        self.asked.append((self.path.partition("?")[0], wanted))
        base = f"http://{self.headers['host']}/fhir"
        if "$export" in self.path:
            return self._say(202, b"", **{"content-location": f"{base}/status"})
        if self.path.endswith("/status"):
            files = [{"type": "Patient", "url": f"{base}/file", "count": 100}]
            told = {"transactionTime": AT, "requiresAccessToken": False, "output": files, "error": []}
            return self._say(200, json.dumps(told).encode())
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        found = {"content-range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"} if start else {}
        return self._say(206 if start else 200, BODY[start:], etag='"one"', **found)

    def do_DELETE(self) -> None:
        self.asked.append(("DELETE", ""))
        self._say(202, b"")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if len(body) > HALF and not self.half.is_set():
            self.wfile.write(body[:HALF])
            self.wfile.flush()
            self.half.set()
            self.go_on.wait(30)
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def exporter() -> Iterator[str]:
    _Gives.asked, _Gives.half, _Gives.go_on = [], threading.Event(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gives)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/fhir"
    _Gives.go_on.set()
    server.shutdown()
    thread.join(20)
    server.server_close()


def test_a_pull_that_is_killed_in_the_middle_of_a_download_goes_on_there(
    said: Any, exporter: str, tmp_path: Path
) -> None:
    folder = mappings_at(tmp_path, mode="bulk", url=exporter, more='level = "system"')
    process = started({}, "pull", "--site", "generic", "--mappings", str(folder), "--once", life=Life(told=SOON))
    try:
        assert _Gives.half.wait(60)
        end = time.monotonic() + 30
        while not any(path.stat().st_size >= HALF for path in (tmp_path / "files").rglob("*.part")):
            assert time.monotonic() < end
            time.sleep(0.02)
    finally:
        process.kill()
        process.join(30)
    _Gives.go_on.set()
    code, out, _ = said(folder, "--once", "--format", "json")
    told = json.loads(out)
    assert (code, told["resources"]["created"], told["whole"]) == (0, 100, True)
    assert [one for one in _Gives.asked if one[0] != "/fhir/status"] == [
        ("/fhir/$export", ""),
        ("/fhir/file", ""),
        ("/fhir/file", f"bytes={HALF}-"),
        ("DELETE", ""),
    ]
    assert [*(tmp_path / "files").rglob("*.*")] == []
