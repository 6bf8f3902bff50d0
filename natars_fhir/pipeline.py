"""The whole product, pure: a document's bytes in, and everything we make of them out.

No clock, no store, no network: whoever calls brings the bytes, the day and the key. The web, the command line, the bulk
run and the tests all call this one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter

from natars_fhir.domain.interval import days as days_of
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Patient, Record, known_by
from natars_fhir.domain.screening import Screening, put
from natars_fhir.domain.study import Study
from natars_fhir.fhir.bundle import Envelope
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import ReadDocument
from natars_fhir.mapping.reconcile import reconcile
from natars_fhir.mapping.referred import Shared

_DEATH = Issue(
    "warning",
    "business-rule",
    "Patient.deceased[x]",
    "The patient is recorded as dead: whatever the criteria say, ask the trial office.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one patient came to: the record, its screening, and everything that was wrong on the way."""

    record: Record
    screening: Screening
    issues: tuple[Issue, ...]
    #: facts that are dated, or were recorded, later than the day asked for
    late: tuple[Fact, ...] = ()

    @property
    def later(self) -> date | None:
        """The day on which the first of the late facts will count."""
        said = {(fact.when, fact.known) for fact in self.late}  # facts of one visit share their dates
        return min((max(days_of(day).low or date.min for day in both if day) for both in said), default=None)


def read(document: bytes, reader: DocumentReader, opened: Envelope | None = None) -> ReadDocument:
    """Bytes → readings: every entry's facts, in the trial's words, with their evidence. A Bundle that was *opened* by
    whoever calls is not opened again."""
    known = opened is not None and (opened.type or not opened.entries)
    return reader.opened(opened) if opened is not None and known else reader(document)


def conclude(
    patient: Patient, facts: Iterable[Fact], issues: Iterable[Issue], shared: Shared, study: Study, as_of: date
) -> Outcome:
    """One patient's facts → record → screening, as known at the end of *as_of*."""
    known, late = known_by(facts, as_of)
    record, set_aside = reconcile(patient, known, shared)
    found = [*{*issues, *set_aside}, *map(_too_late, {fact.path for fact in late}), *_dead(record)]
    ordered = sorted(found, key=attrgetter("expression", "code", "text")) if found else ()
    return Outcome(record, put(record, study, as_of), tuple(ordered), tuple(late))


def _dead(record: Record) -> tuple[Issue, ...]:
    """The criteria do not ask whether the patient lives; a person must see it all the same."""
    dead = [fact for fact in record.about("death") if fact.value == "present" and fact.standing == "final"]
    return (_DEATH,) if dead else ()


@lru_cache(maxsize=1_024)
def _too_late(path: str) -> Issue:
    return Issue("information", "informational", path, "Dated or recorded after the day asked for: it does not count.")


def outcomes(gathered: Gathered, study: Study, as_of: date, besides: tuple[Fact, ...] = ()) -> Iterator[Outcome]:
    """Every patient of one site whose readings were gathered, in the order of their keys; of each *besides* is known
    too."""
    for patient, facts, issues in gathered.outcomes():
        yield conclude(patient, (*facts, *besides) if besides else facts, issues, gathered.shared, study, as_of)


def run(documents: Iterable[bytes], reader: DocumentReader, study: Study, as_of: date) -> Iterator[Outcome]:
    """Documents of one site, in the order given, each as a push after the other → one outcome a patient."""
    gathered = Gathered(reader.site)
    for document in documents:
        gathered.take(read(document, reader).readings)
    return outcomes(gathered, study, as_of)
