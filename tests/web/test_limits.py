"""So many at once, so often a minute, and what is told beyond it."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.store.engine import open_store
from natars_fhir.web.limits import AtOnce, Patience, Rates
from natars_fhir.web.respond import Refusal
from tests.service.hospital import KEY, NOW, patient
from tests.web.caller import Caller, code

A, B = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}


def test_a_site_that_asks_too_often_waits_and_the_others_do_not(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_requests=3, tokens={"a": "hospital-a", "b": "hospital-b"})
    assert [call.push(patient(), **A).status_code for _ in range(3)] == [200] * 3
    response = call.push(patient(), **A)
    assert (response.status_code, code(response)) == (429, "throttled")
    assert 1 <= int(response.headers["retry-after"]) <= 120
    assert call.push(patient(), **B).status_code == 200
    assert call("GET", "/fhir/r4/metadata").status_code == 200


def test_a_second_token_gives_a_site_no_more(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_requests=2, tokens={"a": "hospital-a"})
    store = open_store(call.settings.database)
    more = [bearers.add(store, KEY, Wanted("hospital-a", "", ("engine",)), NOW)[1] for _ in range(2)]
    store.close()
    told = [call.push(patient(), authorization=f"Bearer {token}").status_code for token in (*more, "a")]
    assert told == [200, 200, 429]


def test_who_is_unknown_uses_up_nobodys_share(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_requests=1, tokens={"a": "hospital-a"})
    assert [call.push(patient(), authorization="Bearer x").status_code for _ in range(5)] == [401] * 5
    assert call.push(patient(), **A).status_code == 200


def test_rates_count_each_name_for_itself() -> None:
    rates = Rates(2)
    assert [rates.once_more(name) for name in ("x", "y", "x", "x", "y", "y")] == [True, True, True, False, True, False]


def test_counting_begins_no_thread_and_what_is_over_is_kept_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(5)
    time.sleep(0.05)  # the storage's own first look is over
    before, now, real = {*threading.enumerate()}, [0.0], (time.time(), time.monotonic())
    monkeypatch.setattr(time, "time", lambda: real[0] + now[0])
    monkeypatch.setattr(time, "monotonic", lambda: real[1] + now[0])
    for minute in range(10):
        now[0] = minute * 90.0
        assert all(rates.once_more(f"{name} {minute}") for name in range(20))
    assert {*threading.enumerate()} <= before
    assert len(rates._counts.storage) <= 60  # those of two windows, and of the one that is just over


def _at_once(most: int, requests: int, path: str = "/slow") -> list[int]:
    """The statuses, in the order in which the requests came, of requests that all wait for each other."""

    async def all_of_them() -> list[int]:
        go = asyncio.Event()

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            await go.wait()
            if scope["path"] == "/fails":
                raise RuntimeError
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        transport = httpx.ASGITransport(AtOnce(slow, most), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://adapter.example") as http:
            asked = [asyncio.create_task(http.post(path)) for _ in range(requests)]
            for _ in range(50):
                await asyncio.sleep(0)
            go.set()
            told = [response.status_code for response in await asyncio.gather(*asked)]
            after = await http.post("/slow")
            return [*told, after.status_code]

    return asyncio.run(all_of_them())


def test_more_than_can_be_in_work_at_once_are_sent_away_and_later_taken() -> None:
    assert _at_once(2, 5) == [200, 200, 503, 503, 503, 200]


def test_a_request_that_fails_makes_room_too() -> None:
    assert _at_once(2, 3, "/fails") == [500, 500, 503, 200]


def test_health_is_told_however_much_there_is_to_do() -> None:
    assert _at_once(1, 4, "/healthz") == [200] * 5


def test_who_is_sent_away_is_told_when_to_come_back() -> None:
    async def one() -> httpx.Response:
        async def never(*_: Any) -> None:
            raise AssertionError

        transport = httpx.ASGITransport(AtOnce(never, 0))
        async with httpx.AsyncClient(transport=transport, base_url="http://adapter.example") as http:
            return await http.post("/fhir/r4", content=b"{}")

    response = asyncio.run(one())
    assert (response.status_code, code(response)) == (503, "throttled")
    assert response.headers["retry-after"] == "1"


def test_the_application_is_bounded_by_its_setting(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_at_once=1)
    arrived = asyncio.Event

    async def two() -> list[int]:
        first_came, go = arrived(), arrived()

        async def waiting() -> Any:
            first_came.set()
            await go.wait()
            yield b'{"resourceType": "Patient", "id": "1"}'

        transport = httpx.ASGITransport(call.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://adapter.example") as http:
            told = {"content-type": "application/fhir+json"}
            first = asyncio.create_task(http.post("/fhir/r4", content=waiting(), headers=told))
            await _soon(first_came)
            second = await http.post("/fhir/r4", content=b"{}", headers=told)
            health = await http.get("/healthz")
            go.set()
            return [(await first).status_code, second.status_code, health.status_code]

    assert asyncio.run(two()) == [200, 503, 200]


async def _soon(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 20)


def _patient(parts: list[bytes], wait: float, *, then: bool) -> list[Any]:
    """What a reader gets of a body in *parts*, of which the last comes only *then*."""
    got: list[Any] = []

    async def receive() -> Any:
        if not parts:
            await asyncio.Event().wait()
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts) or not then}

    async def reader(_: Any, part: Any, __: Any) -> None:
        message = {"more_body": True}
        while message.get("more_body"):
            message = await part()
            got.append(message["body"])

    async def never(_: Any) -> None:
        raise AssertionError

    asyncio.run(Patience(reader, wait)({"type": "http"}, receive, never))
    return got


def test_a_body_that_comes_is_read_whole() -> None:
    assert _patient([b"a", b"b", b""], 20, then=True) == [b"a", b"b", b""]


def test_a_body_that_stops_coming_is_not_waited_for() -> None:
    with pytest.raises(Refusal) as told:
        _patient([b"a", b"b"], 0.01, then=False)
    assert (told.value.status, told.value.code) == (408, "timeout")
    assert told.value.headers == {"Connection": "close"}


def test_after_the_body_there_is_no_hurry() -> None:
    async def of_an_answer_that_takes_long() -> bool:
        gone = asyncio.Event()

        async def receive() -> Any:
            if not gone.is_set():
                gone.set()
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.sleep(0.05)
            return {"type": "http.disconnect"}

        async def answers(_: Any, part: Any, __: Any) -> None:
            await part()
            assert (await part())["type"] == "http.disconnect"

        await Patience(answers, 0.001)({"type": "http"}, receive, receive)  # type: ignore[arg-type]
        return gone.is_set()

    assert asyncio.run(of_an_answer_that_takes_long())


def test_a_sender_that_stops_gives_its_place_back(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_at_once=1, body_wait=0.05)

    async def half() -> Any:
        yield b'{"resourceType": "Patient"'
        await asyncio.Event().wait()

    stopped = call.push(half())
    assert (stopped.status_code, code(stopped)) == (408, "timeout")
    assert call.push(patient()).status_code == 200
