"""Operations: is the process alive, can it work, and what does it count: for those who run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.remap.live import Live
from natars_fhir.service.upkeep import figures
from natars_fhir.service.upkeep.secret import is_there
from natars_fhir.store import about
from natars_fhir.store.engine import Store
from natars_fhir.store.gone import is_gone
from natars_fhir.store.migrate import HEAD, StoreError, release
from natars_fhir.web.metrics import MEDIA_TYPE, Metrics
from natars_fhir.web.needs import needs
from natars_fhir.web.respond import RETRY_AFTER, respond

_SAYS = {
    "store": "The store does not answer.",
    "schema": "The store's tables are not those of this program.",
    "key": "The key file is missing, unsafe or not this store's.",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """What operations look at."""

    store: Store
    live: Live
    key_file: Path
    metrics: Metrics
    now: Clock

    def faults(self) -> list[str]:
        """What hinders the work: words of `_SAYS`."""
        try:
            with self.store.read() as connection:
                number, check = release(connection), about.key_check(connection)
        except StoreError:  # the tables of somebody else
            return ["schema"]
        except Exception as fault:
            if not is_gone(fault):
                raise
            return ["store"]
        found = {"schema": number == HEAD, "key": is_there(self.key_file, check)}
        return [name for name, good in found.items() if not good]

    def figures(self) -> bytes:
        """All metrics; where the store is away, those of this process."""
        try:
            told = figures.watched(self.store, self.live.active.mappings.sites.values(), self.now())
        except Exception as fault:
            if not is_gone(fault):
                raise
            told = figures.away()
        here = self.live.active.mappings
        mappings = [
            figures.Figure(
                "natars_mapping", "1, of the mapping that is active.", 1, {"site": site, "hash": here.hash_of(site)}
            )
            for site in sorted(here.sites)
        ]
        faults = figures.Figure(
            "natars_mapping_faults", "Faults of a folder that could not become active.", len(self.live.faults)
        )
        return self.metrics.told([*told, *mappings, faults])


def operations(watch: Watch) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    router = APIRouter()

    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz() -> Response:
        faults = await run_in_threadpool(watch.faults)
        if faults:
            return _not_ready(faults)
        kept = "the last good ones" if watch.live.faults else "ok"
        return JSONResponse({"status": "ready", "checks": {**dict.fromkeys(_SAYS, "ok"), "mappings": kept}})

    async def metrics() -> Response:
        return Response(await run_in_threadpool(watch.figures), media_type=MEDIA_TYPE)

    for path, answer in (("/healthz", healthz), ("/readyz", readyz)):
        router.add_api_route(path, answer, methods=["GET"], response_model=None, dependencies=needs("anybody"))
    may = needs("metrics", across=True)
    router.add_api_route("/metrics", metrics, methods=["GET"], response_model=None, dependencies=may)
    return router


def _not_ready(faults: Sequence[str]) -> Response:
    issues = [Issue("error", "transient", "", _SAYS[one]) for one in faults]
    return respond(503, operation_outcome(issues), {"Retry-After": str(RETRY_AFTER)})
