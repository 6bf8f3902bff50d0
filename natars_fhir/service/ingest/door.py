"""Door: what files come in by; and Run: what one of them came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.screening.pace import Pace
from natars_fhir.store.engine import Store
from natars_fhir.store.loads import Loaded

#: How a run found a file: new, begun before, changed since, loaded before; or a stream, which nobody knows again.
Found = Literal["new", "resumed", "changed", "known", "stream"]


@dataclass(frozen=True, slots=True)
class Door:
    """What files come in by. ``longest`` is the largest document, in bytes, as of a request's body."""

    store: Store
    intake: Intake
    reader: DocumentReader
    longest: int
    now: Callable[[], datetime]
    #: told the file's name and the bytes of it that were read so far
    seen: Callable[[str, int], None] = lambda *_: None
    #: told what was wrong with a document
    problem: Callable[[Document, Issue], None] = lambda *_: None
    #: what the audit calls it
    act: str = "load"
    #: when those are screened whom it touches
    pace: Pace = field(default_factory=Pace)

    def keep_up(self) -> None:
        """Now and then those are screened who were touched, where it takes long until all has come."""
        self.pace.keep_up(self.store, self.intake, self.reader.mapping.site, self.now)

    def finish(self, stopped: Callable[[], bool] = lambda: False) -> Rescreened:
        """All has come: everybody who was touched is screened. What all screenings came to."""
        self.pace.finish(self.store, self.intake, self.reader.mapping.site, self.now, stopped)
        return self.pace.told


@dataclass(slots=True)
class Run:
    """What a run made of one file; ``counts`` by what became of the resources, ``file`` as it stands now."""

    name: str
    found: Found
    file: Loaded
    #: the lines that were taken in before
    start: int = 0
    documents: int = 0
    not_understood: int = 0
    #: documents that are not in the quarantine either, for they could not be held, or not be read at all
    unread: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def all_read(self) -> bool:
        """Was everything read and used that is in the file, by this run or those before?"""
        counts = self.file.counts if self.found == "known" else self.counts
        faults = counts.get("refused", 0) + counts.get("unread", 0) + self.unread
        return not faults and self.file.state != "cut-off"
