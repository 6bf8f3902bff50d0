"""Limits: how much at once, and how often. Each is counted in memory, for one worker. https://limits.readthedocs.io"""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from natars_fhir.web.respond import Refusal, refuse

#: What operations ask is answered however much there is to do.
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})


class Rates:
    """How often something may be done in a minute."""

    def __init__(self, most: int) -> None:
        self._item = RateLimitItemPerMinute(most)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def once_more(self, name: str) -> bool:
        """Counts it; False where it was done often enough."""
        return self._limiter.hit(self._item, name)

    def admit(self, name: str) -> None:
        """Counts a request. Raises Refusal, with the seconds after which there is room again."""
        if self.once_more(name):
            return
        left = self._limiter.get_window_stats(self._item, name).reset_time - time.time()
        wait = {"Retry-After": str(max(1, math.ceil(left)))}
        raise Refusal(429, "throttled", f"At most {self._item.amount} requests a minute are taken of a site.", wait)


class AtOnce:
    """ASGI middleware: so many requests are in work at once, and no more, so that what they hold has an end."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._now = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. The event loop counts alone: nothing comes between asking and adding."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        if self._now >= self._most:
            wait = {"Retry-After": "1", "Connection": "close"}
            await refuse(503, "throttled", "As many requests as can be are in work: send it again.", wait)(
                scope, receive, send
            )
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1
