"""Reconcile: one patient's facts from many resources become one record.

The same thing told by several resources counts once; a resection becomes an earlier one or the index surgery by its
date; the trial's doses open its cycles; what was found in the resected specimen is told apart from the biopsy; the site
of another tumour is not this tumour's. Nothing is invented and nothing dropped in silence: what is set aside becomes an
issue.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from datetime import date

from natars_fhir.domain.answer import YES
from natars_fhir.domain.choice import SPECIMEN_DAYS
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Patient, Record, in_order, place
from natars_fhir.mapping.cycles import cycles
from natars_fhir.mapping.referred import Shared, beside, in_retroperitoneum, referred_drugs, related

#: The facts of a specimen that tell whether it was the resected tumour: by date, after the index surgery.
_OF_SPECIMEN = ("histology", "fnclcc-grade", "histologic-grade", "tumour-size", "mitoses-per-10hpf", "necrosis-percent")


def reconcile(patient: Patient, facts: Iterable[Fact], shared: Shared) -> tuple[Record, tuple[Issue, ...]]:
    """The record of one patient, and what was set aside in making it. The order of *facts* does not matter."""
    told = list(facts)
    missing: list[Issue] = []
    issues: list[Issue] = []
    concepts = {fact.concept for fact in told}  # most patients have none of those that take work
    if "antineoplastic-drug" in concepts:
        told, missing = referred_drugs(told, shared)
    if "resection" in concepts:
        told = related(told)
    if "second-malignancy" in concepts:
        told, issues = _other_tumours(in_order(told))
    told = _once(told)
    if not concepts.isdisjoint(("resection", "index-surgery")):
        told = _after_surgery(_resections(told))
    if concepts.issuperset(("allocation", "antineoplastic-drug")):
        told = _with_cycles(told)
    return Record(patient, tuple(told)), (*missing, *issues)


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """The same concept, value, day, standing and details: one fact, from the first of its resources, which names the
    others beside it. They come out in order."""
    days: dict[tuple[str, str], Fact] = {}
    repeated: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        day = fact.concept, fact.when or ""
        first = days.setdefault(day, fact)
        if first is not fact:
            repeated.setdefault(day, [first]).append(fact)
    kept: list[Fact] = []
    for day in sorted(days):
        if day in repeated:
            kept += _merged(repeated[day])
        else:
            kept.append(days[day])
    return kept


def _merged(day: list[Fact]) -> list[Fact]:
    kept: list[Fact] = []
    for fact in in_order(day):
        for n, one in enumerate(kept):
            if _alike(one, fact):
                if one.source.reference != fact.source.reference:
                    kept[n] = one._replace(source=beside(one.source, fact.source.reference))
                break
        else:
            kept.append(fact)
    return kept


def _alike(one: Fact, other: Fact) -> bool:
    said_so = one.standing == other.standing and one.detail == other.detail
    return said_so and one.value == other.value and one.when == other.when


def _other_tumours(facts: tuple[Fact, ...]) -> tuple[list[Fact], list[Issue]]:
    """A resource that tells both a site outside the retroperitoneum and another malignancy speaks of one tumour.

    It is this tumour where it also tells a type of sarcoma, unless the retroperitoneum is told elsewhere: then it may
    be either. It is another where the retroperitoneum, or a sarcoma of the abdomen, is told elsewhere; and where
    neither is so, the second malignancy is only suspected, and the site is in doubt beside a sarcoma not yet confirmed.
    """
    told: dict[str, set[str]] = {}
    for fact in facts:
        told.setdefault(fact.source.reference, set()).add(fact.concept)
    sited = {fact.source.reference for fact in facts if fact.concept == "primary-site" and fact.standing == "final"}
    retroperitoneal = any(map(in_retroperitoneum, facts))
    places = {fact.standing for fact in facts if _places_a_sarcoma(fact, told[fact.source.reference])}
    placed = retroperitoneal or "final" in places
    kept: list[Fact] = []
    issues: list[Issue] = []
    for fact in facts:
        concepts = told[fact.source.reference]
        other = fact.concept == "second-malignancy"
        if not (concepts >= {"primary-site", "second-malignancy"} and (other or fact.concept == "primary-site")):
            kept.append(fact)
        elif "histology" in concepts:
            either = retroperitoneal and fact.source.reference in sited
            kept += [_perhaps(fact)] if either or not other else []
        elif not placed:
            kept.append(fact._replace(standing="hedged") if places and not other else _perhaps(fact))
        elif other:
            kept.append(fact)
        else:
            text = "The site of another tumour than the sarcoma that is told elsewhere: it is not this tumour's site."
            issues.append(Issue("information", "informational", fact.path, text))
    return kept, issues


def _places_a_sarcoma(fact: Fact, concepts: set[str]) -> bool:
    """Does a diagnosis say that a sarcoma lies in the abdomen or pelvis (C49.4), though in no organ?"""
    vague = fact.concept == "primary-site" and fact.value == "abdomen-pelvis-nos"
    return vague and "histology" in concepts and fact.said("method") == "diagnosis"


def _perhaps(fact: Fact) -> Fact:
    return fact._replace(value="suspected") if fact.concept == "second-malignancy" else fact


def _resections(facts: list[Fact]) -> list[Fact]:
    """A completed resection of the tumour on or after allocation (else after consent) is the index surgery, the first
    of them; any other is an earlier resection (clinical.md §4.3)."""
    start, by_consent = _trial_start(facts)
    index = _index(facts, start) if start else None
    named = [fact for fact in facts if fact.concept != "resection"]
    for fact in facts:
        if fact.concept == "resection":
            insort(named, _resection(fact, fact is index, by_consent), key=place)
    return named


def _index(facts: list[Fact], start: date) -> Fact | None:
    done = [
        fact
        for fact in facts
        if fact.concept == "resection"
        and fact.value in ("present", "suspected")
        and fact.standing == "final"
        and fact.day is not None
        and fact.day.at_least(start) is YES
    ]
    related = [fact for fact in done if fact.value == "present"] or done
    return min(related, key=lambda fact: (fact.day.low if fact.day else date.max) or date.max, default=None)


def _trial_start(facts: list[Fact]) -> tuple[date | None, bool]:
    """The day from which a resection is the trial's own, and whether only consent tells it."""
    if allocated := _first_day([fact for fact in facts if fact.concept == "allocation"]):
        return allocated, False
    given = _first_day([fact for fact in facts if fact.concept == "consent" and fact.value == "given"])
    return given, given is not None


