"""Keys at an address: only one that nobody can change on the way is asked, and seldom."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import respx

from natars_fhir.service.access.published import Published, may_be_asked
from natars_fhir.service.http import client
from tests.service.access.clients_of import jwks, public, rsa_key
from tests.service.hospital import NOW

URL = "https://his.hospital-a.example/jwks.json"
SET = jwks(public(rsa_key(), "rsa"))
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def published() -> Published:
    return Published(lambda: client(1.0))


@pytest.mark.parametrize(
    ("url", "may"),
    [
        (URL, True), ("http://127.0.0.1:9000/jwks", True), ("http://localhost/jwks", True), ("http://[::1]/jwks", True),
        ("http://his.hospital-a.example/jwks", False), ("http://127.0.0.1.example/jwks", False), ("ftp://x/y", False),
        ("http://10.0.0.1/jwks", False), ("file:///etc/passwd", False), ("https://", False), ("", False),
        ("https://user:secret@his.example/jwks", False), ("https://[::1", False), ("http://localhost.example", False),
    ],
)  # fmt: skip
def test_only_https_or_this_machine_is_asked(published: Published, url: str, may: bool) -> None:
    assert may_be_asked(url) is may
    if not may:
        with respx.mock(assert_all_called=False) as net:
            asked = net.route().mock(return_value=httpx.Response(200, text=SET))
            assert published.keys(url, "rsa", NOW) == ()
            assert not asked.called


@respx.mock
def test_what_is_published_is_kept_for_a_few_minutes(published: Published) -> None:
    asked = respx.get(URL).mock(return_value=httpx.Response(200, text=SET))
    for after in (0, 60, 299):
        assert [one.kid for one in published.keys(URL, "rsa", NOW + after * SECOND)] == ["rsa"]
    assert asked.call_count == 1
    published.keys(URL, "rsa", NOW + 300 * SECOND)
    assert asked.call_count == 2
    assert asked.calls[0].request.headers["accept"] == "application/json"


@respx.mock
def test_a_name_that_is_not_there_is_asked_for_once_a_minute(published: Published) -> None:
    asked = respx.get(URL).mock(return_value=httpx.Response(200, text=SET))
    for second in range(60):
        published.keys(URL, f"guess {second}", NOW + second * SECOND)
    assert asked.call_count == 1
    asked.mock(return_value=httpx.Response(200, text=jwks(public(rsa_key("new"), "new"))))
    assert [one.kid for one in published.keys(URL, "new", NOW + MINUTE)] == ["new"]
    assert asked.call_count == 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500), httpx.Response(404), httpx.Response(200, text="<html>"), httpx.Response(200, text="[]"),
        httpx.Response(302, headers={"location": "https://elsewhere.example/jwks"}),
        httpx.Response(200, text=SET + " " * 300_000),
        httpx.ConnectError("PLANTED"), httpx.ReadTimeout("PLANTED"),
    ],
    ids=str,
)  # fmt: skip
@respx.mock
def test_an_answer_that_is_none_gives_no_key_and_is_not_asked_for_again_at_once(
    published: Published, answer: httpx.Response | Exception
) -> None:
    told = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": answer}
    asked = respx.get(URL).mock(**told)
    assert published.keys(URL, "rsa", NOW) == published.keys(URL, "rsa", NOW + 59 * SECOND) == ()
    assert asked.call_count == 1
    asked.mock(side_effect=None, return_value=httpx.Response(200, text=SET))
    assert published.keys(URL, "rsa", NOW + MINUTE) != ()


@respx.mock
def test_many_addresses_are_not_kept_for_ever(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.service.access.published._MOST_KEPT", 8)
    respx.get(url__startswith="https://many.example/").mock(return_value=httpx.Response(200, text=SET))
    for number in range(20):
        published.keys(f"https://many.example/{number}", "rsa", NOW)
    assert len(published._kept) <= 8
