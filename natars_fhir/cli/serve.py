"""`natars-fhir serve`: the adapter as a server."""

from __future__ import annotations

import ipaddress
import signal

import typer

from natars_fhir.cli.exits import CONFIGURATION, DONE, UNAVAILABLE
from natars_fhir.cli.screens import errors
from natars_fhir.collector import spare_while_serving
from natars_fhir.settings import Settings


def serve() -> None:
    """Serves /fhir/r4 and /fhir/r5, and delivers to the sites. Settings: NATARS_… (docs/settings.md)."""
    # the web and the store are heavy: only the commands that need them load them
    from natars_fhir.service.upkeep.secret import SecretError
    from natars_fhir.store.engine import StoreError
    from natars_fhir.web.app import create_app
    from natars_fhir.web.logs import log_to_stderr
    from natars_fhir.web.server import server

    settings = Settings()
    try:
        if not loopback(settings.host):
            _check_known(settings)
        app = create_app(settings)
    except SecretError as wrong:
        raise _stopped(str(wrong), CONFIGURATION) from wrong
    except StoreError as wrong:
        raise _stopped(str(wrong), UNAVAILABLE) from wrong
    except KeyError as wrong:
        raise _stopped(
            f"NATARS_TOKENS or NATARS_DEFAULT_SITE names a site without a file: {wrong}", CONFIGURATION
        ) from wrong
    if settings.workers > 1:
        app.state.close()
        raise _by_workers(settings)
    log_to_stderr(settings.log_level)
    where = f"natars-fhir on http://{settings.host}:{settings.port}/fhir/r4 and /fhir/r5; for people: /pages"
    errors().print(where, markup=False, soft_wrap=True)
    served = server(app, settings)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda *_: app.state.live.ask())
    signal.signal(signal.SIGTERM, _no_more)
    spare_while_serving()
    try:
        served.run()
    except SystemExit:  # uvicorn's own way out, when the port is taken
        errors().print(_taken(settings), markup=False, soft_wrap=True)
    raise typer.Exit(DONE if served.started else UNAVAILABLE)


def _taken(settings: Settings) -> str:
    where = f"{settings.host}:{settings.port}"
    return f"The server cannot listen on {where}: is the port taken, or not yours (NATARS_HOST, NATARS_PORT)?"


def _no_more(*_: object) -> None:
    """uvicorn stops at this signal, and raises it once more when it has stopped: that is no reason to die of it."""


def _check_known(settings: Settings) -> None:
    """Others can reach the server: somebody must be set up. Ends the command; raises StoreError."""
    from natars_fhir.service.access.found import configured

    told = configured(settings)
    if not told.anybody:
        raise _stopped(
            "Without NATARS_TOKENS, or tokens of the store (natars-fhir site add), the server listens on loopback "
            "only: nobody could be told apart.",
            CONFIGURATION,
        )
    if told.clients and not settings.public_url.startswith("https://"):
        raise _stopped(
            "Clients ask for tokens at an address that they sign: set NATARS_PUBLIC_URL to an https:// one.",
            CONFIGURATION,
        )


def _by_workers(settings: Settings) -> typer.Exit:
    """Several processes serve; what could not start was told before they are."""
    from natars_fhir.web.workers import serve_by_workers

    errors().print(f"natars-fhir on http://{settings.host}:{settings.port}, {settings.workers} workers", markup=False)
    try:
        serve_by_workers(settings)
    except SystemExit:
        return _stopped(_taken(settings), UNAVAILABLE)
    return typer.Exit(DONE)


def _stopped(text: str, code: int) -> typer.Exit:
    errors().print(text, markup=False, soft_wrap=True)
    return typer.Exit(code)


def loopback(host: str) -> bool:
    """Is *host* reachable from this machine alone?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
