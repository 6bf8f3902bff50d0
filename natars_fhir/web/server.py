"""Serve: the application on a port, by uvicorn. https://www.uvicorn.org"""

from __future__ import annotations

from typing import Any

import uvicorn
from fastapi import FastAPI

from natars_fhir.settings import Settings
from natars_fhir.web.protocol import Protocol


def server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A server that is ready to run."""
    return uvicorn.Server(config_of(app, settings))


def config_of(app: FastAPI | str, settings: Settings, **more: Any) -> uvicorn.Config:
    """How it is served. No access log: it would hold addresses, and these may name a patient.

    Asked to stop, it takes no new connection, finishes the requests that are under way, and then ends the rounds.
    """
    # with certificates who is believed is decided by the address that really connected
    quiet: dict[str, Any] = {"access_log": False, "log_config": None, "server_header": False}
    rules: dict[str, Any] = {
        "proxy_headers": not settings.certificate_header,
        "timeout_graceful_shutdown": settings.stop_within,
        "http": Protocol,
        "ws": "none",
    }
    return uvicorn.Config(app, host=settings.host, port=settings.port, **rules, **quiet, **more)
