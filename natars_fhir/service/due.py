"""Due: who was touched by what is kept already is screened, several persons in one transaction.

What takes something in with `Intake.after` marks the persons in its own transaction, so that nothing is owed that is
not kept, and nobody is forgotten when the process dies: the marks wait. However often a person was touched meanwhile,
they are screened once. Several processes on one database share the work: nobody waits for a person whom another has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.mapping.schema import Site
from natars_fhir.service.intake import Intake
from natars_fhir.service.rescreen import Rescreened, rescreen
from natars_fhir.store import audit, locks, patients
from natars_fhir.store import due as stored
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.persons import every_name

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
    early: bool = False, at_once: int = MOST, stopped: Callable[[], bool] = lambda: False,
) -> Worked:  # fmt: skip
    """Screens everybody of a site who was due when it began, or the *most* who have waited longest. Whom another has
    just now is left to them; *wait*: until it is done there too. *early*: also those who may wait still."""
    here, done, left = store.of(site.site), Worked(), most
    with here.read() as connection:
        last, skip = stored.last(connection, site.site, now(), early=early), 0
    while last and not stopped() and (left is None or left > 0):
        with here.read() as connection:
            some = min(at_once, left or at_once)
            names = stored.first(connection, site.site, now(), some, last=last, skip=skip, early=early)
        if not names:
            return done
        worked, busy = _some(here, intake, site, names, (now, wait))
        done, skip = done.and_more(worked), skip + busy
        left = None if left is None else left - len(names)
    return done


def _some(
    store: Store, intake: Intake, site: Site, names: Sequence[str], how: tuple[Clock, bool]
) -> tuple[Worked, int]:
    """Who goes by these names; and how many of the names are left to others. One with whom it fails is put off, and
    keeps nobody else from being screened."""
    now, wait = how
    try:
        told, busy = store.done(
            names if wait else (), lambda connection: _screened(connection, intake, site, names, how)
        )
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


def _screened(
    connection: Connection, intake: Intake, site: Site, names: Collection[str], how: tuple[Clock, bool]
) -> tuple[Rescreened, int]:
    now, wait = how
    mine, busy = _held(connection, site.site, names, wait=wait)
    if not mine:
        return Rescreened(), busy
    at = now()
    told = rescreen(connection, intake, site, mine, {}, at)
    if told.since is not None:
        waited = int(max(now() - told.since, timedelta()) / timedelta(milliseconds=1))
        audit.write(
            connection, intake.key, Act(site.site, at, "screening", counts={**told.counts, "waited-ms": waited})
        )
    return told, busy


def _held(connection: Connection, site: str, names: Collection[str], *, wait: bool) -> tuple[dict[str, set[str]], int]:
    """The persons behind these names who are due and whom nobody else touches until this transaction ends; and how many
    of the names are left to others."""
    persons = patients.persons(connection, site, names)
    if wait:
        locks.also(connection, site, every_name(persons))
    held = {*persons} if wait else locks.free(connection, site, persons)
    still = stored.still(connection, site, names)  # another may have screened them meanwhile
    # who was joined or parted just now is another person: the next turn has them
    known = patients.persons(connection, site, still) if held and still else {}
    mine = {key: goes_by for key, goes_by in known.items() if key in held and persons.get(key) == goes_by}
    return mine, len(still - every_name(mine))


def _put_off(store: Store, site: str, name: str, now: datetime) -> None:
    def work(connection: Connection) -> None:
        again = min(_AGAIN * 2 ** min(stored.tries(connection, site, name), 20), _LONGEST)
        stored.put_off(connection, site, [name], now + again)

    store.done((), work)
