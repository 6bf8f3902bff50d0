"""News: what screening persons came to, written down and told, table by table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from natars_fhir.service.deliver import announce
from natars_fhir.service.deliver.tell import new_of, retract
from natars_fhir.service.screening.lives import Noticed
from natars_fhir.store import outbox, patients, screenings, subjects, worklist
from natars_fhir.store.patients import Standing
from natars_fhir.store.subjects import Whose
from natars_fhir.store.worklist import Line


@dataclass(frozen=True, slots=True)
class Rescreened:
    """How many patients were screened, how many have new findings, and how many letters wait for the site; ``since``
    when the first of them was due, of those who were."""

    screened: int = 0
    changed: int = 0
    queued: int = 0
    since: datetime | None = None

    @classmethod
    def of(cls, several: Iterable[Rescreened]) -> Rescreened:
        """All of them together."""
        each = [*several]
        since = min((one.since for one in each if one.since), default=None)
        return cls(
            sum(one.screened for one in each), sum(one.changed for one in each), sum(one.queued for one in each), since
        )

    def and_more(self, other: Rescreened) -> Rescreened:
        """Both together."""
        return Rescreened.of((self, other))

    @property
    def counts(self) -> dict[str, int]:
        """As the audit has them."""
        return {"screened": self.screened, "findings": self.changed, "letters": self.queued}


@dataclass(frozen=True, slots=True)
class News:
    """What one person came to, to be written down: where it stands now (nowhere, where nothing is known of it), the
    letters, those that say nothing new among them, the way, the screening where it is another, and the line in the
    worklist; ``lines`` are those of before."""

    earlier: Sequence[Standing]
    stands: Standing | None = None
    letters: Sequence[outbox.News] = ()
    noticed: Noticed | None = None
    changed: bool = False
    found: screenings.Found | None = None
    line: Line | None = None
    lines: Collection[str] = ()

    @property
    def target(self) -> str | None:
        """As what the site is told of the person now."""
        return self.stands.target if self.stands else None

    @property
    def turned(self) -> bool:
        """Does the data say another verdict?"""
        now = self.stands
        return now is not None and all((one.key, one.verdict) != (now.key, now.verdict) for one in self.earlier)


def write(connection: Connection, trial: str, site: str, news: Sequence[News], now: datetime) -> list[Rescreened]:
    """Everything that is new of these persons, table by table; what that comes to, person by person."""
    stand = [one.stands for one in news if one.stands]
    patients.gone(connection, site, {old.key for one in news for old in one.earlier} - {one.key for one in stand})
    letters_of = new_of(connection, site, [one.letters for one in news])
    letters = [letter for each in letters_of for letter in each]
    turned = [one.target for one in news if one.turned and one.target]
    wanted = announce.wanted(connection, site) if letters or turned else ()
    announce.letters(connection, site, letters, now, wanted)
    about = [(one.target or "", each) for one, each in zip(news, letters_of, strict=True)]
    queued = outbox.queue_each(connection, site, about, now)
    told = [_queued(each, queued) for each in letters_of]
    ways = [(Whose(site, one.stands.key, trial), one.noticed) for one in news if one.stands and one.noticed]
    subjects.notice(connection, [(whose, event) for whose, way in ways for event in way.causes])
    subjects.stand(connection, [(whose, way.stands) for whose, way in ways if way.stands])
    patients.stand(connection, site, stand)
    lines = [one.line for one in news if one.line]
    worklist.drop(connection, site, {key for one in news for key in one.lines} - {line.key for line in lines})
    worklist.put(connection, site, lines)
    announce.verdicts(connection, site, turned, now, wanted)
    screenings.record(connection, site, [(one.stands.key, one.found) for one in news if one.stands and one.found])
    told = [
        letters + _retracted(connection, site, one.earlier, one.target, now)
        for one, letters in zip(news, told, strict=True)
    ]
    return [
        Rescreened(int(one.stands is not None), int(one.changed), many) for one, many in zip(news, told, strict=True)
    ]


def _queued(letters: Iterable[outbox.News], left: set[str]) -> int:
    """How many of these letters were queued; what several say (the study) counts once, so none is *left*."""
    mine = {target for _, target, _ in letters} & left
    left -= mine
    return len(mine)


def _retracted(
    connection: Connection, site: str, earlier: Iterable[Standing], target: str | None, now: datetime
) -> int:
    """The site was told of a subject that is none any more: the patient left the scope, or is another's."""
    void = {one.target for one in earlier if one.target not in (None, target)}
    unclaimed = [old for old in void if old and not patients.claimed(connection, site, old)]
    return sum(retract(connection, site, old, now) for old in unclaimed)
