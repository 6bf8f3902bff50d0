"""The outbox: what a site must be told, written with the data that brought it about, and read in order to be sent.

The order: what is about one subject goes as it was queued, whatever its kind and target, so that a result is never
there before the subject it belongs to, nor after that was taken back; what is about no subject keeps the order of its
target. Subjects do not wait for each other. A study goes before all that was queued after it, for they refer to it.
Who sends what is next is settled for the whole site (`lines`), so that no letter is claimed for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from natars_fhir.store import driver
from natars_fhir.store.packed import digest, pack, unpack
from natars_fhir.store.rows import add, among
from natars_fhir.store.tables.core import delivery, outbox

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to be told: *body* is put at *target* of the site's server. ``attempts`` are those before."""

    seq: int
    site: str
    kind: str
    target: str
    body: bytes
    attempts: int
    about: str = ""
    due: datetime = _LONG_AGO

    @property
    def order(self) -> str:
        """Letters with the same go one after the other."""
        return self.about or self.target


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending a letter: ``outcome`` and ``codes`` are words of protocols, and never a patient's."""

    at: datetime
    outcome: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a letter after an attempt. ``counted``: the attempt is one of those after which it is given up;
    ``due``: when it is tried again, where that is not at once."""

    letter: Letter
    attempt: Attempt
    state: str
    counted: bool = True
    due: datetime | None = None


#: What is to be told, where, and of which kind: kind, target, body.
News = tuple[str, str, bytes]

#: Letters are looked through so many at a time.
_PAGE = 200
#: No patience is as long as this: what lies farther ahead was written before the clock was set back.
FARTHEST = timedelta(days=2)

_last = outbox.alias("last")
_is_last = (
    outbox.c.seq
    == select(func.max(_last.c.seq))
    .where(_last.c.site == outbox.c.site, _last.c.target == outbox.c.target)
    .scalar_subquery()
)
_LAST_HASHES = select(outbox.c.target, outbox.c.hash).where(among(outbox.c.site, outbox.c.target), _is_last)


def queue(connection: Connection, site: str, told: Sequence[News], now: datetime, about: str = "") -> int:
    """Puts letters in, but for those that say the same as the last one to their target; what waits there is no longer
    needed. *about* names the subject that all of them but the studies are about. How many letters that makes."""
    return len(queue_each(connection, site, [(about, told)], now))


def queue_each(
    connection: Connection, site: str, told: Sequence[tuple[str, Sequence[News]]], now: datetime
) -> set[str]:
    """The same for several subjects: each with the letters that are about it. The targets that are told something."""
    every = {letter[1]: (about, letter) for about, letters in told for letter in letters}
    hashes = {target: digest(letter[2]) for target, (_, letter) in every.items()}
    last = _last_hashes(connection, site, hashes.keys())
    fresh = {
        target: {"site": site, "kind": kind, "target": target, "body": pack(body), "hash": hashes[target],
                 "about": "" if kind == "ResearchStudy" else about}
        for about, (kind, target, body) in every.values()
        if last.get(target) != hashes[target]
    }  # fmt: skip
    if not fresh:
        return set()
    if known := [target for target in fresh if target in last]:
        driver.run(connection, _OVERTAKEN, {"of_site": site, "names": known})
    waiting = {"state": "waiting", "queued": now, "due": now, "attempts": 0}
    add(connection, outbox, [{**row, **waiting} for row in fresh.values()])
    return {*fresh}


_OVERTAKEN = (
    update(outbox)
    .where(among(outbox.c.site, outbox.c.target), or_(outbox.c.state == "waiting", outbox.c.state == "dead"))
    .values(state="superseded")
)


def _last_hashes(connection: Connection, site: str, targets: Collection[str]) -> dict[str, str]:
    return dict(driver.rows(connection, _LAST_HASHES, {"of_site": site, "names": targets})) if targets else {}


_LAST_BODY = (
    select(outbox.c.body)
    .where(outbox.c.site == bindparam("site"), outbox.c.target == bindparam("target"))
    .order_by(outbox.c.seq.desc())
    .limit(1)
)


def last_said(connection: Connection, site: str, target: str) -> bytes | None:
    """What this target was told last, or will be; None where nothing."""
    found = driver.rows(connection, _LAST_BODY, {"site": site, "target": target})
    return unpack(found[0].body) if found else None


_LAST_BODIES = select(outbox.c.target, outbox.c.body).where(among(outbox.c.site, outbox.c.target), _is_last)


def last_said_each(connection: Connection, site: str, targets: Collection[str]) -> dict[str, bytes]:
    """The same of several targets, of those that were told something."""
    found = driver.rows(connection, _LAST_BODIES, {"of_site": site, "names": targets}) if targets else []
    return {row.target: unpack(row.body) for row in found}


_ABOUT = select(outbox.c.target).where(
    outbox.c.site == bindparam("site"), outbox.c.about == bindparam("about"), outbox.c.kind == bindparam("kind")
)


def told(connection: Connection, site: str, about: str, kind: str) -> list[str]:
    """The targets of one kind that were told something about a subject; in order."""
    found = driver.rows(connection, _ABOUT, {"site": site, "about": about, "kind": kind})
    return sorted({row.target for row in found})


def due_letters(connection: Connection, site: str, now: datetime, most: int) -> list[Letter]:
    """The letters of a site that may go now, in order, and at most one to a target: were they sent again, nothing older
    would come after something newer."""
    found: list[Letter] = []
    held, targets = set[str](), set[str]()
    for letter, due in _in_order(connection, site):
        if letter is None or len(found) == most:
            break
        late = not _is_due(due, now)
        if late and letter.kind == "ResearchStudy":
            break
        if late or letter.order in held or letter.target in targets:
            held.add(letter.order)
            continue
        found.append(letter)
        targets.add(letter.target)
    return found


def _in_order(connection: Connection, site: str) -> Iterator[tuple[Letter | None, datetime]]:
    """What waits, and when it is due; None in the place of a study that was given up: all that follows waits for it."""
    here = outbox.c
    dead = and_(here.kind == "ResearchStudy", here.state == "dead")
    last = 0
    while True:
        asked = select(outbox).where(here.site == site, or_(here.state == "waiting", dead), here.seq > last)
        rows = connection.execute(asked.order_by(here.seq).limit(_PAGE)).all()
        for row in rows:
            told = (row.seq, row.site, row.kind, row.target, unpack(row.body), row.attempts, row.about, row.due)
            yield Letter(*told) if row.state == "waiting" else None, row.due
        if len(rows) < _PAGE:
            return
        last = rows[-1].seq


def _is_due(due: datetime, now: datetime) -> bool:
    return due <= now or due > now + FARTHEST


def write_down(connection: Connection, settled: Sequence[Settled]) -> None:
    """Every attempt, of letters that are still there: what was forgotten meanwhile has no row any more."""
    seqs = select(outbox.c.seq).where(outbox.c.seq.in_([one.letter.seq for one in settled]))
    there = set(connection.execute(seqs.order_by(outbox.c.seq).with_for_update()).scalars())
    rows = [
        {
            "outbox": one.letter.seq,
            "at": one.attempt.at,
            "outcome": one.attempt.outcome,
            "codes": " ".join(one.attempt.codes),
        }
        for one in settled
        if one.letter.seq in there
    ]
    add(connection, delivery, rows)


def settle(connection: Connection, settled: Sequence[Settled]) -> None:
    """What becomes of the letters; one that was overtaken meanwhile stays so, unless it is there."""
    here = outbox.c
    done = [one.letter.seq for one in settled if one.state == "done"]
    if done:
        mine = update(outbox).where(here.seq.in_(done), here.state.in_(("waiting", "superseded")))
        connection.execute(mine.values(state="done", attempts=here.attempts + 1))
    for one in settled:
        if one.state == "done":
            continue
        news: dict[str, Any] = {"state": one.state, "attempts": here.attempts + int(one.counted)}
        mine = update(outbox).where(here.seq == one.letter.seq, here.state == "waiting")
        connection.execute(mine.values(news if one.due is None else {**news, "due": one.due}))


def revive(connection: Connection, site: str, now: datetime, seqs: Collection[int] = ()) -> int:
    """Gives what was given up another chance: somebody has seen to the reason. All of it, or what is named; how many
    there are."""
    here = outbox.c
    dead = update(outbox).where(here.site == site, here.state == "dead")
    chosen = dead.where(here.seq.in_(sorted(seqs))) if seqs else dead
    return connection.execute(chosen.values(state="waiting", due=now, attempts=0)).rowcount
