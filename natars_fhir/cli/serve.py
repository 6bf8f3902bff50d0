"""`natars-fhir serve`: the adapter as a server."""

from __future__ import annotations

import ipaddress

import typer
import uvicorn

from natars_fhir.cli.exits import CONFIGURATION
from natars_fhir.cli.screens import errors
from natars_fhir.settings import Settings
from natars_fhir.web.app import create_app


def serve() -> None:
    """Serves /fhir/r4 and /fhir/r5, and delivers to the sites. Settings: NATARS_… (docs/settings.md)."""
    settings = Settings()
    if not settings.tokens and not loopback(settings.host):
        errors().print("Without NATARS_TOKENS the server listens on loopback only: nobody could be told apart.")
        raise typer.Exit(CONFIGURATION)
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_config=None, server_header=False)


def loopback(host: str) -> bool:
    """Is *host* reachable from this machine alone?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
