"""Age in completed years on the reference date (clinical.md §2.1, I-01)."""

from __future__ import annotations

from decimal import Decimal

from natars_fhir.domain.answer import NO, UNKNOWN, YES
from natars_fhir.domain.choice import agreed, chosen
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Days, Interval, Number, completed_years, days
from natars_fhir.domain.study import Asked, Rule

_NOUGHT, _LONGEST = Decimal(0), Decimal(122)


def age(low: int, high: int) -> Rule:
    """Is the patient *low* to *high* years old, both included? At 75 years and 364 days one is 75."""
    least, most = Decimal(low), Decimal(high)

    def rule(asked: Asked) -> Finding:
        told = [fact for fact in asked.record.about("birth-date") if fact.standing == "final"]
        births = chosen(asked, "birth-date", told, "agree")
        if not births:
            return Finding(UNKNOWN, "silent", Sentence("age.silent"))
        ages = [_on_reference(asked, days(str(fact.value))) for fact in births]
        if [years for years in ages if _impossible(years)]:
            return Finding(UNKNOWN, "imprecise", Sentence("age.unknown", (ages[0], asked.reference)), births)
        answer, reason = agreed([years.within(least, most) for years in ages])
        if reason == "conflicting":
            return Finding(answer, reason, Sentence("age.conflicting"), births)
        return Finding(answer, reason, Sentence(f"age.{answer.word}", (ages[0], asked.reference)), births)

    return rule


def _impossible(years: Number) -> bool:
    """Nobody is younger than nought, or was ever older than 122 (the longest life on record)."""
    return years.above(_LONGEST) is YES or years.at_least(_NOUGHT) is NO


def _on_reference(asked: Asked, born: Days) -> Number:
    first = completed_years(born, asked.reference)
    if asked.reference_by == asked.reference:
        return first
    return Interval(first.low, completed_years(born, asked.reference_by).high, unit=first.unit)
