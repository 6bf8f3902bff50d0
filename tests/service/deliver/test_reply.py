"""What a site's server says, and what follows of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.deliver.reply import backoff, issue_codes, reply

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
HTML = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (200, "done"), (201, "done"), (204, "done"),
        (301, "again"), (302, "again"), (304, "again"),
        (400, "dead"), (405, "dead"), (410, "dead"), (413, "dead"), (415, "dead"), (422, "dead"),
        (401, "again"), (403, "again"), (404, "again"), (408, "again"), (409, "again"), (412, "again"), (429, "again"),
        (500, "again"), (502, "again"), (503, "again"), (504, "again"),
    ],
)  # fmt: skip
def test_a_status_is_done_to_be_tried_again_or_dead(status: int, what: str) -> None:
    said = reply(httpx.Response(status), b"", NOW)
    assert (said.what, said.outcome) == (what, str(status))


def test_a_page_of_html_is_no_fhir_servers_answer() -> None:
    assert reply(httpx.Response(200, headers=HTML), b"<html>", NOW).what == "again"
    assert reply(httpx.Response(200, headers=HTML), b"<html>", NOW).outcome == "200 html"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0),
        ("Sat, 15 Jun 2024 04:01:00 GMT", 60.0),
        ("Sat, 15 Jun 2024 03:00:00 GMT", 0.0),
        ("99999999", 86400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0),
        ("", 0.0), ("soon", 0.0), ("-5", 0.0), ("１２", 0.0), ("1e3", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_honoured_as_seconds_or_a_date(asked: str, seconds: float) -> None:
    response = httpx.Response(429, headers={"retry-after": asked.encode()})
    assert reply(response, b"", NOW).wait == seconds


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b'{"issue":[{"code":"required"},{"code":"invalid"}]}', ("invalid", "required")),
        (b'{"issue":[{"code":"invalid","diagnostics":"PLANTED"},{"code":"invalid"}]}', ("invalid",)),
        (b'{"issue":[{"code":"Patient PLANTED 77"},{"code":7},"x",{}]}', ()),
        (b'{"issue":{"code":"invalid"}}', ()),
        (b"[]", ()), (b"", ()), (b"<html>", ()), (b"\xff", ()), (b'{"issue":[', ()), (b"[" * 5000, ()),
    ],
)  # fmt: skip
def test_of_an_outcome_only_its_codes_are_kept(body: bytes, codes: tuple[str, ...]) -> None:
    assert issue_codes(body) == codes
    assert reply(httpx.Response(400), body, NOW).codes == codes


@given(attempt=st.integers(1, 10_000), drawn=st.floats(0, 1, exclude_max=True))
def test_the_pause_grows_to_a_bound_and_is_drawn_from_all_of_it(attempt: int, drawn: float) -> None:
    most = min(3600.0, 2.0 * 2.0 ** min(attempt, 20))
    assert backoff(attempt, lambda: drawn) == drawn * most
    assert timedelta(seconds=backoff(attempt, lambda: drawn)) <= timedelta(hours=1)
