"""Immunohistochemistry and MDM2 fluorescence in situ hybridisation (clinical.md §2.1, I-09 and I-09r; §4.6).

Facts: ``ihc-<marker>`` positive | negative | equivocal | not-done | pending, of the tumour's cells alone;
``fish-mdm2`` amplified | not-amplified | failed | not-done | pending; ``mdm2-cep12-ratio`` a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer, Reason
from natars_fhir.domain.choice import Reading, agreed, chosen, chosen_word, gravest, pre_treatment
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_SILENT = Reading(None, "silent", ())
_STAINS = ("positive", "negative", "equivocal")
_WORDS: dict[Reason | None, str] = {"silent": "not-done", "pending": "pending", "conflicting": "conflicting"}


def stained(asked: Asked, marker: Concept) -> Reading:
    """The newest result of a stain before treatment; an equivocal one decides nothing, "not done" is no result."""
    facts = pre_treatment(asked, marker)
    reading = chosen_word(asked, marker, facts, _STAINS)
    if reading.reason == "silent":
        return Reading(None, "silent", facts)
    return Reading(None, "imprecise", reading.facts) if reading.word == "equivocal" else reading


def amplified(asked: Asked, fish: Concept, ratio: Concept, limit: Decimal) -> Reading:
    """``amplified`` or ``not-amplified``, by the report's word and by its ratio; None where they disagree."""
    facts = pre_treatment(asked, fish)
    word = chosen_word(asked, fish, facts, ("amplified", "not-amplified"))
    counted = _by_ratio(asked, ratio, limit)
    if word.word is None:
        if counted.word or word.reason != "silent":
            return counted if counted.word else word
        failed = tuple(fact for fact in facts if fact.value == "failed")
        return Reading(None, "imprecise" if failed else counted.reason, failed or counted.facts)
    if counted.word not in (None, word.word):
        return Reading(None, "conflicting", word.facts + counted.facts)
    return word


def _by_ratio(asked: Asked, concept: Concept, limit: Decimal) -> Reading:
    final = [fact for fact in pre_treatment(asked, concept) if fact.standing == "final"]
    if not final:
        return _SILENT
    facts = chosen(asked, concept, final, certain_by=asked.treatment_start)
    numbers = [fact.value for fact in facts if isinstance(fact.value, Interval)]
    if not numbers:
        return _SILENT
    answer, reason = agreed([value.at_least(limit) for value in numbers])
    if reason:
        return Reading(None, reason, facts)
    return Reading("amplified" if answer is YES else "not-amplified", None, facts)


#: Who settles it when a stain is negative and the gene amplified.
SETTLES = ("people", "stain", "gene")


def expressed(
    markers: Sequence[Concept],
    fish: Concept,
    ratio: Concept,
    amplified_from: int | str = "2.0",
    contradiction: str = "people",
) -> Rule:
    """Are all *markers* positive? A negative stain beside an amplified gene is a contradiction for *contradiction* to
    settle: people, the stain or the gene. Raises ValueError for another."""
    limit = Decimal(amplified_from)
    if contradiction not in SETTLES:
        raise ValueError(unknown(contradiction, SETTLES, "contradiction"))

    def rule(asked: Asked) -> Finding:
        stains = {marker: stained(asked, marker) for marker in markers}
        facts = tuple([fact for reading in stains.values() for fact in reading.facts])
        told = tuple([_told(marker, reading) for marker, reading in stains.items()])
        if "negative" in [reading.word for reading in stains.values()]:
            return _negative(told, facts, amplified(asked, fish, ratio, limit), contradiction)
        lacking = tuple([marker for marker, reading in stains.items() if reading.word != "positive"])
        if not lacking:
            return Finding(YES, None, Sentence("ihc.yes", (told,)), facts)
        reason = gravest([stains[marker].reason for marker in lacking])
        return Finding(UNKNOWN, reason, Sentence("ihc.unknown", (told, lacking)), facts)

    return rule


def _negative(told: tuple[Sentence, ...], facts: tuple[Fact, ...], gene: Reading, settles: str) -> Finding:
    both = facts + gene.facts
    if settles == "stain":
        return Finding(NO, None, Sentence("ihc.no", (told,)), facts)
    if gene.word == "amplified":
        if settles == "gene":
            return Finding(YES, None, Sentence("ihc.by-gene", (told, gene.facts)), both)
        return Finding(UNKNOWN, "conflicting", Sentence("ihc.against-fish", (told, gene.facts)), both)
    if gene.reason in ("pending", "conflicting"):
        return Finding(UNKNOWN, gene.reason, Sentence(f"ihc.fish-{gene.reason}", (told,)), both)
    return Finding(NO, None, Sentence("ihc.no", (told,)), both)


def _told(marker: str, reading: Reading) -> Sentence:
    if not reading.facts:
        return Sentence("ihc.none", (marker,))
    word = reading.word or _WORDS.get(reading.reason, "equivocal")
    return Sentence("ihc.one", (marker, word, reading.facts))


def gene_amplified(fish: Concept, ratio: Concept, amplified_from: int | str = "2.0") -> Rule:
    """Is MDM2 amplified? A ratio from *amplified_from* on says so too."""
    limit = Decimal(amplified_from)

    def rule(asked: Asked) -> Finding:
        gene = amplified(asked, fish, ratio, limit)
        if gene.word is None:
            return Finding(UNKNOWN, gene.reason, Sentence(f"fish.{gene.reason}", _shown(gene)), gene.facts)
        answer = Answer.of(gene.word == "amplified")
        return Finding(answer, None, Sentence(f"fish.{answer.word}", (gene.facts,)), gene.facts)

    return rule


def _shown(gene: Reading) -> tuple[object, ...]:
    return () if gene.reason == "silent" else (gene.facts,)
