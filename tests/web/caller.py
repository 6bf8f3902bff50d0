"""Calls the real application, in this process and without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from natars_fhir.settings import Settings
from natars_fhir.web.app import create_app
from tests.blank import blank
from tests.one_loop import ask
from tests.service.hospital import NOW

FHIR = {"content-type": "application/fhir+json"}


def settings(folder: Path, **more: Any) -> Settings:
    at = {} if "database" in more else {"database": blank(folder)}
    return Settings(**{"key_file": folder / "key", **at, **more})


class Caller:
    """One application, and requests to it."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.settings = settings(folder, **more)
        self.app: FastAPI = create_app(self.settings, now=lambda: NOW)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request; a document goes as FHIR's JSON unless *headers* say else."""
        content = body if isinstance(body, bytes) or body is None or hasattr(body, "__aiter__") else _json(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.app, method, path, content, {**(FHIR if body is not None else {}), **named})

    def push(self, document: Any, base: str = "/fhir/r4", **headers: str) -> httpx.Response:
        return self("POST", base, document, **headers)


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def code(response: httpx.Response) -> str:
    """The one issue of an OperationOutcome, by its code."""
    assert response.headers["content-type"].startswith("application/fhir+json")
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][0]["code"])
