"""The work of Bulk Data exports: a job is taken up, its files are written, and taken away when their time is over.

One process works at a time, on one job: whoever dies lets go, and the next begins the job anew. What is gone since an
earlier export is found by comparing all that comes out with what came out before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.bulk_export_asked import Wanted, of_text
from natars_fhir.service.export.bulk_export_changes import Moment, by_subject, compared, deletions, parts
from natars_fhir.service.export.bulk_export_form import formed
from natars_fhir.service.export.bulk_export_whom import Whom, whom
from natars_fhir.service.export.endpoints import Seen
from natars_fhir.service.export.export_told import Told
from natars_fhir.service.export.exported import TYPES, Asked, Line, exported
from natars_fhir.service.export.ndjson_files import MOST_BYTES, NdjsonFiles, fresh, remove
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.screened import today
from natars_fhir.store import audit, export_known, exports
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from natars_fhir.store.exports import Job

#: So often a job is begun before it is given up; so many subjects are compared and written down at once.
_ATTEMPTS, _BATCH = 5, 50
_log = structlog.get_logger("natars_fhir.export")


class Lines(Protocol):
    """What gives the lines of a site (`service.export.exported`)."""

    def __call__(
        self,
        store: Store,
        intake: Intake,
        asked: Asked,
        *,
        seen: Seen | None,
        withheld: Callable[[str, str], object],
        told: Callable[[Issue], object],
    ) -> Iterator[Line]:
        """The lines."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What exports are made with; files live for *lives* after they are there."""

    store: Store
    intake: Intake = field(repr=False)
    sites: Mapping[str, Site]
    folder: Path
    lives: timedelta
    lines: Lines = exported
    most: int = MOST_BYTES


class _TakenAwayError(Exception):
    """The job is no more this process's to do: it was cancelled, or is to be begun again."""


class _StoppedError(Exception):
    """The server stops: the job is left to whoever takes it up."""


@dataclass(slots=True)
class _Run:
    """One job under way."""

    shop: Workshop
    job: Job
    wanted: Wanted
    files: NdjsonFiles
    stopped: Callable[[], bool]
    told: Told = field(default_factory=Told)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    progress: str = ""
    given: set[tuple[str, str]] = field(default_factory=set)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.wanted.kinds or TYPES)

    @property
    def moment(self) -> Moment:
        at = self.job.begun or self.job.made
        return Moment(at, self.wanted.since, datetime.combine(today(at), time(), SHANGHAI).isoformat().encode())


def work_once(shop: Workshop, now: Callable[[], datetime], stopped: Callable[[], bool] = lambda: False) -> bool:
    """Takes away what is over, and does one job, where this process is the one that does; False where there is none."""
    with shop.store.leading("exports") as first:
        if not first:
            return False
        keep_house(shop, now())
        with shop.store.write(()) as connection:
            job = exports.begin(connection, now())
        if job is None:
            return False
        if job.attempts > _ATTEMPTS:
            _give_up(shop, job, now())
            return True
        _do(shop, job, now, stopped)
        return True


def _do(shop: Workshop, job: Job, now: Callable[[], datetime], stopped: Callable[[], bool]) -> None:
    try:
        with fresh(Path(job.folder) / job.id) as folder, NdjsonFiles(folder, packed=True, most=shop.most) as files:
            run = _Run(shop, job, of_text(job.asked), files, stopped)
            _write(run)
            _finish(run, now())
    except _StoppedError:
        return
    except _TakenAwayError:
        _log.info("export taken away", job=job.id)
    except Exception:
        with shop.store.write(()) as connection:
            exports.again(connection, job)
        raise


def _write(run: _Run) -> None:
    who = whom(run.shop.store, run.shop.intake, run.shop.sites, run.job, run.wanted)
    some = [one for one in who if one.anybody]
    for number, one in enumerate(some, 1):
        _site(run, one, f"{number} of {len(some)}")
    if run.wanted.since is not None:
        _deleted(run, who)
    for issue in _told(run, who):
        run.files.add("error", "OperationOutcome", msgspec.json.encode(operation_outcome([issue])))


def _site(run: _Run, whose: Whom, place: str) -> None:
    """All that comes out of one site."""
    shop, seen = run.shop, set[str]()

    def at(done: int, of: int) -> None:
        run.progress = f"site {place}, {done} of {of} subjects"

    asked = Asked((whose.site,), today(run.moment.at), run.kinds, None, whose.named)
    told = run.told
    lines = shop.lines(shop.store, shop.intake, asked, seen=at, withheld=told.withheld, told=told.told)
    if not (whose.everybody or whose.named):
        lines = iter(())  # nobody named would be everybody
    for some in parts(by_subject(lines), _BATCH):
        _batch(run, whose.site.site, some)
        seen |= {subject for subject, _ in some}
    with shop.store.of(whose.site.site).read() as connection:
        there = export_known.subjects(connection, whose.site.site)
    left = (there if whose.everybody else there & (whose.named | whose.lost)) - seen
    for some in parts(((subject, list[Line]()) for subject in sorted(left)), _BATCH):
        _batch(run, whose.site.site, some)


