"""Reconcile: one patient's facts from many resources become one record.

The same thing told by several resources counts once; a resection becomes an earlier one or the index surgery by its
date; the trial's doses open its cycles; what was found in the resected specimen is told apart from the biopsy; the site
of another tumour is not this tumour's. Nothing is invented and nothing dropped in silence: what is set aside becomes an
issue.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain

from natars_fhir.domain.answer import YES
from natars_fhir.domain.choice import SPECIMEN_DAYS
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Patient, Record, by_concept, in_order
from natars_fhir.mapping.cycles import cycles
from natars_fhir.mapping.referred import Shared, beside, in_retroperitoneum, referred_drugs, related

#: The facts of a specimen that tell whether it was the resected tumour: by date, after the index surgery.
_OF_SPECIMEN = ("histology", "fnclcc-grade", "histologic-grade", "tumour-size", "mitoses-per-10hpf", "necrosis-percent")

Named = dict[str, tuple[Fact, ...]]


def reconcile(patient: Patient, facts: Iterable[Fact], shared: Shared) -> tuple[Record, tuple[Issue, ...]]:
    """The record of one patient, and what was set aside in making it. The order of *facts* does not matter."""
    told = by_concept(facts)  # most patients have none of the concepts that take work
    missing: list[Issue] = []
    issues: list[Issue] = []
    if doses := told.get("antineoplastic-drug"):
        told["antineoplastic-drug"], missing = referred_drugs(doses, shared)
    if resections := told.get("resection"):
        told["resection"] = related(resections, [*told.get("histology", ()), *told.get("primary-site", ())])
    if "second-malignancy" in told:
        kept, issues = _other_tumours(in_order(chain.from_iterable(told.values())))
        told = by_concept(kept)
    named = {concept: _once(same) if len(same) > 1 else (*same,) for concept, same in told.items()}
    if "resection" in named:
        named |= _resections(named, named.pop("resection"))
    if "index-surgery" in named:
        named |= _after_surgery(named)
    if "allocation" in named and "antineoplastic-drug" in named:
        named["neoadjuvant-cycle"] = _with_cycles(named)
    return Record.of(patient, named), (*missing, *issues)


def _once(facts: list[Fact]) -> tuple[Fact, ...]:
    """Of one concept: the same value, day, standing and details are one fact, from the first of its resources, which
    names the others beside it. They come out in order."""
    days: dict[str, list[Fact]] = {}
    for fact in facts:
        when = fact.when or ""
        if when in days:
            days[when].append(fact)
        else:
            days[when] = [fact]
    kept: list[Fact] = []
    for when in sorted(days):
        kept += days[when] if len(days[when]) == 1 else _merged(days[when])
    return tuple(kept)


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

    One that itself tells the retroperitoneum, and no type, may be either: both are kept, the malignancy as suspected.
    It is this tumour where it also tells a type of sarcoma, unless the retroperitoneum is told elsewhere: then it may
    be either. It is another where the retroperitoneum, or a sarcoma of the abdomen, is told elsewhere; and where
    neither is so, the second malignancy is only suspected, and the site is in doubt beside a sarcoma not yet confirmed.
    """
    told: dict[str, set[str]] = {}
    for fact in facts:
        told.setdefault(fact.source.reference, set()).add(fact.concept)
    own = {fact.source.reference for fact in facts if in_retroperitoneum(fact)}
    sited = {fact.source.reference for fact in facts if fact.concept == "primary-site" and fact.standing == "final"}
    retroperitoneal = bool(own)
    places = {fact.standing for fact in facts if _places_a_sarcoma(fact, told[fact.source.reference])}
    placed = retroperitoneal or "final" in places
    kept: list[Fact] = []
    issues: list[Issue] = []
    for fact in facts:
        concepts = told[fact.source.reference]
        other = fact.concept == "second-malignancy"
        if not (concepts >= {"primary-site", "second-malignancy"} and (other or fact.concept == "primary-site")):
            kept.append(fact)
        elif fact.source.reference in own and "histology" not in concepts:
            kept.append(_perhaps(fact))
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


def _resections(named: Named, resections: tuple[Fact, ...]) -> Named:
    """A completed resection of the tumour on or after allocation (else after consent) is the index surgery, the first
    of them; any other is an earlier resection (clinical.md §4.3)."""
    start, by_consent = _trial_start(named)
    index = _index(resections, start) if start else None
    told = by_concept(_resection(fact, fact is index, by_consent) for fact in resections)
    return {concept: in_order((*named.get(concept, ()), *same)) for concept, same in told.items()}


def _index(resections: tuple[Fact, ...], start: date) -> Fact | None:
    done = [
        fact
        for fact in resections
        if fact.value in ("present", "suspected")
        and fact.standing == "final"
        and fact.day is not None
        and fact.day.at_least(start) is YES
    ]
    related = [fact for fact in done if fact.value == "present"] or done
    return min(related, key=lambda fact: (fact.day.low if fact.day else date.max) or date.max, default=None)


def _trial_start(named: Named) -> tuple[date | None, bool]:
    """The day from which a resection is the trial's own, and whether only consent tells it."""
    if allocated := _first_day(named.get("allocation", ())):
        return allocated, False
    given = _first_day([fact for fact in named.get("consent", ()) if fact.value == "given"])
    return given, given is not None


def _first_day(facts: Iterable[Fact]) -> date | None:
    days = [fact.day.low for fact in facts if fact.standing == "final" and fact.day and fact.day.low]
    return min(days, default=None)


def _resection(fact: Fact, index: bool, by_consent: bool) -> Fact:
    if not index:
        return fact._replace(concept="prior-resection")
    more = (("flag", "allocation-missing"),) if by_consent else ()
    return fact._replace(concept="index-surgery", detail=tuple(sorted((*fact.detail, *more))))


def _with_cycles(named: Named) -> tuple[Fact, ...]:
    """The cycles that the trial's doses open, from allocation to the index surgery, beside those that are told."""
    start, surgery = _first_day(named["allocation"]), _first_day(named.get("index-surgery", ()))
    opened = cycles(named["antineoplastic-drug"], start, surgery) if start else ()
    return in_order((*named.get("neoadjuvant-cycle", ()), *opened))


def _after_surgery(named: Named) -> Named:
    """Findings dated on the index surgery or soon after it are those of the resected specimen."""
    days = [fact.day.low for fact in named["index-surgery"] if fact.day and fact.day.low]
    if not days:
        return {}
    surgery = min(days)
    return {
        concept: tuple([_of_resection(fact) if _resected(fact, surgery) else fact for fact in named[concept]])
        for concept in _OF_SPECIMEN
        if concept in named
    }


def _resected(fact: Fact, surgery: date) -> bool:
    if fact.said("basis") == "diagnosis" or fact.day is None or fact.day.at_least(surgery) is not YES:
        return False
    return fact.day.low is not None and fact.day.low <= surgery + SPECIMEN_DAYS


def _of_resection(fact: Fact) -> Fact:
    if fact.said("specimen"):
        return fact
    return fact._replace(detail=tuple(sorted((*fact.detail, ("specimen", "resection")))))
