"""How large and how grave the tumour is (clinical.md §1.1 A1 and A3; §2.1 I-10, I-11; §3.2).

Facts: ``fnclcc-grade`` an interval within 1..3, ``histologic-grade`` a word without a scheme, ``tumour-size`` in cm
with detail ``method`` imaging | pathology and ``approximate`` = "yes" (约, about).
"""

from __future__ import annotations

from decimal import Decimal

from natars_fhir.domain.answer import UNKNOWN, YES, Answer, Reason, any_of
from natars_fhir.domain.choice import GREATEST, agreed, chosen, doubt, pre_treatment, rule_of
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.questions.numbers import judged
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_SIZE = "tumour-size"

#: How far off an "about" may be, in cm.
ABOUT = Decimal("0.5")


def grade_within(low: int, high: int) -> Rule:
    """Is the newest FNCLCC grade before treatment *low* to *high*? "High grade" without a scheme does not say."""
    least, most = Decimal(low), Decimal(high)

    def test(grade: Number) -> Answer:
        return grade.within(least, most)

    def rule(asked: Asked) -> Finding:
        answer, reason, facts = judged(asked, "fnclcc-grade", test)
        if reason is None:
            # dedifferentiation alone scores 3, so a DDLPS of grade 1 is a fault of the data as well (§2.1)
            return Finding(answer, None, Sentence("grade.is" if answer is YES else "grade.low", (facts,)), facts)
        if not facts:
            return _without_scheme(asked)
        return Finding(answer, reason, Sentence(f"grade.{reason}", (facts,)), facts)

    return rule


def _without_scheme(asked: Asked) -> Finding:
    words = pre_treatment(asked, "histologic-grade")
    if words:
        return Finding(UNKNOWN, "imprecise", Sentence("grade.without-scheme", (words,)), words)
    return Finding(UNKNOWN, "silent", Sentence("grade.silent"))


def sizes(asked: Asked) -> tuple[Fact, ...]:
    """The sizes before treatment that speak: of those of imaging if there are any, else of the others; final ones
    before doubtful; each that may be the largest, unless the concept declares another rule."""
    facts = pre_treatment(asked, _SIZE)
    final = [fact for fact in facts if fact.standing == "final"]
    seen = [fact for fact in final if fact.said("method") == "imaging"] or final or facts
    return chosen(asked, _SIZE, seen, "largest", of=reading)


def reading(fact: Fact) -> Number | None:
    """A size in cm, an "about" widened by what it may be off; None where the unit is not known or it is in doubt."""
    size = fact.value
    if not isinstance(size, Interval) or size.unit != "cm" or fact.standing != "final":
        return None
    if fact.said("approximate") != "yes":
        return size
    low = None if size.low is None else max(size.low - ABOUT, Decimal(0))
    return Interval(low, None if size.high is None else size.high + ABOUT, unit=size.unit)


def size_at_least(limit: int | str) -> Rule:
    """Is the largest tumour at least *limit* cm across? The value as reported is compared: 9.9 is not 10."""
    bottom = Decimal(limit)

    def rule(asked: Asked) -> Finding:
        facts = sizes(asked)
        if not facts:
            return Finding(UNKNOWN, "silent", Sentence("size.silent"))
        each = [_reaches(fact, bottom) for fact in facts]
        largest = rule_of(asked, _SIZE, "largest") in GREATEST
        answer, differ = (any_of(each), None) if largest else agreed(each)
        if differ == "conflicting":
            return Finding(answer, differ, Sentence("size.conflicting", (facts, bottom)), facts)
        if answer is not UNKNOWN:
            return Finding(answer, None, Sentence(f"size.{answer.word}", (facts, bottom)), facts)
        reason: Reason = "pending" if doubt(facts) == "pending" else "imprecise"
        return Finding(answer, reason, Sentence(f"size.{reason}", (facts, bottom)), facts)

    return rule


def _reaches(fact: Fact, limit: Decimal) -> Answer:
    size = reading(fact)
    if size is None:
        return UNKNOWN
    # an "about" that lies exactly its margin above the limit is still within the margin
    about = fact.said("approximate") == "yes"
    return size.at_least(limit) if not about or size.low != limit else UNKNOWN
