"""Due: while the server runs, whoever was touched by a push is screened soon after it (`service.screening.due`).

Whoever looks at what screenings say sees them current: what is due of the site is worked off first. When it is late,
pushes wait for a while before they are taken in, so that what is due does not grow without bound. Several processes on
one database share it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool

from natars_fhir.service.access.roles import May
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.remap.live import Live
from natars_fhir.service.screening.due import MOST, Worked, work_off
from natars_fhir.store import due as stored
from natars_fhir.store.engine import Store
from natars_fhir.web.metrics import Metrics

#: Seconds between two looks at what is due, where pushes leave it to be done after them.
EVERY = 0.2
#: Who has waited longer is late.
_LATE = timedelta(seconds=0.6)
#: A push waits so often, so long, for what is late.
_PATIENCE, _NAP = 100, 0.05
#: As many processes at most share what is due.
_SHARES = 2
#: What tells, or decides by, what screenings say.
_LOOKS: frozenset[str] = frozenset(
    {"read", "worklist", "attest", "sign", "counts", "figures", "allocate", "export", "bulk", "overlap", "gaps"}
)


class Due:
    """What is due in a store, by the mapping that is active."""

    def __init__(self, store: Store, live: Live, now: Clock, metrics: Metrics, *, after: bool) -> None:
        """*after*: pushes leave it to be done after them."""
        self._store, self._live, self._now, self._metrics, self.after = store, live, now, metrics, after
        self._late, self._one = False, Lock()

    def once(self, stopped: Callable[[], bool]) -> None:
        """Works off what is due, of all sites in turn, until nothing is."""
        done = 1
        while done and not stopped():
            sites = self.waiting()
            done = sum(self._some(site, share, stopped) for site in sites for share in range(_SHARES))
        self._metrics.round_made("screening", self._now())

    async def before(self, may: May | str, site: str) -> None:
        """What is to be done before a request is let in that may do this at a site; empty: at every site."""
        if not self.after:
            return
        if may in _LOOKS:
            await run_in_threadpool(self._current, site)
        elif may == "push":
            await self._caught_up()

    async def _caught_up(self) -> None:
        for _ in range(_PATIENCE):
            if not self._late:
                return
            await asyncio.sleep(_NAP)

    def _current(self, site: str) -> None:
        for one in self.waiting():
            if site in ("", one):
                self._work_off(one, wait=True)

    def waiting(self) -> list[str]:
        """The sites of which something is due; and how late it is."""
        now, here = self._now(), self._live.active.readers
        with self._store.read() as connection:
            waiting = [one for one in stored.waiting(connection, now) if one.site in here]
        self._late = any(now - one.since > _LATE for one in waiting)
        return [one.site for one in waiting]

    def _some(self, site: str, share: int, stopped: Callable[[], bool]) -> bool:
        """Works off some of a share that no other process is at; was there anything?"""
        with self._store.leading(f"due {site} {share}") as first:
            return (
                first
                and self._work_off(site, most=MOST, stopped=stopped, share=(share, _SHARES)).told.since is not None
            )

    def _work_off(self, site: str, **how: Any) -> Worked:
        """By one thread at a time: another would only find out the same."""
        here = self._live.active
        with self._one:
            worked = work_off(self._store, here.intake, here.mappings.sites[site], self._now, **how)
        if worked.told.since is not None:
            self._metrics.screened(worked.lag.total_seconds())
        return worked
