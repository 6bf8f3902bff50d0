"""Serve: the application on a port, by uvicorn, with logs that hold no address. https://www.uvicorn.org"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from natars_fhir.settings import Settings


def server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A server that is ready to run."""
    return uvicorn.Server(config_of(app, settings))


def config_of(app: FastAPI | str, settings: Settings, **more: Any) -> uvicorn.Config:
    """How it is served. No access log: it would hold addresses, and these may name a patient."""
    # with certificates who is believed is decided by the address that really connected
    quiet: dict[str, Any] = {"access_log": False, "log_config": None, "server_header": False}
    proxied = not settings.certificate_header
    return uvicorn.Config(app, host=settings.host, port=settings.port, proxy_headers=proxied, **quiet, **more)


def log_to_stderr() -> None:
    """One JSON object a line; what an exception says is never among it."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
