"""Limits: how much at once, and how often. Each is counted in memory, for one worker. https://limits.readthedocs.io"""

from __future__ import annotations

import asyncio
import math
import time
from threading import Timer

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from natars_fhir.web.respond import Refusal, Told, refuse

#: What operations ask is answered however much there is to do.
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})


#: Seconds after which counts that are over are looked for.
_SWEEP = 60.0


class _NoTimer(Timer):
    """In the place of the storage's own, which it would begin anew, in a thread, with nearly every request: that took a
    fifth of a millisecond, as much as finding out who asks."""

    def __init__(self) -> None:
        super().__init__(0, lambda: None)

    def is_alive(self) -> bool:
        """So that none is begun."""
        return True


class Rates:
    """How often something may be done in a minute."""

    def __init__(self, most: int) -> None:
        self._item, self._counts = RateLimitItemPerMinute(most), MemoryStorage()
        self._limiter, self._swept = SlidingWindowCounterRateLimiter(self._counts), time.monotonic()
        self._counts.timer = _NoTimer()

    def once_more(self, name: str) -> bool:
        """Counts it; False where it was done often enough."""
        if time.monotonic() - self._swept > _SWEEP:
            self._sweep()
        return self._limiter.hit(self._item, name)

    def _sweep(self) -> None:
        """What counts no more goes: the storage lets go of it when it is asked for."""
        self._swept = time.monotonic()
        for name in [*self._counts.storage]:
            self._counts.get(name)

    def admit(self, name: str) -> None:
        """Counts a request. Raises Refusal, with the seconds after which there is room again."""
        if self.once_more(name):
            return
        left = self._limiter.get_window_stats(self._item, name).reset_time - time.time()
        wait = {"Retry-After": str(max(1, math.ceil(left)))}
        raise Refusal(429, "throttled", f"At most {self._item.amount} requests a minute are taken of a site.", wait)


class AtOnce:
    """ASGI middleware: so many requests are in work at once, and no more, so that what they hold has an end."""

    def __init__(self, app: ASGIApp, most: int, people: Told = lambda *_: None) -> None:
        self._app, self._most, self._now, self._people = app, most, 0, people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. The event loop counts alone: nothing comes between asking and adding."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        if self._now >= self._most:
            wait = {"Retry-After": "1", "Connection": "close"}
            text = "As many requests as can be are in work: send it again."
            await (self._people(scope, 503) or refuse(503, "throttled", text, wait))(scope, receive, send)
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1


#: Bytes of a body that come in a second over the slowest line that is waited for.
SLOWEST = 1_000


class Patience:
    """ASGI middleware: a body comes within *wait* seconds and what it needs over a slow line, or it is not waited for.

    A sender that stops in the middle and leaves the connection open would else keep a place of `AtOnce` for ever.
    """

    def __init__(self, app: ASGIApp, wait: float) -> None:
        self._app, self._wait = app, wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Reading its body raises Refusal where it does not come."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        left, whole = self._wait, False

        async def part() -> Message:
            nonlocal left, whole
            if whole:  # what still may come is that the sender goes
                return await receive()
            started = time.monotonic()
            try:
                async with asyncio.timeout(left):
                    message = await receive()
            except TimeoutError:
                raise _late() from None
            left += len(message.get("body", b"")) / SLOWEST - (time.monotonic() - started)
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, part, send)


def _late() -> Refusal:
    return Refusal(408, "timeout", "The body stopped coming: send it again.", {"Connection": "close"})
