"""Pace: whom files touch is screened when all of them have come, and now and then before where that takes long.

A load or a pull brings one type after the other, so that each patient is touched again and again; screened each time, a
patient costs as often as much. Who is due is marked with what came (`service.screening.due`): a run that dies owes
nothing that is not marked, and the next one, or the server by itself, goes on there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.due import work_off
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.store.engine import Store

#: So long whoever is due waits at least for more of them, while the files come; the server leaves them to the run for
#: as long as `PATIENCE`.
_WHILE, PATIENCE = timedelta(minutes=1), timedelta(minutes=5)
#: Screening before all has come takes a fifth of a run's time at most: the rest is to come first.
_SHARE: Final = 4
#: As many patients as one transaction screens: other writers wait for it.
_AT_ONCE = 50


@dataclass(slots=True)
class Pace:
    """When a run screens next, and what its screenings came to."""

    told: Rescreened = field(default_factory=Rescreened)
    _next: datetime | None = None

    def keep_up(self, store: Store, intake: Intake, site: Site, now: Callable[[], datetime]) -> None:
        """Screens whoever is due, if it is time to."""
        begun = now()
        if self._next is None:
            self._next = begun + _WHILE
        if begun >= self._next:
            self.finish(store, intake, site, now)
            self._next = now() + max(_WHILE, _SHARE * (now() - begun))

    def finish(
        self, store: Store, intake: Intake, site: Site, now: Callable[[], datetime],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """Screens everybody who is due, whoever marked them."""
        done = work_off(store, intake, site, now, wait=True, early=True, at_once=_AT_ONCE, stopped=stopped)
        self.told = self.told.and_more(done.told)


def later(intake: Intake) -> Intake:
    """The same intake, which marks whom it touches and screens nobody."""
    return replace(intake, after=True, patience=PATIENCE)
