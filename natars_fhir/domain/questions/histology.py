"""What the tumour is, before treatment (clinical.md §2.1, I-02; §4.1), and criteria that apply to one type only.

Facts: ``histology`` DDLPS | WDLPS | LMS | UPS | SFT | OTHER | SARCOMA-NOS, with detail ``basis`` tissue | diagnosis |
imaging and ``specimen`` = "resection" or ``timing`` = "final-pathology" for what the surgeon removed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer, Reason
from natars_fhir.domain.choice import chosen, doubt, pre_treatment, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.questions.markers import amplified, stained
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Kind, Rule

#: Sarcoma without a type: known to be a sarcoma, not known which.
UNTYPED = "SARCOMA-NOS"

_COMPONENTS = {"DDLPS", "WDLPS"}


class Proven(NamedTuple):
    """The proven type, or why there is none; and what to say of it."""

    kind: str | None
    reason: Reason | None
    sentence: Sentence
    facts: tuple[Fact, ...]


_SILENT = Proven(None, "silent", Sentence("histology.silent"), ())


def typed(facts: Collection[Fact]) -> set[str]:
    """The types that *facts* name. A dedifferentiated part makes a well differentiated tumour DDLPS; a later report
    that finds it well differentiated alone contradicts that."""
    parts = {fact.source.reference for fact in facts if fact.value == "DDLPS"}
    if parts:
        facts = [fact for fact in facts if not (fact.source.reference in parts and _describes_a_part(fact))]
    kinds = {str(fact.value) for fact in facts if fact.value != UNTYPED}
    if kinds != _COMPONENTS:
        return kinds
    seen = max(stated(fact).high for fact in facts if fact.value == "DDLPS")
    others = [fact for fact in facts if fact.value == "WDLPS" and fact.source.reference not in parts]
    return kinds if any(stated(fact).low > seen for fact in others) else {"DDLPS"}


def _describes_a_part(fact: Fact) -> bool:
    """A part of a dedifferentiated tumour that looks like another type does not make it one of that type."""
    return fact.said("component") == "yes" and fact.value not in _COMPONENTS


def proven(asked: Asked) -> Proven:
    """The type that tissue, or a diagnosis coded with its morphology, proves before treatment."""
    return asked.once(_proven)


def _proven(asked: Asked) -> Proven:
    facts = pre_treatment(asked, "histology")
    if not facts:
        return _SILENT
    tissue = tuple([fact for fact in facts if fact.standing == "final" and fact.said("basis") != "imaging"])
    named = chosen(asked, "histology", [fact for fact in tissue if fact.value != UNTYPED], "agree")
    if not named:
        return _unproven(facts, tissue)
    kinds = typed(named)
    if len(kinds) > 1:
        return Proven(None, "conflicting", Sentence("histology.conflicting", (named,)), named)
    kind = kinds.pop()
    if kind == "WDLPS" and (parts := _perhaps_dedifferentiated(facts, named)):
        return Proven(None, "imprecise", Sentence("histology.hedged", (parts,)), named + parts)
    against = _like_liposarcoma(asked) if kind == "UPS" else ()
    if against:
        return Proven(None, "conflicting", Sentence("histology.ups-like-ddlps", (against,)), named + against)
    return Proven(kind, None, Sentence("histology.is", (kind, named)), named)


def _perhaps_dedifferentiated(facts: tuple[Fact, ...], named: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """高分化脂肪肉瘤，不除外局灶去分化: with that left open a report is no proof of a well differentiated tumour."""
    reports = {fact.source.reference for fact in named}
    doubts = [fact for fact in facts if fact.value == "DDLPS" and fact.standing == "hedged"]
    return tuple([fact for fact in doubts if fact.source.reference in reports])


def _unproven(facts: tuple[Fact, ...], tissue: tuple[Fact, ...]) -> Proven:
    awaited = tuple(fact for fact in facts if fact.standing == "pending")
    if awaited:
        return Proven(None, "pending", Sentence("histology.pending", (awaited,)), awaited)
    if tissue:
        return Proven(None, "imprecise", Sentence("histology.untyped", (tissue,)), tissue)
    if all(fact.said("basis") == "imaging" for fact in facts):
        return Proven(None, "imprecise", Sentence("histology.imaging", (facts,)), facts)
    return Proven(None, doubt(facts), Sentence("histology.hedged", (facts,)), facts)


def _like_liposarcoma(asked: Asked) -> tuple[Fact, ...]:
    """MDM2 and CDK4 both positive, or MDM2 amplified: what speaks against an undifferentiated sarcoma."""
    stains = [stained(asked, "ihc-mdm2"), stained(asked, "ihc-cdk4")]
    if all(stain.word == "positive" for stain in stains):
        return stains[0].facts + stains[1].facts
    gene = amplified(asked, "fish-mdm2", "mdm2-cep12-ratio", Decimal(2))
    return gene.facts if gene.word == "amplified" else ()


def histology_among(values: Sequence[str]) -> Rule:
    """Is the proven type one of *values*?"""

    def rule(asked: Asked) -> Finding:
        found = proven(asked)
        if found.kind is None:
            return Finding(UNKNOWN, found.reason, found.sentence, found.facts)
        return Finding(Answer.of(found.kind in values), None, found.sentence, found.facts)

    return rule


def any_grade() -> Rule:
    """Yes: a line that admits every grade of the type that it applies to."""

    def rule(asked: Asked) -> Finding:
        found = proven(asked)
        return Finding(YES, None, Sentence("grade.any", (found.sentence,)), found.facts)

    return rule


def only_for(kind: str, rule: Rule, asked_of: Kind) -> Rule:
    """*rule*, for tumours of this type: another type is not barred by it, an unknown type leaves it unknown."""
    satisfied = YES if asked_of == "inclusion" else NO
    silent = _open(kind, _SILENT)

    def applied(asked: Asked) -> Finding:
        found = proven(asked)
        if found.kind == kind:
            return rule(asked)
        if found is _SILENT:
            return silent
        if found.kind is None:
            return _open(kind, found)
        return Finding(satisfied, "not-applicable", Sentence("applies.not", (kind, found.kind)), found.facts)

    return applied


def _open(kind: str, found: Proven) -> Finding:
    return Finding(UNKNOWN, found.reason, Sentence("applies.unknown", (kind, found.sentence)), found.facts)
