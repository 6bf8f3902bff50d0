"""Consent to this trial, signed before anything of it began (clinical.md §2.1, I-19).

Facts: ``consent`` given | refused | withdrawn | proposed, of this trial alone; ``when`` is the day of signing. What was
withdrawn keeps that day; detail ``ended`` is the day of the withdrawal, or the last on which a consent stands, where it
is told.
A withdrawal after enrolment ends the patient's part; it does not make the consent of that day untrue.
"""

from __future__ import annotations

from datetime import date

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer
from natars_fhir.domain.choice import agreed, chosen, doubt
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import days
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_SILENT = Finding(UNKNOWN, "silent", Sentence("consent.silent"))
_WORDS = {"given": YES, "refused": NO, "withdrawn": NO}


def consented() -> Rule:
    """Had the patient consented, with a date, by allocation (or by whatever of the trial came first)?"""

    def rule(asked: Asked) -> Finding:
        facts = asked.record.about("consent")
        if not facts:
            return _SILENT
        said = [fact for fact in facts if fact.standing == "final" and fact.value in _WORDS]
        if not said:
            return _unsigned(facts)
        in_time = [fact for fact in said if not asked.enrolled or not _late(asked, fact)]
        if not in_time:
            late = tuple(said)
            return Finding(NO, None, Sentence("consent.late", (late, asked.treatment_start)), late)
        speaking = chosen(asked, "consent", in_time, certain_by=asked.treatment_start)
        alone = len(in_time) == len(speaking)
        answer, reason = agreed([_answer(asked, fact, alone=alone) for fact in speaking])
        return Finding(answer, reason, Sentence(f"consent.{reason or answer.word}", (speaking,)), speaking)

    return rule


def _late(asked: Asked, fact: Fact) -> bool:
    day = fact.day
    return bool(day and day.low and day.low > asked.treatment_start_by)


def _answer(asked: Asked, fact: Fact, *, alone: bool) -> Answer:
    """A signature without a date, or with one that may be too late, does not show that consent came first."""
    if fact.value == "withdrawn" and asked.enrolled:
        return _withdrawn(asked, fact, alone=alone)
    return _signed(asked, fact) if fact.value == "given" else _WORDS[str(fact.value)]


def _signed(asked: Asked, fact: Fact) -> Answer:
    day = fact.day
    if day is None or day.high is None or _ran_out(asked, fact):
        return UNKNOWN
    return YES if not asked.enrolled or day.high <= asked.treatment_start else UNKNOWN


def _ran_out(asked: Asked, fact: Fact) -> bool:
    """May its period have ended before the trial began, or before today? Whether it was given anew, a person knows."""
    ended = fact.said("ended")
    if fact.value != "given" or not isinstance(ended, str):
        return False
    return (days(ended).low or date.min) < (asked.treatment_start if asked.enrolled else asked.as_of)


def _withdrawn(asked: Asked, fact: Fact, *, alone: bool) -> Answer:
    """Of one in the trial: did the signature still stand when the trial began? Withdrawn some day, nobody knows; beside
    an older statement its one day is that of the withdrawal. An end that is still to come is no withdrawal."""
    ended = fact.said("ended")
    if not isinstance(ended, str) or (days(ended).high or date.max) > asked.as_of:
        return UNKNOWN if alone else NO
    low, high = days(ended).low or date.min, days(ended).high or date.max
    if high < asked.treatment_start:
        return NO
    return _signed(asked, fact) if low > asked.treatment_start_by else UNKNOWN


def _unsigned(facts: tuple[Fact, ...]) -> Finding:
    proposed = tuple(fact for fact in facts if fact.value == "proposed" or fact.standing == "pending")
    if proposed:
        return Finding(UNKNOWN, "pending", Sentence("consent.pending", (proposed,)), proposed)
    reason = doubt(facts)
    return Finding(UNKNOWN, reason, Sentence("consent.silent"), facts)
