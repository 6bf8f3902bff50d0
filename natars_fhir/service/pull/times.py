"""Times: when a pull is to be made by itself, by the plan of the site. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.mapping.pull import Pull


def due(plan: Pull, began: datetime | None, now: datetime) -> bool:
    """Is it time, where the last began then? A clock that was set back makes it time."""
    if not plan.every and not plan.at:
        return False
    if began is None or began > now:
        return True
    if plan.every:
        return now - began >= timedelta(minutes=plan.every)
    return began < struck(plan.at, now)


def struck(hours: tuple[str, ...], now: datetime) -> datetime:
    """The last of these hours, of the trial's time zone, that has struck."""
    here = now.astimezone(SHANGHAI)
    days = (here.date(), here.date() - timedelta(days=1))
    found = [datetime.combine(day, time.fromisoformat(one), SHANGHAI) for day in days for one in hours]
    return max(at for at in found if at <= here)
