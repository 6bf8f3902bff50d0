"""An export as a hospital's server gives it, played by respx: kick-off, status, manifest, files."""

from __future__ import annotations

import json
from typing import Any

import httpx
import respx

from tests.service.pull.ward import BASE, answer

STATUS = f"{BASE}/bulk-status/1"
AT = "2024-06-15T02:30:00Z"


def lines(*resources: Any) -> bytes:
    return b"".join(
        one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in resources
    )


def file(name: str, kind: str = "Patient", **more: Any) -> dict[str, Any]:
    return {"type": kind, "url": f"{BASE}/files/{name}", **more}


def manifest(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"transactionTime": AT, "request": f"{BASE}/$export", "requiresAccessToken": True}
    return {**told, "output": [*output], "error": [], **more}


class Export:
    """What the server does; a test changes what it wants another way."""

    def __init__(self, router: respx.MockRouter, told: dict[str, Any], **files: Any) -> None:
        self.router = router
        self.kick_off = router.get(url__regex=rf"{BASE}/(Group/natars/|Patient/)?\$export.*").mock(
            return_value=answer({}, 202, **{"content-location": STATUS})
        )
        self.status = router.get(STATUS).mock(
            side_effect=[answer(b"", 202, **{"retry-after": "4", "x-progress": "50% of it"}), answer(told)]
        )
        self.cancelled = router.delete(STATUS).mock(return_value=answer(b"", 202))
        self.files = {name: self.gives(name, one) for name, one in files.items()}

    def gives(self, name: str, one: Any) -> respx.Route:
        """A file by its name, or what is answered in its place."""
        route: respx.Route = self.router.get(f"{BASE}/files/{name}")
        found = one if isinstance(one, list) else [one]
        answers = [each if not isinstance(each, bytes) else httpx.Response(200, content=each) for each in found]
        return route.mock(side_effect=answers) if len(answers) > 1 else route.mock(return_value=answers[0])

    def ready(self, *told: dict[str, Any] | httpx.Response) -> None:
        """From now on the status is these, one after the other."""
        self.status.mock(side_effect=[one if isinstance(one, httpx.Response) else answer(one) for one in told])

    @property
    def asked(self) -> list[list[tuple[str, str]]]:
        """The parameters of every kick-off."""
        return [call.request.url.params.multi_items() for call in self.kick_off.calls]
