"""Origins: browsers of the hospital's record system may call the CDS service from the pages that are named.

https://cds-hooks.hl7.org/#cors; no other address of this server answers other origins.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class Origins:
    """ASGI middleware: CORS under one path, for the origins that are named; without any, nobody's."""

    def __init__(self, app: ASGIApp, path: str, origins: Sequence[str]) -> None:
        self._app, self._path = app, path
        self._open = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Accept-Language", "X-Request-ID"],
            expose_headers=["X-Request-ID"],
            max_age=600,
        )
        self._named = bool(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = str(scope.get("path", ""))
        ours = scope["type"] == "http" and (path == self._path or path.startswith(f"{self._path}/"))
        await (self._open if ours and self._named else self._app)(scope, receive, send)
