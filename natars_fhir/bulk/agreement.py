"""Agreement: what the pipeline answers of a simulated hospital, beside what is true of it; counts, and each difference.

Truth is read from the file beside the feed, which the generator wrote from its own plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from natars_fhir.pipeline import Outcome

#: What may be answered, in the order of the table's columns.
ANSWERS = ("yes", "no", "unknown")

#: The table's head: of each criterion how many in a hundred agree, then what is demanded and what is answered.
HEAD = ("criterion", "agree %", *(f"{demanded} → {got}" for demanded in ANSWERS for got in ANSWERS))

_OPPOSITE = ({"yes", "no"}, {"candidate", "ineligible"})


class Difference(NamedTuple):
    """One patient of whom the pipeline answers something else."""

    patient: str
    criterion: str
    demanded: str
    got: str
    reason: str


@dataclass(slots=True)
class Agreement:
    """The counts of one comparison."""

    #: (criterion, demanded, got) → how many patients
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: (criterion) → how many of the unknown on both sides have the same reason
    reasons: Counter[tuple[str, bool]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    patients: int = 0
    in_scope: int = 0

    def take(self, truth: Mapping[str, Any], outcome: Outcome) -> None:
        """Takes one patient into account; criteria are asked of who is in scope on both sides."""
        self.patients += 1
        screening = outcome.screening
        name = str(truth["patient"])
        self._count(name, "in scope", _word(truth["inScope"]), _word(screening.in_scope), "")
        if not truth["inScope"] or not screening.in_scope:
            return
        self.in_scope += 1
        for criterion, finding in screening.findings:
            demanded = truth["criteria"][criterion.id]
            reason = demanded.get("reason", "")
            self._count(name, criterion.id, demanded["answer"], finding.answer.word, finding.reason or "")
            if demanded["answer"] == "unknown" == finding.answer.word:
                self.reasons[criterion.id, reason == finding.reason] += 1
        self._count(name, "verdict", truth["verdict"], screening.verdict, "")

    def _count(self, name: str, criterion: str, demanded: str, got: str, reason: str) -> None:
        self.counts[criterion, demanded, got] += 1
        if demanded != got:
            self.differences.append(Difference(name, criterion, demanded, got, reason))

    @property
    def wrong(self) -> list[Difference]:
        """A yes where a no is demanded, or a no where a yes is: what must never be."""
        return [one for one in self.differences if {one.demanded, one.got} in _OPPOSITE]

    @property
    def lesser(self) -> list[Difference]:
        """What is open on one side alone."""
        return [one for one in self.differences if {one.demanded, one.got} not in _OPPOSITE]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The table: each criterion, and whether the patient is in scope."""
        for criterion in dict.fromkeys(name for name, _, _ in self.counts):
            if criterion != "verdict":
                cells = [self.counts[criterion, demanded, got] for demanded in ANSWERS for got in ANSWERS]
                yield criterion, self.share(criterion), *map(str, cells)

    def share(self, criterion: str) -> str:
        """How many in a hundred have the same answer on both sides."""
        found = [
            (demanded == got, number) for (name, demanded, got), number in self.counts.items() if name == criterion
        ]
        same, every = sum(number for agrees, number in found if agrees), sum(number for _, number in found)
        return f"{100 * same / every:.1f}" if every else ""


def _word(said: object) -> str:
    return "yes" if said else "no"


def compare(truths: Iterable[Mapping[str, Any]], outcomes: Iterable[Outcome]) -> Agreement:
    """Every outcome beside the truth of its patient."""
    made = Agreement()
    by = {name: truth for truth in truths for name in (truth["patient"], *truth.get("also", ()))}
    for outcome in outcomes:
        if (truth := by.get(outcome.record.patient.reference or "")) is not None:
            made.take(truth, outcome)
    return made


def truths(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of truth.ndjson."""
    with (folder / "truth.ndjson").open("rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line)
