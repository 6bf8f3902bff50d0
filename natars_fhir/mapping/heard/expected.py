"""Expected: what a site's feed should hold, and whether it still comes. A feed that goes quiet is a broken interface,
not healthy patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from natars_fhir.mapping.schema import Expects

#: `never` came, although the site has been sending for longer than it may take.
State = Literal["on time", "overdue", "never", "awaited"]


@dataclass(frozen=True, slots=True)
class Expected:
    """One kind that is expected every so many days: a type of resource, or a concept."""

    kind: str
    days: int
    last: datetime | None
    state: State

    @property
    def quiet(self) -> bool:
        """Has it stayed away for too long?"""
        return self.state in ("overdue", "never")


def wanted(expects: Expects) -> dict[str, int]:
    """Kind → the days after which it is overdue."""
    return dict.fromkeys(expects.types, expects.days) | expects.each


def expected(
    expects: Expects, heard: Mapping[str, datetime], since: datetime | None, now: datetime
) -> tuple[Expected, ...]:
    """Every expected kind, with when it was *heard* last; *since* is when the site first sent anything."""
    return tuple(_one(kind, days, heard.get(kind), since, now) for kind, days in wanted(expects).items())


def _one(kind: str, days: int, last: datetime | None, since: datetime | None, now: datetime) -> Expected:
    limit = now - timedelta(days=days)
    if last is not None:
        return Expected(kind, days, last, "overdue" if last < limit else "on time")
    return Expected(kind, days, None, "never" if since is not None and since < limit else "awaited")