def _batch(run: _Run, site: str, some: Sequence[tuple[str, list[Line]]]) -> None:
    """Some subjects: what is new of them is written, and what is known of them by now is kept."""
    if run.stopped():
        raise _StoppedError
    store, news = run.shop.store.of(site), []
    counts = run.counts.setdefault(site, Counter())
    with store.read() as connection:
        known = {subject: export_known.of(connection, site, subject) for subject, _ in some}
    for subject, lines in some:
        out, told = compared(known[subject], lines, run.kinds, run.moment)
        news += told
        counts["resources"] += sum(_give(run, line) for line in out)
        counts["subjects"] += bool(subject and lines)
    held = [subject for subject, lines in some if subject and lines]
    with run.shop.store.write(()) as connection:
        if not exports.go_on(connection, run.job, run.progress, site, held):
            raise _TakenAwayError
        export_known.keep(connection, site, news)


def _give(run: _Run, line: Line) -> bool:
    """Writes a line, in the form that was asked for, where it passes the filters; what is nobody's comes once."""
    if (line.kind, line.id) in run.given:
        return False
    raw = formed(line.raw, line.kind, run.wanted, run.told.told)
    if raw is None:
        return False
    if not line.subject:
        run.given.add((line.kind, line.id))
    run.files.add("output", line.kind, raw)
    return True


def _deleted(run: _Run, who: Sequence[Whom]) -> None:
    """What there was at the moment since when the client asks, and is no more, of those whom it asks for."""
    since = run.wanted.since or run.job.made
    with run.shop.store.read() as connection:
        found = [
            (kind, ident)
            for one in who
            for kind, ident, subject in export_known.gone(connection, one.site.site, run.kinds, since)
            if one.has(kind, subject)
        ]
    for bundle in deletions(sorted({*found} - run.given), run.job.id):
        run.files.add("deleted", "Bundle", msgspec.json.encode(bundle))


def _told(run: _Run, who: Sequence[Whom]) -> Iterator[Issue]:
    """What the client is told beside: what was not done, what was left out and why, and how often. No value."""
    yield from run.wanted.told
    if missing := len({*run.wanted.subjects} - {name for one in who for name in one.asked}):
        text = f"Of the patients that were named {missing} cannot be exported."
        yield Issue("warning", "not-found", "patient", text)
    yield from run.told.issues()


def _finish(run: _Run, now: datetime) -> None:
    """The files are there, and every site's audit says what came out of it."""
    job, shop = run.job, run.shop
    made = run.files.close()
    with shop.store.write(()) as connection:
        if not exports.finish(connection, job, made, now, now + shop.lives):
            raise _TakenAwayError
        for site, counts in sorted(run.counts.items()):
            told = {**counts, "withheld": run.told.left_of(site)}
            audit.write(connection, shop.intake.key, Act(site, now, "export", "", 200, told, by=job.by))
    _log.info("export done", job=job.id, files=len(made), lines=sum(one.count for one in made))


def _give_up(shop: Workshop, job: Job, now: datetime) -> None:
    remove(Path(job.folder) / job.id)
    with shop.store.write(()) as connection:
        exports.fail(connection, job, now, now + shop.lives)
        act = Act(job.whose or EVERYWHERE, now, "export", "", 500, {"attempts": job.attempts}, by=job.by)
        audit.write(connection, shop.intake.key, act)
    _log.error("export given up", job=job.id, attempts=job.attempts)


def keep_house(shop: Workshop, now: datetime) -> None:
    """Files whose time is over go, with their jobs; so does what is no job's any more."""
    with shop.store.read() as connection:
        over, known = exports.ended(connection), exports.ids(connection)
    for job in over:
        folder = Path(job.folder) / job.id
        expired = job.expires is not None and job.expires <= now
        if expired or job.state != "done":
            remove(folder)
        if expired or (job.state == "done" and not folder.is_dir()):
            with shop.store.write(()) as connection:
                exports.remove(connection, job.id)
                act = Act(job.whose or EVERYWHERE, now, "export expired", "", 200, {}, by=job.by)
                audit.write(connection, shop.intake.key, act)
    for stray in shop.folder.iterdir() if shop.folder.is_dir() else ():
        if stray.name not in known and stray.is_dir() and not stray.is_symlink():  # a file there is somebody else's
            remove(stray)
