"""Due: while the server runs, whoever was touched by a push is screened soon after it (`service.due`).

Whoever looks at what screenings say sees them current: what is due of the site is worked off first. When it is late,
each push works some of it off before it is taken in, so that what is due never grows without bound.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from natars_fhir.service.access.roles import May
from natars_fhir.service.deliver import Clock
from natars_fhir.service.due import MOST, Worked, work_off
from natars_fhir.service.live import Live
from natars_fhir.store import due as stored
from natars_fhir.store.engine import Store
from natars_fhir.web.metrics import Metrics

#: Seconds between two looks at what is due, where pushes leave it to be done after them.
EVERY = 0.2
#: Who has waited longer is late.
_LATE = timedelta(seconds=0.6)
#: As many persons of a site before it is looked again how late it is.
_TURN = 4 * MOST
#: What tells, or decides by, what screenings say.
_LOOKS: frozenset[str] = frozenset(
    {"read", "worklist", "attest", "sign", "counts", "figures", "allocate", "export", "bulk", "overlap", "gaps"}
)


class Due:
    """What is due in a store, by the mapping that is active."""

    def __init__(self, store: Store, live: Live, now: Clock, metrics: Metrics, *, after: bool) -> None:
        """*after*: pushes leave it to be done after them."""
        self._store, self._live, self._now, self._metrics, self.after = store, live, now, metrics, after
        self._late = False

    def once(self, stopped: Callable[[], bool]) -> None:
        """Works off what is due, of all sites in turn, until nothing is."""
        done = 1
        while done and not stopped():
            done = sum(self._some(site, stopped) for site in self.waiting())
        self._metrics.round_made("screening", self._now())

    async def before(self, may: May | str, site: str) -> None:
        """What is to be done before a request is let in that may do this at a site; empty: at every site."""
        if not self.after:
            return
        if may in _LOOKS:
            await run_in_threadpool(self._current, site)
        elif may == "push" and self._late:
            await run_in_threadpool(self._work_off, site, MOST)

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

    def _some(self, site: str, stopped: Callable[[], bool]) -> bool:
        return self._work_off(site, _TURN, stopped=stopped).told.since is not None

    def _work_off(
        self, site: str, most: int | None = None, *, wait: bool = False, stopped: Callable[[], bool] = lambda: False
    ) -> Worked:
        here = self._live.active
        known = here.mappings.sites[site]
        worked = work_off(self._store, here.intake, known, self._now, most=most, wait=wait, stopped=stopped)
        if worked.told.since is not None:
            self._metrics.screened(worked.lag.total_seconds())
        return worked
