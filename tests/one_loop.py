"""One event loop for all calls of applications in this process: making one for each call, with its threads, takes a
third of the call's time. https://anyio.readthedocs.io/en/stable/threads.html
"""

from __future__ import annotations

from typing import Any

import httpx
from anyio.from_thread import BlockingPortalProvider
from starlette.types import ASGIApp

#: It runs as long as somebody has entered it: tests/conftest.py does so for all tests.
LOOP = BlockingPortalProvider()


def ask(app: ASGIApp, method: str, path: str, content: Any, headers: dict[str, str]) -> httpx.Response:
    """One request to *app*, without a network."""
    with LOOP as portal:
        return portal.call(_asked, app, method, path, content, headers)


async def _asked(app: ASGIApp, method: str, path: str, content: Any, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://adapter.example") as http:
        return await http.request(method, path, content=content, headers=headers)
