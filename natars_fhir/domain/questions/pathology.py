"""What the index surgery shows: final pathology (clinical.md §2.2, E-02) and the surgeon's report (E-03).

No viable tumour left is not another type: such a report names none of *ineligible* and leaves the question open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from natars_fhir.domain.answer import NO, UNKNOWN, Answer
from natars_fhir.domain.choice import agreed, chosen, doubt, long_after, of_index_surgery, onset, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.questions.histology import typed
from natars_fhir.domain.questions.presence import ever
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.study import Asked, Rule

_LIPOSARCOMA = "DDLPS"


def final_pathology_among(ineligible: Sequence[str], eligible: Sequence[str]) -> Rule:
    """Is the final type one of *ineligible*, or a liposarcoma of grade 1?"""
    not_yet = Finding(UNKNOWN, "not-yet", Sentence("final.not-yet"))

    def rule(asked: Asked) -> Finding:
        if asked.surgery is None:
            return not_yet
        facts = _specimen(asked, "histology")
        told = [f for f in facts if f.standing == "final" and f.value in (*ineligible, *eligible)]
        named = chosen(asked, "histology", told, "agree")
        if not named:
            return Finding(UNKNOWN, doubt(facts), Sentence(f"final.{doubt(facts)}"), facts)
        kinds = typed(named)
        answer, reason = agreed([Answer.of(kind in ineligible) for kind in kinds])
        if answer is NO and _LIPOSARCOMA in kinds:
            return _graded(asked, named)
        return Finding(answer, reason, Sentence("final.conflicting" if reason else "final.is", (named,)), named)

    return rule


def before_or_at_surgery(concept: Concept) -> Rule:
    """Is *concept* seen before surgery or found at it? A "no" before surgery is told as what is known so far. What is
    seen long after it is of a tumour that came back."""
    seen = ever(concept, prior=False)

    def rule(asked: Asked) -> Finding:
        found = seen(_until_its_reports(asked, concept))
        if found.answer is NO and asked.surgery is None:
            return Finding(found.answer, found.reason, Sentence("surgery.so-far", (found.sentence,)), found.facts)
        return found

    return rule


def _until_its_reports(asked: Asked, concept: Concept) -> Asked:
    """*asked* without what was seen of *concept* long after the index surgery."""
    if asked.surgery is None:
        return asked
    told = asked.record.about(concept)
    kept = tuple([fact for fact in told if not long_after(asked, fact)])
    return asked if len(kept) == len(told) else replace(asked, record=Record(asked.record.patient, kept))


def _specimen(asked: Asked, concept: str) -> tuple[Fact, ...]:
    """What was read from the index surgery's specimen: marked as such, or a tissue result from that day on."""
    since = asked.surgery.high if asked.surgery and asked.surgery.high else date.max
    return tuple(
        fact
        for fact in asked.record.about(concept)
        if of_index_surgery(asked, fact) or (fact.said("basis") == "tissue" and _soon_after(asked, fact, since))
    )


def _soon_after(asked: Asked, fact: Fact, since: date) -> bool:
    """Is it told from that day on, and not long after?"""
    return stated(fact).low >= since and not long_after(asked, fact)


def _graded(asked: Asked, named: tuple[Fact, ...]) -> Finding:
    """A liposarcoma of grade 1 is out; after neoadjuvant treatment that grade is no longer the tumour's own."""
    since = asked.surgery.low if asked.surgery and asked.surgery.low else date.max
    told = [
        fact
        for fact in asked.record.about("fnclcc-grade")
        if fact.standing == "final" and (of_index_surgery(asked, fact) or _soon_after(asked, fact, since))
    ]
    grades = chosen(asked, "fnclcc-grade", told)
    ones = {fact.value.at_most(Decimal(1)) for fact in grades if isinstance(fact.value, Interval)}
    both = named + grades
    if not ones or ones == {NO}:
        return Finding(NO, None, Sentence("final.is", (named,)), both)
    if _treated(asked):
        return Finding(UNKNOWN, "imprecise", Sentence("final.grade-after-treatment", (grades,)), both)
    answer, reason = agreed(ones)
    return Finding(answer, reason, Sentence("final.grade-open" if reason else "final.grade", (grades,)), both)


def _treated(asked: Asked) -> bool:
    """Did neoadjuvant treatment begin before the surgery?"""
    if asked.record.about("neoadjuvant-cycle"):
        return True
    doses = asked.record.about("antineoplastic-drug")
    return any(
        fact.value != "none" and fact.said("given") in ("given", None) and onset(fact).high >= asked.treatment_start
        for fact in doses
    )
