"""Figures: what an operator watches of every site, asked of the store at the moment. Counts and ages, and no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from natars_fhir.mapping.heard.expected import expected
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.answer import ISSUE, LET_GO, REFUSED
from natars_fhir.service.pull.fault import FAULT
from natars_fhir.store import due, exports, figures, gaps, pulls
from natars_fhir.store.engine import Store
from natars_fhir.store.figures import Sum

#: What becomes of a resource that comes in.
FATES = ("created", "changed", "unchanged", "late", "deleted", LET_GO, REFUSED)
#: Those too that were put off.
_WHENEVER = datetime.max.replace(tzinfo=UTC)
_PUSHES = ("push", "push again")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name, what it says, and its labels."""

    name: str
    says: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    counts_up: bool = False


def watched(store: Store, sites: Iterable[Site], now: datetime) -> list[Figure]:
    """Every figure of these sites, and of whatever else the store knows. Raises what the store raises."""
    with store.read() as connection:
        sums = [*figures.sums(connection)]
        return [
            Figure("natars_store_up", "1 where the store answers.", 1),
            *_acts(sums),
            *_pushed(sums, now),
            *_waiting(connection, now),
            *_pulls(connection, now),
            *_exports(connection, now),
            *(one for site in sites for one in _feeds(connection, site, now)),
        ]


def away() -> list[Figure]:
    """What there is to say while the store does not answer."""
    return [Figure("natars_store_up", "1 where the store answers.", 0)]


def _acts(sums: Iterable[Sum]) -> Iterator[Figure]:
    """Sums of the sealed audit; each fate, issue-type and screening over all acts of a site."""
    totals: dict[tuple[str, str], int] = {}
    for one in sums:
        if one.name.isdigit():
            labels = {"site": one.site, "act": one.act, "status": one.name}
            yield Figure("natars_acts", "Acts in the audit.", one.count, labels, counts_up=True)
        totals[one.site, one.name] = totals.get((one.site, one.name), 0) + one.count
    for (site, name), count in totals.items():
        told = _counted(name)
        if told is not None:
            metric, says, label = told
            yield Figure(metric, says, count, {"site": site, **label}, counts_up=True)


def _counted(name: str) -> tuple[str, str, dict[str, str]] | None:
    if name in FATES:
        return "natars_resources", "Resources that came in, by what became of them.", {"fate": name}
    if name.startswith(ISSUE):
        return "natars_issues", "Issues that senders were told, by issue-type.", {"code": name.removeprefix(ISSUE)}
    if name.startswith(FAULT):
        return "natars_pull_faults", "Pulls that failed, by why.", {"kind": name.removeprefix(FAULT)}
    if name == "screened":
        return "natars_screenings", "Patients screened.", {}
    if name == "findings":
        return "natars_findings", "Patients whose findings changed.", {}
    return None


def _pushed(sums: Iterable[Sum], now: datetime) -> Iterator[Figure]:
    last: dict[str, datetime] = {}
    for one in sums:
        if one.act in _PUSHES:
            last[one.site] = max(one.last, last.get(one.site, one.last))
    for site, at in last.items():
        yield Figure("natars_last_push_seconds", "Seconds since the site's last push.", _age(at, now), {"site": site})


def _pulls(connection: Connection, now: datetime) -> Iterator[Figure]:
    """How long ago a site's server was read well, and how old what is newest of each type is."""
    for one in pulls.states(connection):
        if one.ended is not None:
            says = "Seconds since the last pull of the site that ended well."
            yield Figure("natars_last_pull_seconds", says, _age(one.ended, now), {"site": one.site})
        says = "Pulls in a row that failed."
        yield Figure("natars_pull_failing", says, one.failures, {"site": one.site})
    for site, mark in pulls.marks(connection):
        labels = {"site": site, "kind": mark.kind}
        yield Figure("natars_pull_mark_seconds", "Seconds since the mark of a type.", _age(mark.at, now), labels)


def _waiting(connection: Connection, now: datetime) -> Iterator[Figure]:
    for site, count in figures.set_apart(connection).items():
        yield Figure("natars_quarantine", "Documents and entries in quarantine.", count, {"site": site})
    for mark in due.waiting(connection, _WHENEVER):
        yield Figure("natars_due", "Marks of patients who are to be screened.", mark.count, {"site": mark.site})
        says = "Seconds since the oldest of them was made."
        yield Figure("natars_due_oldest_seconds", says, _age(mark.since, now), {"site": mark.site})
    for one in figures.letters(connection):
        labels = {"site": one.site, "state": one.state}
        yield Figure("natars_outbox", "Letters to the site, waiting or given up.", one.count, labels)
        says = "Seconds since the oldest of them was queued."
        yield Figure("natars_outbox_oldest_seconds", says, _age(one.oldest, now), labels)


def _exports(connection: Connection, now: datetime) -> Iterator[Figure]:
    for state, count, oldest in exports.states(connection):
        labels = {"state": state}
        yield Figure("natars_exports", "Exports that clients asked for, by their state.", count, labels)
        says = "Seconds since the oldest of them was asked for."
        yield Figure("natars_exports_oldest_seconds", says, _age(oldest, now), labels)


def _feeds(connection: Connection, site: Site, now: datetime) -> Iterator[Figure]:
    """How long each kind that the site's file expects has stayed away, beside how long it may."""
    heard, since = gaps.last_heard(connection, site.site), gaps.first_heard(connection, site.site)
    for one in expected(site.expects, heard, since, now):
        labels = {"site": site.site, "kind": one.kind}
        last = one.last or since
        if last is not None:
            says = "Seconds since this kind came last, or since the site's first push."
            yield Figure("natars_feed_lag_seconds", says, _age(last, now), labels)
        says = "Seconds within which this kind is expected."
        yield Figure("natars_feed_expected_seconds", says, timedelta(days=one.days).total_seconds(), labels)
        yield Figure("natars_feed_quiet", "1 where this kind has stayed away for too long.", float(one.quiet), labels)


def _age(at: datetime, now: datetime) -> float:
    """Never below nothing: clocks may be set back."""
    return max((now - at).total_seconds(), 0.0)
