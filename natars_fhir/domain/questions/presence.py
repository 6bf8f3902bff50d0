"""Was it ever there: history that is told as present, absent or suspected (clinical.md §2.0, §2.1 I-04, I-06, I-08).

Silence is no answer. ``absent`` is something said; it speaks of the time up to the day on which it was said, so what
began later beyond doubt is not contradicted by it, and a doubt that arose later is not settled by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer, Reason
from natars_fhir.domain.choice import came_back, chosen, gravest, onset, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.questions import Concept, negated
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

Doubt = tuple[Fact, Reason]


class Weighed(NamedTuple):
    """What statements for, against and in doubt come to, and which of them decided."""

    answer: Answer
    reason: Reason | None
    facts: tuple[Fact, ...]


def weigh(present: Sequence[Fact], absent: Sequence[Fact], doubts: Sequence[Doubt]) -> Weighed:
    """Present decides, unless a statement of absence may be as late; absence decides, unless a doubt may be later."""
    if present:
        against = [fact for fact in absent if all(_may_deny(fact, found) for found in present)]
        if against:
            return Weighed(UNKNOWN, "conflicting", (*present, *against))
        return Weighed(YES, None, tuple(present))
    standing = [one for one in doubts if not any(_settles(said, one[0]) for said in absent)] if absent else doubts
    if standing:
        reason = gravest([reason for _, reason in standing])
        return Weighed(UNKNOWN, reason, tuple([fact for fact, _ in standing]))
    if absent:
        return Weighed(NO, None, tuple(absent))
    return Weighed(UNKNOWN, "silent", ())


def _may_deny(absence: Fact, presence: Fact) -> bool:
    return stated(absence).high >= onset(presence).low


def _settles(absence: Fact, doubtful: Fact) -> bool:
    if doubtful.value == "absent":
        return True  # a preliminary "none" raises no doubt against a final one
    return stated(absence).low >= onset(doubtful).high


def doubted(fact: Fact) -> Reason:
    """Why a statement that does not decide leaves its question open."""
    return "pending" if fact.standing == "pending" else "imprecise"


#: What a carcinoma in situ is taken for: an open question, a malignancy, or none.
IN_SITU = ("open", "counts", "ignored")


def ever(
    concept: Concept,
    *,
    prior: bool = True,
    excused_by: Sequence[Concept] = (),
    complete_at: Sequence[str] = (),
    in_situ: str = "open",
) -> Rule:
    """Is *concept* on file?

    *prior*: what began after the trial's treatment is not history. *excused_by*: concepts that explain a suspicion of
    the same day away, and alone amount to none (a laparotomy with biopsy only). *complete_at*: sites whose silence
    counts as none, by their own written declaration; empty unless the trial office says so. A site's own file may say
    it too. *in_situ*: what is only suspected because it is in situ is ``open``, ``counts``, or is ``ignored``. Raises
    ValueError for another word.
    """
    if in_situ not in IN_SITU:
        raise ValueError(unknown(in_situ, IN_SITU, "in_situ"))
    silent = Finding(UNKNOWN, "silent", Sentence("presence.silent", (concept,)))
    complete = Finding(NO, None, Sentence("presence.complete", (concept,)))

    def rule(asked: Asked) -> Finding:
        known = asked.record.about(concept)
        excuses = _final_present(asked, excused_by) if excused_by else ()
        if not known and not excuses:
            site = asked.record.patient.site
            return complete if site in complete_at or site in asked.complete.get(concept, ()) else silent
        facts = chosen(asked, concept, known, "all")
        told_of = [fact for fact in facts if not _in_situ(fact)] if in_situ == "ignored" else facts
        weighed = weigh(*_sorted(asked, told_of, excuses, prior=prior, in_situ_counts=in_situ == "counts"))
        if weighed.answer is NO and in_situ == "open":
            weighed = _left_open(asked, told_of, weighed, prior=prior)
        if weighed.reason == "silent" and excuses:
            return Finding(NO, None, Sentence("presence.excused", (concept, excuses)), excuses)
        return told(concept, weighed)

    return rule


never = negated(ever)


def _left_open(asked: Asked, facts: Sequence[Fact], denied: Weighed, *, prior: bool) -> Weighed:
    """What a carcinoma in situ counts for is the protocol's question: who denies malignancies has not settled it."""
    kept = tuple([fact for fact in facts if _in_situ(fact) and not (prior and is_prior(asked, fact) is False)])
    return Weighed(UNKNOWN, "imprecise", (*kept, *denied.facts)) if kept else denied


def _final_present(asked: Asked, concepts: Sequence[Concept]) -> tuple[Fact, ...]:
    facts = asked.record.about(*concepts)
    return tuple([fact for fact in facts if fact.value == "present" and fact.standing == "final"])


def _sorted(
    asked: Asked, facts: Sequence[Fact], excuses: Sequence[Fact], *, prior: bool, in_situ_counts: bool = False
) -> tuple[list[Fact], list[Fact], list[Doubt]]:
    present, absent, doubts = [], [], list[Doubt]()
    for fact in facts:
        decides = fact.standing == "final"
        if fact.value == "absent" and decides:
            absent.append(fact)
            continue
        before = is_prior(asked, fact) if prior else True
        if before is False:
            continue
        there = fact.value == "present" or (in_situ_counts and _in_situ(fact))
        if there and decides and before:
            present.append(fact)
        elif fact.value == "present" or not any(_same_day(excuse, fact) for excuse in excuses):
            doubts.append((fact, doubted(fact)))
    return present, absent, doubts


def _in_situ(fact: Fact) -> bool:
    return fact.said("behaviour") == "in-situ"


def is_prior(asked: Asked, fact: Fact) -> bool | None:
    """Did it begin before the trial's treatment? None where the date does not tell: a day of recording bounds it from
    above alone, and an illness that came back did so some day after it began."""
    if not asked.enrolled:
        return True
    began = onset(fact)
    if began.low > asked.treatment_start_by:
        return False
    return True if began.high <= asked.treatment_start and not came_back(fact) else None


def _same_day(excuse: Fact, fact: Fact) -> bool:
    """Beyond doubt: of two that are partly dated, one may be another operation."""
    return excuse.day is not None and excuse.day == fact.day


def told(concept: Concept, weighed: Weighed) -> Finding:
    """The finding, with the sentence that every question of presence shares."""
    answer, reason, facts = weighed
    if reason == "silent":
        return Finding(answer, reason, Sentence("presence.silent", (concept,)))
    if reason == "imprecise" and all(fact.said("origin") == "laparotomy" for fact in facts):
        return Finding(answer, reason, Sentence("presence.laparotomy", (facts,)), facts)
    return Finding(answer, reason, Sentence(f"presence.{reason or answer.word}", (concept, facts)), facts)


def told_alone(family: str, weighed: Weighed) -> Finding:
    """The finding, with a sentence of the question's own *family*: the facts say by themselves what they are of."""
    answer, reason, facts = weighed
    fills = (facts,) if facts else ()
    return Finding(answer, reason, Sentence(f"{family}.{reason or answer.word}", fills), facts)
