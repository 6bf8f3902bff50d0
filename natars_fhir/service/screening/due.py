"""Due: who was touched by what is kept already is screened, several persons in one transaction.

What takes something in with `Intake.after` marks the persons in its own transaction, so that nothing is owed that is
not kept, and nobody is forgotten when the process dies: the marks wait. However often a person was touched meanwhile,
they are screened once. Several processes on one database share the work: nobody waits for a person whom another has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.cause import Cause, came, cause
from natars_fhir.service.screening.news import News, Rescreened, write
from natars_fhir.service.screening.rescreen import found_of, rescreen
from natars_fhir.store import audit, locks, patients
from natars_fhir.store import due as stored
from natars_fhir.store.audit import Act
from natars_fhir.store.due import Owed
from natars_fhir.store.engine import Store
from natars_fhir.store.persons import Persons, every_name

#: As many persons share a transaction; their names are so many locks, and a push of one of them waits for it.
MOST = 16
#: Whom it failed with is tried again after so long, and then after twice as long, each time.
_AGAIN, _LONGEST = timedelta(seconds=2), timedelta(hours=1)

_log = structlog.get_logger("natars_fhir.due")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked off, in all; ``lag`` is the longest that one waited, up to the end of the transaction."""

    told: Rescreened = field(default_factory=Rescreened)
    lag: timedelta = timedelta()

    def and_more(self, other: Worked) -> Worked:
        """Both together."""
        return Worked(self.told.and_more(other.told), max(self.lag, other.lag))


def work_off(
    store: Store, intake: Intake, site: Site, now: Clock, *, most: int | None = None, wait: bool = False,
    stopped: Callable[[], bool] = lambda: False, share: tuple[int, int] = (0, 1), early: bool = False,
    at_once: int = MOST,
) -> Worked:  # fmt: skip
    """Screens everybody of a site who was due when it began, or the *most* who have waited longest. Whom another has
    just now is left to them; *wait*: until it is done there too. *share*: only that one of so many parts of the names.
    *early*: also those who may wait still. *at_once*: as many share a transaction."""
    here, done, left = store.of(site.site), Worked(), most
    with here.read() as connection:
        last, skip = stored.last(connection, site.site, now(), early=early), 0
    while last and not stopped() and (left is None or left > 0):
        with here.read() as connection:
            some = at_once * share[1]
            found = stored.first(connection, site.site, now(), some, last=last, skip=skip, early=early)
        if not found:
            return done
        names = [name for name in found if _part(name, share[1]) == share[0]][: min(at_once, left or at_once)]
        worked, busy = _some(here, intake, site, names, (now, wait)) if names else (Worked(), 0)
        done, skip = done.and_more(worked), skip + (busy if names else len(found))
        left = None if left is None else left - len(names)
    return done


def _part(name: str, parts: int) -> int:
    return crc32(name.encode(errors="surrogatepass")) % parts


def _some(
    store: Store, intake: Intake, site: Site, names: Sequence[str], how: tuple[Clock, bool]
) -> tuple[Worked, int]:
    """Who goes by these names; and how many of the names are left to others. One with whom it fails is put off, and
    keeps nobody else from being screened."""
    now, wait = how
    try:
        with store.read() as connection:
            ahead = _ahead(connection, intake, site, names, now())
        told, busy = store.done(names if wait else (), lambda connection: _kept(connection, intake, site, ahead, how))
    except SQLAlchemyError:
        raise
    except Exception as fault:  # noqa: BLE001 (whose it is shows when each is screened alone)
        if len(names) > 1:
            each = [_some(store, intake, site, [name], how) for name in names]
            done = Worked()
            for worked, _ in each:
                done = done.and_more(worked)
            return done, sum(several for _, several in each)
        _log.error("screening failed", site=site.site, fault=type(fault).__name__)
        _put_off(store, site.site, names[0], now())
        return Worked(), 0
    return Worked(told, max(now() - told.since, timedelta()) if told.since else timedelta()), busy


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What was found before anything was held: the persons, for what they were due then, and what each came to."""

    persons: Persons
    marks: Mapping[str, Sequence[Owed]]
    news: Mapping[str, News]
    at: datetime


def _ahead(connection: Connection, intake: Intake, site: Site, names: Collection[str], at: datetime) -> _Ahead:
    """That takes long, and is done while others write."""
    persons = patients.persons(connection, site.site, names)
    marks = stored.marks(connection, site.site, persons)
    due = {key: names for key, names in persons.items() if marks[key]}
    why = {key: Cause(cause(names, {}, marks[key]), "push", came(names, {}, marks[key])) for key, names in due.items()}
    news = found_of(connection, intake, site, due, why, at) if due else []
    return _Ahead(due, marks, dict(zip(due, news, strict=True)), at)


def _kept(
    connection: Connection, intake: Intake, site: Site, ahead: _Ahead, how: tuple[Clock, bool]
) -> tuple[Rescreened, int]:
    """Writes what was found of the persons who are due for the same as before: whoever writes anything of a person
    marks them, or settles their marks. Who was touched meanwhile is screened now."""
    now, wait = how
    held = _held(connection, site.site, ahead.persons, wait=wait)
    marks = stored.marks(connection, site.site, held) if held else {}
    same = {key: names for key, names in held.items() if marks[key] == ahead.marks[key]}
    news = {key: names for key, names in held.items() if marks[key] and key not in same}
    told = Rescreened(since=min((one.since for key in same for one in marks[key]), default=None))
    if same:
        stored.settle(connection, site.site, every_name(same))
        done = write(connection, intake.study.id, site.site, [ahead.news[key] for key in same], ahead.at)
        told = Rescreened.of((told, *done))
    if news:
        told = told.and_more(rescreen(connection, intake, site, news, {}, now()))
    if told.since is not None:
        waited = int(max(now() - told.since, timedelta()) / timedelta(milliseconds=1))
        counts = {**told.counts, "waited-ms": waited}
        audit.write(connection, intake.key, Act(site.site, now(), "screening", counts=counts))
    return told, len(ahead.persons) - len(held)


def _held(connection: Connection, site: str, persons: Persons, *, wait: bool) -> dict[str, Collection[str]]:
    """Those of these persons whom nobody else touches until this transaction ends."""
    if not persons:
        return {}
    if wait:
        locks.also(connection, site, every_name(persons))
    held = {*persons} if wait else locks.free(connection, site, persons)
    # who was joined or parted just now is another person: the next turn has them
    known = patients.persons(connection, site, every_name(persons)) if held else {}
    return {key: names for key, names in persons.items() if key in held and known.get(key) == names}


def _put_off(store: Store, site: str, name: str, now: datetime) -> None:
    def work(connection: Connection) -> None:
        again = min(_AGAIN * 2 ** min(stored.tries(connection, site, name), 20), _LONGEST)
        stored.put_off(connection, site, [name], now + again)

    store.done((), work)
