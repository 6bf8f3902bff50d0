"""In scope: a patient of whom some fact suggests a sarcoma or a retroperitoneal tumour (contract: "In scope")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from natars_fhir.domain.record import Fact, Record

#: the `origin` of a site that is an abscess's or a hernia's, and no tumour's
NO_TUMOUR = "no-tumour"


def suggested(histology: Sequence[str], family: str, site: Sequence[str]) -> Callable[[Record], bool]:
    """Does any fact, hedged ones and imaging included, name one of these types, this family, or one of these sites?"""
    types, sites = frozenset(histology), frozenset(site)

    def scope(record: Record) -> bool:
        for fact in record.about("histology"):
            if fact.value in types or fact.said("family") == family:
                return True
        return any(fact.value in sites and not of_no_tumour(fact) for fact in record.about("primary-site"))

    return scope


def of_no_tumour(fact: Fact) -> bool:
    """Is it the site of something that is no tumour? It is shown, and suggests nothing."""
    return fact.said("origin") == NO_TUMOUR
