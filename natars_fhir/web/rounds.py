"""Rounds: while the server runs, it looks into the outbox again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event

import structlog

from natars_fhir.web.guard import place

_log = structlog.get_logger("natars_fhir.rounds")

#: One round; it asks whether it is to stop early.
Round = Callable[[Callable[[], bool]], object]


@asynccontextmanager
async def rounds(once: Round, every: float) -> AsyncIterator[None]:
    """Makes a round in a thread every so many seconds, until the block ends; a letter that is under way is finished."""
    stop, stopped = asyncio.Event(), Event()
    task = asyncio.create_task(_go(once, every, stop, stopped))
    try:
        yield
    finally:
        stop.set()
        stopped.set()
        await task


async def _go(once: Round, every: float, stop: asyncio.Event, stopped: Event) -> None:
    while not stop.is_set():
        try:
            await asyncio.to_thread(once, stopped.is_set)
        except Exception as fault:  # noqa: BLE001 (the next round may go better)
            _log.error("round failed", fault=type(fault).__name__, at=place(fault))
        try:
            await asyncio.wait_for(stop.wait(), every)
        except TimeoutError:
            continue
