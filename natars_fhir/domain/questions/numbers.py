"""Numbers against limits: the newest values before treatment, as the intervals that they are (clinical.md §2.0)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from natars_fhir.domain.answer import UNKNOWN, Answer, Reason
from natars_fhir.domain.choice import agreed, chosen, doubt, pre_treatment
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

Test = Callable[[Number], Answer]


def judged(asked: Asked, concept: Concept, test: Test) -> tuple[Answer, Reason | None, tuple[Fact, ...]]:
    """*test* put to each value that the concept's rule chooses (else the newest) before treatment; they must agree."""
    facts = pre_treatment(asked, concept)
    final = [fact for fact in facts if fact.standing == "final"]
    if not final:
        return UNKNOWN, doubt(facts), facts
    speaking = chosen(asked, concept, final, certain_by=asked.treatment_start)
    answers = [test(fact.value) if isinstance(fact.value, Interval) else UNKNOWN for fact in speaking]
    return *agreed(answers), speaking


def at_most(concept: Concept, limit: int | str, unit: str = "") -> Rule:
    """Is the newest value at most *limit*?"""
    top = Decimal(limit)
    return _compared(concept, lambda value: value.at_most(top) if value.unit == unit else UNKNOWN)


def at_least(concept: Concept, limit: int | str, unit: str = "") -> Rule:
    """Is the newest value at least *limit*?"""
    bottom = Decimal(limit)
    return _compared(concept, lambda value: value.at_least(bottom) if value.unit == unit else UNKNOWN)


def _compared(concept: Concept, test: Test) -> Rule:
    silent = Finding(UNKNOWN, "silent", Sentence("number.silent", (concept,)))

    def rule(asked: Asked) -> Finding:
        answer, reason, facts = judged(asked, concept, test)
        if not facts:
            return silent
        key = f"number.{reason}" if reason else "number.is"
        return Finding(answer, reason, Sentence(key, (concept, facts)), facts)

    return rule
