"""Where the tumour began (clinical.md §2.1 I-03, §2.2 E-01).

Facts: ``primary-site`` retroperitoneum | gi-tract | uterus | urinary-tract | other | abdomen-pelvis-nos (said too
vaguely to tell). A tumour that only adheres to an organ, or invades it, does not begin there: such text is no fact.
"""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.domain.answer import NO, UNKNOWN, YES
from natars_fhir.domain.choice import agreed, chosen, doubt
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.questions.presence import is_prior
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_VAGUE = "abdomen-pelvis-nos"
#: what is no organ
_BEHIND = ("retroperitoneum", _VAGUE)
_SILENT = Finding(UNKNOWN, "silent", Sentence("origin.silent"))


def origin_among(values: Sequence[str]) -> Rule:
    """Did the tumour begin in one of *values*? A vague site beside a named one says nothing against it."""

    def rule(asked: Asked) -> Finding:
        named = asked.once(_named)
        if not named:
            return _unnamed(asked.record.about("primary-site"))
        answer, reason = agreed([YES if fact.value in values else NO for fact in named])
        return Finding(answer, reason, Sentence("origin.conflicting" if reason else "origin.is", (named,)), named)

    return rule


def _named(asked: Asked) -> tuple[Fact, ...]:
    facts = asked.record.about("primary-site")
    later = _of_later_tumours(asked)
    doubted = _doubted(facts)
    named = [
        f
        for f in facts
        if f.standing == "final"
        and f.value != _VAGUE
        and f.source.reference not in later
        and (f.source.reference not in doubted or not _in_words(f) or f.said("origin") is not None)
    ]
    return chosen(asked, "primary-site", named, "agree")


def _doubted(facts: Sequence[Fact]) -> set[str]:
    """The resources whose words tell, with doubt, an origin in an organ (考虑来源于十二指肠): that the tumour
    lies behind the peritoneum is then no proof that it began there."""
    return {f.source.reference for f in facts if f.standing == "hedged" and f.value not in _BEHIND and _in_words(f)}


def _in_words(fact: Fact) -> bool:
    return fact.span is not None


def _of_later_tumours(asked: Asked) -> set[str]:
    """The resources that tell of another malignancy which came, or may have come, in the trial: its site is no site of
    this tumour."""
    if not asked.enrolled:
        return set()
    others = asked.record.about("second-malignancy")
    return {one.source.reference for one in others if not is_prior(asked, one)}


def _unnamed(facts: tuple[Fact, ...]) -> Finding:
    if not facts:
        return _SILENT
    reason = doubt(facts)
    return Finding(UNKNOWN, reason, Sentence(f"origin.{reason}", (facts,)), facts)
