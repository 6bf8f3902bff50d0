"""What only people can say: the protocol gives no limits, so data is shown and never decides (clinical.md §2)."""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.domain.answer import NO, UNKNOWN, YES
from natars_fhir.domain.choice import agreed, chosen, pre_treatment
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule


def attested(concept: Concept, yes: Sequence[str], no: Sequence[str], supported_by: Sequence[Concept] = ()) -> Rule:
    """The newest attestation before treatment: a word of *yes*, or of *no*. Else a person must say, and is shown
    what is on file of *concept* and the newest of *supported_by*."""
    words = {**dict.fromkeys(yes, YES), **dict.fromkeys(no, NO)}
    asked_for = Finding(UNKNOWN, "needs-attestation", Sentence("attested.silent", (concept,)))

    def rule(asked: Asked) -> Finding:
        facts = pre_treatment(asked, concept)
        if not facts and not supported_by:
            return asked_for
        final = [fact for fact in facts if fact.standing == "final" and fact.value in words]
        said = chosen(asked, concept, final, certain_by=asked.treatment_start)
        if said:
            answer, reason = agreed([words[str(fact.value)] for fact in said])
            return Finding(answer, reason, Sentence(f"attested.{reason or answer.word}", (concept, said)), said)
        shown = facts + _support(asked, supported_by)
        if not shown:
            return asked_for
        return Finding(UNKNOWN, "needs-attestation", Sentence("attested.shown", (concept, shown)), shown)

    return rule


def _support(asked: Asked, concepts: Sequence[Concept]) -> tuple[Fact, ...]:
    end = asked.treatment_start
    found: tuple[Fact, ...] = ()
    for concept in concepts:
        if facts := pre_treatment(asked, concept):
            found += chosen(asked, concept, facts, certain_by=end)
    return found
