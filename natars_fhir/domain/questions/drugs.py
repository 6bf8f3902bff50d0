"""Which drugs a patient ever had (clinical.md §2.1 I-05, I-07; §2.2 E-05; §4.7).

Facts: ``antineoplastic-drug`` = the generic drug word, or ``none`` (said: none was ever given; with detail ``class``,
none of those); details ``class`` (a tuple) and ``given`` given | requested | not-given | unclear. A dose on or after
allocation is the trial's own treatment. That one drug was not given says nothing of the others of its class.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.choice import chosen, onset
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.questions import Concept, negated
from natars_fhir.domain.questions.presence import Doubt, Weighed, doubted, weigh
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_DRUG: Concept = "antineoplastic-drug"

#: The classes that drugs.toml may give a drug, and that a criterion may ask for.
CLASSES = (
    "chemotherapy", "anthracycline", "anthracenedione", "ifosfamide", "targeted", "targeted-unclear", "immunotherapy",
    "supportive", "unclear",
)  # fmt: skip

#: The class of a drug of which nobody can say whether it is of a class that a line asks for.
_ANY = "unclear"

#: Who had no chemotherapy had none of these.
_IMPLIED = {"chemotherapy": frozenset({"anthracycline", "ifosfamide"})}


def ever_given(classes: Sequence[str], for_people: Sequence[str] = (), label: str = "antineoplastic-drug") -> Rule:
    """Was a drug of one of *classes* ever given before this trial?

    *for_people*: classes of which only a person can say whether the line means them. *label*: the phrase's word.
    Raises ValueError for a class that no drug has.
    """
    for unknown in {*classes, *for_people} - {*CLASSES}:
        near = get_close_matches(unknown, CLASSES, n=1)
        raise ValueError(f"class {unknown} is not known" + (f"; did you mean {near[0]}?" if near else ""))
    asked_for, unsettled = frozenset(classes), frozenset(for_people)
    silent = Finding(UNKNOWN, "silent", Sentence("drug.silent", (label,)))

    def rule(asked: Asked) -> Finding:
        facts = asked.record.about(_DRUG)
        if not facts:
            return silent
        found = weigh(*_sorted(asked, chosen(asked, _DRUG, facts, "all"), asked_for, unsettled))
        return silent if found.reason == "silent" else _told(label, found)

    return rule


never_given = negated(ever_given)


def _told(label: str, found: Weighed) -> Finding:
    key = f"drug.{found.reason or found.answer.word}"
    return Finding(found.answer, found.reason, Sentence(key, (label, found.facts)), found.facts)


def _sorted(
    asked: Asked, facts: Sequence[Fact], classes: frozenset[str], for_people: frozenset[str]
) -> tuple[list[Fact], list[Fact], list[Doubt]]:
    given, none, doubts = [], [], list[Doubt]()
    for fact in facts:
        if fact.value == "none":
            none.append(fact)
            continue
        kinds = _classes(fact)
        before = _before_trial(asked, fact)
        if before is False or fact.said("given") == "not-given":
            continue
        if kinds & classes and before and fact.standing == "final" and fact.said("given") in ("given", None):
            given.append(fact)
        elif kinds & classes or not kinds or _ANY in kinds:
            doubts.append((fact, doubted(fact)))
        elif kinds & for_people:
            doubts.append((fact, "needs-attestation"))
    denied, faint = _denials(none, classes)
    return given, denied, doubts + faint


def _denials(none: Sequence[Fact], classes: frozenset[str]) -> tuple[list[Fact], list[Doubt]]:
    """The statements that together deny every class asked for; and those too uncertain to deny."""
    if not none:
        return [], []
    final = [fact for fact in none if fact.standing == "final"]
    faint: list[Doubt] = [(fact, doubted(fact)) for fact in none if fact.standing != "final"]
    covered = frozenset[str]().union(*(_denied(fact, classes) for fact in final))
    if covered >= classes:
        return final, []
    return [], faint


def _denied(fact: Fact, classes: frozenset[str]) -> frozenset[str]:
    kinds = _classes(fact)
    return kinds.union(*(_IMPLIED.get(kind, frozenset()) for kind in kinds)) if kinds else classes


def _classes(fact: Fact) -> frozenset[str]:
    said = fact.said("class")
    if isinstance(said, str):
        return frozenset({said})
    return frozenset(said) if isinstance(said, tuple) else frozenset()


def _before_trial(asked: Asked, fact: Fact) -> bool | None:
    """Was it given before the trial's treatment? None where the date does not tell."""
    if not asked.enrolled:
        return True
    given = onset(fact)
    if given.low >= asked.treatment_start_by:
        return False
    return True if given.high < asked.treatment_start else None
