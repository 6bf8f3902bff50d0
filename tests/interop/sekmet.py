"""A FHIR server that we did not write: sekmet-fhir 0.1.1, as its package runs, on a free port of this machine.

What it checks it checks with classes of its own; its hospital's machinery (it answers a Task by itself after two
seconds) is switched off, so that what it holds is what it was sent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import httpx

from tests.postgres import free_port

MOST_SECONDS = 60.0
#: How another server is named, in the place of the one that is started here: `make interop`.
GIVEN = "INTEROP_SERVER"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A FHIR server, and what it holds."""

    url: str

    def get(self, path: str, **asked: str) -> dict[str, Any]:
        told = httpx.get(f"{self.url}/{path}", params=asked, trust_env=False, timeout=30)
        assert told.status_code == 200, told.text
        found: dict[str, Any] = told.json()
        return found

    def holds(self, kind: str) -> list[dict[str, Any]]:
        """Every resource of a type."""
        entries = self.get(kind, _count="200").get("entry", ())
        return [one["resource"] for one in entries if one["resource"]["resourceType"] == kind]

    def version(self, kind: str, ident: str) -> str:
        """How often it was written."""
        return str(self.get(f"{kind}/{ident}")["meta"]["versionId"])


@contextmanager
def sekmet(folder: Path, more: str = "") -> Iterator[Elsewhere]:
    """Started, with *more* settings, waited for, and killed when the block ends."""
    program, port = which("sekmet", path=str(Path(sys.executable).parent)), free_port()
    assert program is not None, "sekmet-fhir is a dev dependency"
    url = f"http://127.0.0.1:{port}/fhir"
    written = f"base_url: {url}\ndata_dir: {folder}/held\nlog_inbound: false\nsimulator:\n  enabled: false\n{more}"
    (folder / "settings.yaml").write_text(written, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (a program of our own environment)
            [program, "serve", "--config", "settings.yaml", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _answers(url, process, folder / "log")
            yield Elsewhere(url)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(MOST_SECONDS)


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            if httpx.get(f"{url}/metadata", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("sekmet did not start")
