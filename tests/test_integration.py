"""The guides for integration engines are true: the channel is whole and names what exists; the lines of curl run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from natars_fhir.web.app import create_app
from natars_fhir.web.server import server
from tests.doc_pages import DOCS, ROOT, fenced, prose, sections, table
from tests.service.hospital import born_on_30_february, patient
from tests.web.caller import FHIR, Caller, settings
from tests.web.test_over_loopback import until
from tests.web.test_stop import free_port

FOLDER = DOCS / "integration"
CHANNEL = ET.parse(FOLDER / "nextgen-connect.xml").getroot()  # noqa: S314 (a file of ours)
SENDER = CHANNEL.find("destinationConnectors/connector/properties")


def text(path: str) -> str:
    assert SENDER is not None
    found = SENDER.findtext(path)
    assert found is not None, path
    return found


def headers() -> dict[str, str]:
    assert SENDER is not None
    entries = SENDER.findall("headers/entry")
    return {str(one.findtext("string")): str(one.findtext("list/string")) for one in entries}


def script() -> str:
    found = CHANNEL.findtext("destinationConnectors/connector/responseTransformer/elements/*/script")
    assert found is not None
    return found


def for_good() -> set[int]:
    """The statuses at which the channel gives a message up."""
    found = re.search(r"FOR_GOOD = \[([\d, ]+)\]", script())
    assert found is not None
    return {int(one) for one in found[1].split(",")}


def told(page: Path) -> set[int]:
    """The statuses in the first column of a page's tables, and in its lines of curl."""
    rows = [row[0] for row in table(prose(page))]
    return {int(one) for row in rows for one in re.findall(r"\b[2-5]\d\d\b", row)}


def test_the_channel_sends_to_an_address_that_takes_it_with_headers_that_are_known(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens={"secret": "generic"})
    path = text("host").removeprefix("${natarsUrl}")
    given = {
        name: value.replace("${natarsToken}", "secret").replace("${requestId}", "0b9f4a5e-9d3c-4b7e-8f55-2a1d3c4b5e6f")
        for name, value in headers().items()
    }
    assert set(given) == {"Authorization", "Accept", "X-Request-ID"}
    response = call(text("method").upper(), path, patient(), **{**given, "content-type": text("contentType")})
    assert response.status_code == 200
    assert response.headers["x-request-id"] == given["X-Request-ID"]
    assert text("charset") == "UTF-8"


def test_the_channel_queues_first_keeps_the_order_and_waits_longer_than_it_is_asked_to() -> None:
    queue = "destinationConnectorProperties"
    assert (text(f"{queue}/queueEnabled"), text(f"{queue}/sendFirst")) == ("true", "false")
    assert (text(f"{queue}/threadCount"), text(f"{queue}/rotate")) == ("1", "false")
    assert int(text(f"{queue}/retryIntervalMillis")) >= 5_000
    assert CHANNEL.findtext("properties/encryptData") == "true"


def test_the_channel_gives_up_only_what_repeating_cannot_mend() -> None:
    assert for_good() >= {400, 413, 415, 422}
    assert for_good() & {401, 403, 408, 429, 500, 502, 503, 504} == set()
    rows = {
        row[0]: row[1] for row in table(sections(FOLDER / "nextgen-connect.md", "##")["What it does with an answer"])
    }
    (given_up,) = [statuses for statuses, what in rows.items() if "leaves the queue" in what]
    assert {int(one) for one in given_up.split(",")} == for_good()


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{", {}, 400),
        (patient(text={"status": "generated", "div": "x" * 5_000}), {}, 413),
        (patient(), {"content-type": "application/xml"}, 415),
        (born_on_30_february(), {}, 422),
    ],
)
def test_what_is_given_up_is_what_the_adapter_answers_to_a_message_at_fault(
    tmp_path: Path, body: object, more: dict[str, str], status: int
) -> None:
    response = Caller(tmp_path, most_bytes=4_000)("POST", "/fhir/r4", body, **{**FHIR, **more})
    assert response.status_code == status
    assert status in for_good()


def test_every_status_of_the_guides_is_told_among_the_answers() -> None:
    answers = {int(row[0]) for row in table(sections(DOCS / "integration.md", "##")["Answers"]) if row[0].isdigit()}
    answers |= {404, 405} | {502, 504} | {201} | {403, 406, 412, 429}  # a proxy's, and those of single routes
    assert told(FOLDER / "nextgen-connect.md") <= answers


def test_the_lines_of_curl_answer_what_the_page_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None or not Path("/proc/sys/kernel").is_dir():
        pytest.skip("curl, bash or /proc is not here")
    port, page = free_port(), FOLDER / "curl.md"
    tokens = re.search(r"NATARS_TOKENS='(.+)'", "".join(fenced(page, "sh")))
    assert tokens is not None
    chosen = settings(tmp_path, port=port, tokens=json.loads(tokens[1]))
    served = server(create_app(chosen), chosen)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    lines = "\n".join(fenced(page, "bash"))
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    try:
        until(lambda: served.started)
        here = lines.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        done = subprocess.run(  # noqa: S603
            ["bash", "-eu", "-c", here], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,  # noqa: S607
            env={"PATH": "/usr/bin:/bin", "NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
    finally:
        served.should_exit = True
        thread.join(60)
    assert done.stderr == ""
    assert done.stdout.split() == re.findall(r"# → (\d+)", lines)
    assert done.returncode == 0