def _first_day(facts: list[Fact]) -> date | None:
    days = [fact.day.low for fact in facts if fact.standing == "final" and fact.day and fact.day.low]
    return min(days, default=None)


def _resection(fact: Fact, index: bool, by_consent: bool) -> Fact:
    if not index:
        return fact._replace(concept="prior-resection")
    more = (("flag", "allocation-missing"),) if by_consent else ()
    return fact._replace(concept="index-surgery", detail=tuple(sorted((*fact.detail, *more))))


def _with_cycles(facts: list[Fact]) -> list[Fact]:
    """The cycles that the trial's doses open, from allocation to the index surgery."""
    start = _first_day([fact for fact in facts if fact.concept == "allocation"])
    surgery = _first_day([fact for fact in facts if fact.concept == "index-surgery"])
    doses = [fact for fact in facts if fact.concept == "antineoplastic-drug"]
    named = list(facts)
    for cycle in cycles(doses, start, surgery) if start else ():
        insort(named, cycle, key=place)
    return named


def _after_surgery(facts: list[Fact]) -> list[Fact]:
    """Findings dated on the index surgery or soon after it are those of the resected specimen."""
    days = [fact.day.low for fact in facts if fact.concept == "index-surgery" and fact.day and fact.day.low]
    if not days:
        return facts
    surgery = min(days)
    return [_of_resection(fact) if _resected(fact, surgery) else fact for fact in facts]


def _resected(fact: Fact, surgery: date) -> bool:
    if fact.concept not in _OF_SPECIMEN or dict(fact.detail).get("basis") == "diagnosis":
        return False
    if fact.day is None or fact.day.at_least(surgery) is not YES:
        return False
    return fact.day.low is not None and fact.day.low <= surgery + SPECIMEN_DAYS


def _of_resection(fact: Fact) -> Fact:
    if fact.said("specimen"):
        return fact
    return fact._replace(detail=tuple(sorted((*fact.detail, ("specimen", "resection")))))
