"""Screening of files: documents in the order given, each as a push after the other; one outcome a patient.

Memory holds the facts and the names of patients, never the resources; beyond a setting facts go to a temporary file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from natars_fhir.bulk.by_type import read_by_type
from natars_fhir.bulk.spill import Spilling
from natars_fhir.collector import spare_the_collector
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.study import Study
from natars_fhir.fhir.ndjson import Document, every_document
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import ReadDocument, Reading
from natars_fhir.mapping.sink import NotUnderstood
from natars_fhir.pipeline import Outcome, outcomes

#: Told the file's name and the bytes of it that were read so far.
Progress = Callable[[str, int], None]

#: Problems of documents that are kept word for word; of more, only the number is told.
_MOST_PROBLEMS = 1_000


@dataclass(slots=True)
class Tally:
    """What arrived, what was understood and what was not."""

    documents: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    let_go: Counter[str] = field(default_factory=Counter)
    not_understood: Counter[NotUnderstood] = field(default_factory=Counter)
    #: (file, line, issue) of what could not be read, up to a bound
    problems: list[tuple[str, int | None, Issue]] = field(default_factory=list)
    unreadable: int = 0

    @property
    def all_read(self) -> bool:
        """Was everything that was given read?"""
        return self.unreadable == 0

    def take(self, found: Document, told: Reading | ReadDocument | None) -> None:
        """Takes one document of a stream into account, and what kept it from being read."""
        if isinstance(told, Reading):
            self.documents += 1
            self._entry(found, told)
        elif told is not None:
            self.count(found, told)
        for issue in found.issues:
            self.problem(found, issue)

    def count(self, found: Document, told: ReadDocument) -> None:
        """Takes one document into account."""
        self.documents += 1
        for reading in told.readings:
            self._entry(found, reading)
        for issue in told.issues:
            self.problem(found, issue)

    def problem(self, found: Document, issue: Issue) -> None:
        """Takes an issue of a document as a whole into account."""
        self.unreadable += issue.severity in ("fatal", "error")
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append((found.name, found.line, issue))

    def join(self, other: Tally) -> None:
        """Takes in what another part of the input came to."""
        self.documents += other.documents
        self.fates.update(other.fates)
        self.let_go.update(other.let_go)
        self.not_understood.update(other.not_understood)
        self.problems += other.problems[: _MOST_PROBLEMS - len(self.problems)]
        self.unreadable += other.unreadable

    def _entry(self, found: Document, reading: Reading) -> None:
        fate = reading.fate
        self.fates[fate] += 1
        for what in reading.not_understood:
            self.not_understood[what] += 1
        if fate == "let-go" or reading.issues:
            self._look_at(found, reading)

    def _look_at(self, found: Document, reading: Reading) -> None:
        """Takes an entry that was let go, or that has issues, into account."""
        if reading.fate == "let-go":
            self.let_go[reading.kind] += 1
        elif reading.fate == "refused" or reading.subject is None:
            for issue in reading.issues:
                self.problem(found, issue)


def screen_files(
    inputs: Iterable[Path | tuple[BinaryIO, str]],
    reader: DocumentReader,
    study: Study,
    as_of: date,
    facts_in_memory: int = 60_000,
    progress: Progress | None = None,
) -> tuple[Tally, Iterator[Outcome]]:
    """Reads all *inputs* (paths, folders, binary streams with a name), then screens patient by patient."""
    spare_the_collector()
    tally, held = Tally(), Spilling(facts_in_memory)
    gathered = Gathered(reader.site, held)
    for found, told in read_by_type(every_document(inputs), reader):
        if progress is not None:
            progress(found.name, found.offset)
        tally.take(found, told)
        if isinstance(told, Reading):
            gathered.add(told)
        elif told is not None:
            gathered.take(told.readings)
    return tally, _closing(held, outcomes(gathered, study, as_of))


def _closing(held: Spilling, found: Iterator[Outcome]) -> Iterator[Outcome]:
    try:
        yield from found
    finally:
        held.close()
