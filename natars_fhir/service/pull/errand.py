"""Errand: one pull of one site: with whom it speaks, by what its finds come in, and what it came to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.pull import Asked, Pull
from natars_fhir.service.ingest.door import Door, Run
from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.source import Source
from natars_fhir.store import pulls
from natars_fhir.store.engine import Store
from natars_fhir.store.pulls import Mark

_T = TypeVar("_T")
#: Told what is read, how much of it, and how much it is in all, where that is known.
Seen = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Part:
    """What one type, or one file, came to. ``documents`` counts pages or lines, ``told`` what people should know, by
    severity; ``short``: not all came that was asked for, so that no mark may move."""

    name: str
    documents: int = 0
    unread: int = 0
    not_understood: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    mark: datetime | None = None
    fault: PullError | None = None
    short: bool = False

    def add(self, run: Run) -> None:
        """A run of a load was a part of it."""
        self.documents += run.documents
        self.unread += run.unread
        self.not_understood += run.not_understood
        self.counts.update(run.counts)

    @property
    def whole(self) -> bool:
        """Did all come that was asked for, and was all of it used?"""
        return self.fault is None and not self.short and not self.unread and not self.counts["refused"]


@dataclass(slots=True)
class Errand:
    """One pull. ``holder`` has the turn; ``folder`` is where files are put until they are taken in."""

    plan: Pull
    source: Source
    door: Door
    holder: str
    folder: Path
    #: how our server is reached by theirs
    address: str = ""
    #: is it time to look at everything, and not at what was told alone?
    full: bool = True
    seen: Seen = lambda *_: None
    parts: list[Part] = field(default_factory=list)

    @property
    def site(self) -> str:
        """Whose server it is."""
        return self.door.reader.site

    @property
    def store(self) -> Store:
        """The store, for this site alone."""
        return self.door.store.of(self.site)

    @property
    def key(self) -> bytes:
        """What secrets are sealed with."""
        return self.door.intake.key

    def now(self) -> datetime:
        """Our clock."""
        return self.door.now()

    def read(self, work: Callable[[Connection], _T]) -> _T:
        """What *work* finds in the store."""
        with self.store.read() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], _T]) -> _T:
        """What *work* does in the store, in a transaction of its own."""
        return self.store.done((), work)

    def begin(self, name: str) -> Part:
        """A part begins."""
        self.parts.append(Part(name))
        return self.parts[-1]

    def tell(self, part: Part, name: str, issue: Issue) -> None:
        """Something of a part that people should know."""
        part.told[issue.severity] += 1
        part.short = part.short or issue.severity in ("fatal", "error")
        self.door.problem(Document(name, b""), issue)

    def mark_of(self, kind: str, asked: Asked) -> datetime | None:
        """How far a type was read."""
        digest = self.asked_for(asked)
        return self.read(lambda connection: pulls.mark_of(connection, self.site, kind, digest))

    def since(self, kind: str, asked: Asked) -> datetime | None:
        """From when on it is asked for: the mark, and what the plan overlaps."""
        mark = self.mark_of(kind, asked)
        return None if mark is None else mark - timedelta(seconds=self.plan.overlap)

    def asked_for(self, asked: Asked) -> str:
        """A digest of what is asked for, and whose it is: a mark says nothing of another server, or another group."""
        plan = self.plan
        whose = (plan.level, plan.group) if plan.mode == "bulk" else ("", "")
        what = (asked.query, sorted(asked.include), sorted(asked.revinclude))
        return sha256(json.dumps([self.source.base, *whose, *what]).encode()).hexdigest()[:16]

    def move(self, part: Part, kind: str, asked: Asked, at: datetime) -> None:
        """What came until then is durable: the mark moves there. Raises OvertakenError."""
        mark = Mark(kind, self.asked_for(asked), at, self.now())
        self.write(lambda connection: pulls.move(connection, self.site, self.holder, mark))
        part.mark = at

    def back(self, part: Part, kind: str, asked: Asked, at: datetime | None) -> None:
        """Not all came until where the mark moved meanwhile: it stands where it stood before. Raises OvertakenError."""
        before, now = Mark(kind, self.asked_for(asked), at, self.now()) if at else None, self.now()
        self.write(lambda connection: pulls.back(connection, self.site, self.holder, kind, before, now))
        part.mark = None

    def taken(self, part: Part, runs: Iterator[Run]) -> Iterator[None]:
        """Takes in what runs bring; everything that was asked for is durable whenever it yields."""
        before = Part("")
        for run in runs:
            now = Part("")
            now.add(run)
            part.documents += now.documents - before.documents
            part.unread += now.unread - before.unread
            part.not_understood += now.not_understood - before.not_understood
            part.counts.update(now.counts - before.counts)
            # what is in no quarantine either must come once more
            part.short = part.short or bool(now.unread or now.counts["not-kept"])
            before = now
            yield
