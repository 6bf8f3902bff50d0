"""Screening: every criterion of a study put to one record on one day, and the verdict that is their fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Reason
from natars_fhir.domain.choice import gravest
from natars_fhir.domain.dates import ask
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.record import Fact, Patient, Record
from natars_fhir.domain.study import Asked, Criterion, Study

Verdict = Literal["candidate", "undetermined", "ineligible"]

#: Where the patient stands in the trial: a bar that shows after allocation is no screen failure.
Phase = Literal["screening", "allocated", "operated"]

#: Evidence that cannot be decided: it makes a data-or-attestation criterion count as undetermined.
UNDECIDABLE: frozenset[Reason] = frozenset({"conflicting", "imprecise", "pending"})


@dataclass(frozen=True, slots=True)
class Screening:
    """One patient's findings against one study.

    ``as_of`` is what was known, ``reference`` the day from which age is counted (clinical.md §2.0).
    """

    patient: Patient
    study: str
    as_of: date
    reference: date
    in_scope: bool
    findings: tuple[tuple[Criterion, Finding], ...]
    #: what every rule was asked; None where the findings were not made here
    asked: Asked | None = field(default=None, repr=False, compare=False)

    @property
    def phase(self) -> Phase:
        """Before the trial's part, in it, or operated in it."""
        if self.asked is None or not self.asked.enrolled:
            return "screening"
        return "operated" if self.asked.surgery else "allocated"

    @property
    def verdict(self) -> Verdict:
        """What the data says. Only a named investigator who signs may say "eligible"."""
        return verdict(self.findings)


def bars(criterion: Criterion, finding: Finding) -> bool:
    """Does this answer keep the patient out? An inclusion bars by no, an exclusion by yes; advice never bars."""
    barring = NO if criterion.kind == "inclusion" else YES
    return finding.answer is barring and not criterion.advisory


def verdict(findings: Iterable[tuple[Criterion, Finding]]) -> Verdict:
    """The fold of the leaf findings, as architecture.md §5 defines it."""
    open_ones = False
    for criterion, finding in findings:
        if finding.answer is UNKNOWN:
            open_ones = open_ones or _undetermined(criterion, finding)
        elif not criterion.parts and finding.reason != "not-yet" and bars(criterion, finding):
            return "ineligible"
    return "undetermined" if open_ones else "candidate"


def _undetermined(criterion: Criterion, finding: Finding) -> bool:
    """Is this unknown for the data to decide?"""
    if criterion.parts or criterion.advisory or finding.reason == "not-yet":
        return False
    if criterion.decided_by == "data":
        return True
    return criterion.decided_by == "data-or-attestation" and finding.reason in UNDECIDABLE


def screen(record: Record, study: Study, as_of: date) -> Screening:
    """Every criterion of *study* put to *record* as it was known at the end of *as_of*."""
    return put(record.known_by(as_of), study, as_of)


def put(record: Record, study: Study, as_of: date) -> Screening:
    """Every criterion of *study* put to a *record* that holds only what was known at the end of *as_of*."""
    asked = ask(record, as_of, study.choices, study.complete)
    found: dict[str, Finding] = {}
    for criterion in study.criteria:  # the parts of a composite stand above it
        parts = criterion.parts
        found[criterion.id] = either({part: found[part] for part in parts}) if parts else criterion.rule(asked)
    findings = tuple(zip(study.criteria, found.values(), strict=True))
    return Screening(record.patient, study.id, as_of, asked.reference, study.scope(record), findings, asked)


def either(parts: Mapping[str, Finding]) -> Finding:
    """A composite line: Kleene's ``or`` of its parts, with the parts that decide it."""
    answer = NO
    deciding: list[str] = []
    reasons: set[Reason | None] = set()
    facts: tuple[Fact, ...] = ()
    for part, finding in parts.items():
        each = finding.answer
        if each > answer:
            answer, deciding, reasons, facts = each, [], set(), ()
        if each is answer:
            deciding.append(part)
            reasons.add(finding.reason)
            facts += finding.facts
    grave = gravest(reasons) if answer is UNKNOWN else None
    return Finding(answer, grave, Sentence(f"parts.{answer.word}", (tuple(deciding),)), facts)
