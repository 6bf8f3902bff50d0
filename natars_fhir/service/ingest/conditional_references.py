"""Conditional references of a transaction: each is met by one resource, or the transaction is refused. Pure.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from natars_fhir.fhir import typed
from natars_fhir.fhir.references import Named
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.service.ingest.borne import identifiers

_REFERENCE = re.compile(rb'"reference"\s*:\s*("[A-Z][A-Za-z]+\?(?:[^"\\]|\\.)*")')


def references(wanted: Iterable[tuple[int, Arrived]], kinds: Collection[str]) -> dict[str, list[int]]:
    """Reference → the places of the entries that have it; only to types that are kept: of others nothing is known."""
    told: dict[str, list[int]] = {}
    for place, one in wanted:
        for found in dict.fromkeys(_REFERENCE.findall(one.raw)) if b"?" in one.raw else ():
            text = typed.decode(found, str)
            if text.partition("?")[0] in kinds:
                told.setdefault(text, []).append(place)
    return told


def met(named: Named, found: Sequence[str], wanted: Iterable[tuple[Arrived, str]]) -> tuple[str, str]:
    """The key of the one resource that a reference means; or nothing, and the code of why.

    *found* is what was there before, *wanted* the entries of the document with their keys.
    """
    if named.way != "conditional":
        return "", "not-supported"
    keys = set(found)
    for one, key in wanted:
        if one.reading.fate == "deleted":
            keys.discard(key)
        elif one.reading.kind == named.kind and (named.system, named.value) in identifiers(one.raw):
            keys.add(key)
    if len(keys) == 1:
        return keys.pop(), ""
    return "", "multiple-matches" if keys else "not-found"
