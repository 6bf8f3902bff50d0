"""Survey: files read once for what a site sends and is not understood, beside what its patients come to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from natars_fhir.bulk.screen import Tally
from natars_fhir.domain.study import Study
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.ndjson import Document, every_document
from natars_fhir.fhir.validate import validate
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.heard.gaps import Gap, gaps_of
from natars_fhir.mapping.reading import ReadDocument, Reading
from natars_fhir.pipeline import Outcome, outcomes, read

_NUMBER = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class Survey:
    """What files hold: what was not understood with the first and the last place, and which kinds came."""

    tally: Tally = field(default_factory=Tally)
    gaps: dict[Gap, tuple[str, int, str, str]] = field(default_factory=dict)
    #: types of resources that a view reads, and concepts of facts → how often
    heard: Counter[str] = field(default_factory=Counter)
    #: problems of the level conformant, by kind: (severity, place without numbers, sentence) → how often
    problems: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: is the whole of the standard looked at? It takes longer.
    thorough: bool = False

    @property
    def counted(self) -> Iterator[tuple[Gap, str, int, str, str]]:
        """The gaps, the most frequent first."""
        for gap, (display, number, first, last) in sorted(self.gaps.items(), key=lambda one: (-one[1][1], one[0])):
            yield gap, display, number, first, last

    def take(self, found: Document, told: ReadDocument, reader: DocumentReader) -> None:
        """Takes one document into account."""
        self.tally.count(found, told)
        if self.thorough:
            self.problems.update((i.severity, _NUMBER.sub("", i.expression), i.text) for i in validate(found.raw))
        place = f"{found.name}:{found.line}" if found.line else found.name
        entries = open_bundle(found.raw).entries if any(map(_speaks, told.readings)) else ()
        for entry, reading in zip(entries, told.readings, strict=False):
            for gap, display in gaps_of(reading, entry.raw, reader.mapping):
                before = self.gaps.get(gap, ("", 0, place, place))
                self.gaps[gap] = (before[0] or display, before[1] + 1, before[2], place)
        self.heard.update(reading.kind for reading in told.readings if reading.fate == "read")
        self.heard.update(fact.concept for reading in told.readings for fact in reading.facts)


def _speaks(reading: Reading) -> bool:
    return bool(reading.not_understood) or reading.fate == "let-go"


def survey(
    inputs: Iterable[Path | tuple[BinaryIO, str]],
    reader: DocumentReader,
    study: Study,
    as_of: date,
    *,
    thorough: bool = False,
) -> tuple[Survey, Iterator[Outcome]]:
    """Reads all *inputs*; then the patients, screened one after the other."""
    made, gathered = Survey(thorough=thorough), Gathered(reader.site)
    for found in every_document(inputs):
        for issue in found.issues:
            made.tally.problem(found, issue)
        if found.raw:
            told = read(found.raw, reader)
            made.take(found, told, reader)
            gathered.take(told.readings)
    return made, outcomes(gathered, study, as_of)
