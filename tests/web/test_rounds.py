"""Rounds go on while the server runs, survive a failure, and end with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from structlog.testing import capture_logs

from natars_fhir.web.rounds import rounds


def run(once: Callable[[Callable[[], bool]], object], seconds: float, every: float = 0.001) -> None:
    async def go() -> None:
        async with rounds(once, every):
            await asyncio.sleep(seconds)

    asyncio.run(go())


def test_round_follows_round() -> None:
    made: list[bool] = []
    run(lambda stopped: made.append(stopped()), 0.1)
    assert len(made) > 2
    assert not made[0]


def test_a_round_that_fails_is_followed_by_another_and_its_text_is_not_logged() -> None:
    made = []

    def fail(_: Callable[[], bool]) -> None:
        made.append(1)
        raise ValueError("PLANTED")

    with capture_logs() as logs:
        run(fail, 0.1)
    assert len(made) > 1
    assert logs[0]["fault"] == "ValueError"
    assert "PLANTED" not in str(logs)


def test_a_round_under_way_is_told_to_stop_and_waited_for() -> None:
    ended = []

    def long(stopped: Callable[[], bool]) -> None:
        while not stopped():
            time.sleep(0.001)
        ended.append(True)

    run(long, 0.02, every=60)
    assert ended == [True]
