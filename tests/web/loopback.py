"""The application on a real port of this machine, for requests that truly come at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from natars_fhir.store.engine import Store
from natars_fhir.web.app import create_app
from natars_fhir.web.server import server
from tests.web.caller import FHIR, settings

_MOST_SECONDS = 30.0

#: Method, path under the R4 base, body, headers.
Ask = tuple[str, str, Any, dict[str, str]]


@contextmanager
def served(folder: Path, store: Store, **more: Any) -> Iterator[httpx.Client]:
    """A client of the R4 base of a server that runs, with these settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chosen = settings(folder, port=port, **more)
    running = server(create_app(chosen, store=store), chosen)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + _MOST_SECONDS
        while not running.started:
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.01)
        base = f"http://127.0.0.1:{port}/fhir/r4"
        with httpx.Client(base_url=base, headers=FHIR, trust_env=False, timeout=_MOST_SECONDS) as http:
            yield http
    finally:
        running.should_exit = True
        thread.join(_MOST_SECONDS)
        assert not thread.is_alive()


def at_once(http: httpx.Client, asks: Sequence[Ask]) -> list[httpx.Response]:
    """All of them at the same moment, each on a thread of its own; the answers in their order."""
    ready = threading.Barrier(len(asks))

    def one(ask: Ask) -> httpx.Response:
        method, path, body, headers = ask
        ready.wait(_MOST_SECONDS)
        content = body if isinstance(body, bytes | None) else None
        more = {} if content is not None or body is None else {"json": body}
        return http.request(method, path, content=content, headers={**FHIR, **headers}, **more)

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(one, asks))
