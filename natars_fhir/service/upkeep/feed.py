"""Feed: how a site's feed and the way back to it do now: rate, failures by place, what waits, what is quiet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection

from natars_fhir.mapping.heard.expected import Expected, expected
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.answer import ISSUE
from natars_fhir.service.upkeep.figures import FATES
from natars_fhir.store import feeds, gaps, letters, lines, quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.feeds import Counts, Push
from natars_fhir.store.lines import Line
from natars_fhir.store.quarantine import Wanted

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
#: Pushes that are looked at, and documents in quarantine.
MOST_PUSHES, MOST_APART = 20_000, 1_000
_INDEX = re.compile(r"\[\d+\]")
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Rate:
    """What came within a time: pushes, those that were refused whole, resources."""

    pushes: int
    refused: int
    resources: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of what is wrong with what waits in quarantine: issue-type, FHIRPath without numbers, how often."""

    code: str
    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One site's. ``issues`` are issue-types that its senders were told within a week."""

    site: str
    last: datetime | None
    hour: Rate
    day: Rate
    week: Rate
    issues: Sequence[tuple[str, int]]
    failures: Sequence[Failure]
    apart: dict[str, int]
    waiting: int
    dead: int
    line: Line
    expected: Sequence[Expected]

    @property
    def quiet(self) -> Sequence[Expected]:
        """The kinds that stay away for too long."""
        return [one for one in self.expected if one.quiet]


def feed(store: Store, site: Site, now: datetime) -> Feed:
    """How a site's feed does now."""
    name = site.site
    with store.of(name).read() as connection:
        pushed = [*feeds.pushes(connection, name, now - WEEK, MOST_PUSHES)]
        left = letters.left(connection, [name])
        heard, since = gaps.last_heard(connection, name), gaps.first_heard(connection, name)
        return Feed(
            site=name,
            last=pushed[0].at if pushed else None,
            hour=_rate(pushed, now - HOUR),
            day=_rate(pushed, now - DAY),
            week=_rate(pushed, now - WEEK),
            issues=_issues(one for one in pushed if one.at >= now - WEEK),
            failures=_failures(connection, name),
            apart=quarantine.counts(connection, name),
            waiting=left.get((name, "waiting"), 0),
            dead=left.get((name, "dead"), 0),
            line=lines.line(connection, name),
            expected=expected(site.expects, heard, since, now),
        )


def _rate(pushed: Iterable[Push], since: datetime) -> Rate:
    found = [one for one in pushed if one.at >= since]
    refused = sum(one.status >= _REFUSED for one in found)
    return Rate(len(found), refused, sum(_resources(one.counts) for one in found))


@lru_cache(maxsize=4_096)
def _resources(counts: Counts) -> int:
    return sum(number for name, number in counts if name in FATES)


def _issues(pushed: Iterable[Push]) -> Sequence[tuple[str, int]]:
    told: Counter[str] = Counter()
    for counts, times in Counter(one.counts for one in pushed).items():
        for name, number in counts:
            if name.startswith(ISSUE):
                told[name.removeprefix(ISSUE)] += number * times
    return told.most_common()


def _failures(connection: Connection, site: str) -> Sequence[Failure]:
    rows = quarantine.listed(connection, Wanted("waiting", most=MOST_APART), site)
    told = Counter(
        (issue.code, _INDEX.sub("", issue.expression))
        for row in rows
        for issue in row.issues
        if issue.severity in ("fatal", "error")
    )
    return [Failure(code, place, count) for (code, place), count in told.most_common()]
