"""What one resource says of another: a Medication names the drug given, a Condition is what an operation was done for.

The two may come in any order and in different bundles, so they meet here, when the record is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Source
from natars_fhir.domain.scope import of_no_tumour

#: Facts of a resource that belongs to nobody (a Medication), by its key; None where it is not known.
Shared = Callable[[str], "tuple[Fact, ...] | None"]


def referred_drugs(facts: Iterable[Fact], shared: Shared) -> tuple[list[Fact], list[Issue]]:
    """Facts with every drug named; a Medication that never came is an issue, not a loss."""
    named: list[Fact] = []
    missing: list[Issue] = []
    for fact in facts:
        key = fact.said("medication") if fact.concept == "antineoplastic-drug" else None
        if not isinstance(key, str):
            named.append(fact)
        elif (drugs := shared(key)) is None:
            missing.append(
                Issue("warning", "not-found", fact.path, "The Medication referred to is not known: which drug?")
            )
        else:
            named += [_given(fact, drug, key) for drug in drugs]
    return named, missing


def _given(fact: Fact, drug: Fact, medication: str) -> Fact:
    """The drug of a Medication, given as the referring resource says."""
    said = {**dict(drug.detail), "given": dict(fact.detail)["given"]}
    standing = fact.standing if fact.standing != "final" else drug.standing
    return fact._replace(
        value=drug.value,
        standing=standing,
        detail=tuple(sorted(said.items())),
        source=beside(fact.source, medication),
    )


def beside(source: Source, *others: str) -> Source:
    """A source with other resources that had a say."""
    return source._replace(besides=tuple(sorted({*source.besides, *others})))


def in_retroperitoneum(fact: Fact) -> bool:
    """Does it place a tumour there?"""
    return fact.concept == "primary-site" and fact.value == "retroperitoneum" and not of_no_tumour(fact)


def related(resections: Iterable[Fact], others: Iterable[Fact]) -> list[Fact]:
    """A bare resection that was done for a condition of this tumour is this tumour's; *others* tell what it has."""
    tumour = {fact.source.reference for fact in others if fact.concept == "histology" or in_retroperitoneum(fact)}
    return [_for_tumour(fact, tumour) for fact in resections]


def _for_tumour(fact: Fact, tumour: set[str]) -> Fact:
    reasons = fact.said("reason")
    if not isinstance(reasons, tuple):
        return fact
    rest = tuple(pair for pair in fact.detail if pair[0] != "reason")
    if not tumour.intersection(reasons):
        return fact._replace(detail=rest)
    return fact._replace(value="present", detail=rest, source=beside(fact.source, *tumour.intersection(reasons)))
