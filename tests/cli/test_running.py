"""A server beside a command: there while it is needed, gone afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from natars_fhir.cli.running import running


async def _hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


def test_an_app_is_served_on_loopback_until_the_command_is_done() -> None:
    with running(Starlette(routes=[Route("/", _hello)])) as address:
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(address).text == "hello"
    with pytest.raises(httpx.TransportError):
        httpx.get(address)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_app_that_does_not_start_is_told() -> None:
    @asynccontextmanager
    async def broken(_: Starlette) -> AsyncIterator[None]:
        raise ValueError("no")
        yield

    with pytest.raises(RuntimeError, match="did not start"), running(Starlette(lifespan=broken)):
        pass
