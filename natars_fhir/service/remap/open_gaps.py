"""Open gaps: what a site sent and is not understood, page by page; hints are looked for of the rows that are shown."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.mapping.heard.suggest import Suggester, Suggestion
from natars_fhir.mapping.heard.unmapped import open_still, standing
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.store import gaps as stored
from natars_fhir.store.engine import Store
from natars_fhir.store.gaps import Counted


@dataclass(frozen=True, slots=True)
class Open:
    """One gap: ``id`` is how an address names it, for a code may name a person, and addresses are written down."""

    id: str
    counted: Counted
    standing: str
    hint: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which gaps are asked for: of a kind (code, unit, text, element; all where it is empty), whose text holds some
    words, those of standard codes too, and which page of them."""

    what: str = ""
    words: str = ""
    every: bool = False
    page: int = 1
    most: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some gaps, how many were asked for, how many there are of each kind, and how many standard ones are left out."""

    rows: Sequence[Open]
    found: int
    counts: Mapping[str, int]
    standard: int


def page(store: Store, mapping: SiteMapping, suggester: Suggester, key: bytes, asked: Asked) -> Page:
    """The gaps of a site that are asked for, the most frequent first."""
    every = [*_open(store, mapping, key)]
    standard = sum(one.standing == "standard" for one in every)
    shown = [one for one in every if asked.every or one.standing != "standard"]
    counts = Counter[str](one.counted.gap.what for one in shown)
    found = [one for one in shown if asked.what in ("", one.counted.gap.what) and _holds(one, asked.words)]
    start = (asked.page - 1) * asked.most
    rows = [_hinted(one, suggester) for one in found[start : start + asked.most]]
    return Page(rows, len(found), counts, standard)


def one(store: Store, mapping: SiteMapping, suggester: Suggester, key: bytes, ident: str) -> Open | None:
    """The gap that is called so; None where there is none, or it is understood by now."""
    found = next((found for found in _open(store, mapping, key) if found.id == ident), None)
    return _hinted(found, suggester) if found else None


def _open(store: Store, mapping: SiteMapping, key: bytes) -> Iterator[Open]:
    site = mapping.site.site
    with store.of(site).read() as connection:
        for counted in chain(stored.gaps(connection, site), stored.let_go_of(connection, site)):
            if open_still(mapping, counted.gap):
                yield Open(ident_of(key, site, counted.gap), counted, standing(mapping, counted.gap))


def _hinted(one: Open, suggester: Suggester) -> Open:
    return Open(one.id, one.counted, one.standing, suggester.of(one.counted.gap, one.counted.display))


def ident_of(key: bytes, site: str, gap: Gap) -> str:
    """What addresses call a gap."""
    return hmac.new(key, json.dumps(["gap", site, *gap]).encode(), hashlib.sha256).hexdigest()[:24]


def _holds(one: Open, words: str) -> bool:
    gap = one.counted.gap
    told = " ".join((gap.item, one.counted.display, gap.about, gap.concept, gap.kind)).casefold()
    return all(word in told for word in words.casefold().split())
