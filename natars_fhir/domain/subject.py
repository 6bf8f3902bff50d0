"""Where a subject stands in the trial, in R4's words, as data and people's acts have it (standards.md §1.5).

Software alone never says ``eligible``: it is said where a named investigator signed, and while that holds.
"""

from __future__ import annotations

from natars_fhir.domain.choice import newest
from natars_fhir.domain.people import WithPeople
from natars_fhir.domain.record import Record
from natars_fhir.domain.screening import Screening, bars
from natars_fhir.domain.signing import Signed


def state(record: Record, screening: Screening, people: WithPeople, signed: Signed | None) -> str | None:
    """The state that goes before the verdict; None where the verdict alone says it."""
    allocated = bool(_final(record, "allocation"))
    ended = _ended(record, screening, people, allocated=allocated)
    if ended or allocated:
        return ended or _under_way(record, screening)
    if signed is not None and signed.holds:
        return "eligible"
    if people.verdict == "ineligible":
        return "ineligible"
    return "screening" if people.said or _final(record, "consent", "given") else None


def _ended(record: Record, screening: Screening, people: WithPeople, *, allocated: bool) -> str | None:
    """Dead, withdrawn, or excluded by what the surgery showed: after inclusion that is no screening failure."""
    if _final(record, "death", "present"):
        return "off-study" if allocated else "not-registered"
    said = newest([fact for fact in record.about("consent") if fact.standing == "final"])
    if said and all(fact.value == "withdrawn" for fact in said):
        return "off-study" if allocated else "withdrawn"
    ends = screening.phase == "operated" and any(c.off_study and bars(c, f) for c, f in people.findings)
    return "off-study" if ends else None


def _under_way(record: Record, screening: Screening) -> str:
    if screening.phase == "operated":
        return "follow-up"
    return "on-study-intervention" if _final(record, "neoadjuvant-cycle") else "on-study"


def _final(record: Record, concept: str, value: str | None = None) -> bool:
    return any(fact.standing == "final" and value in (None, fact.value) for fact in record.about(concept))
