"""Gaps: nothing is dropped in silence. What a site sent and was not understood, for its own people to mend.

Noticed in the transaction of the push that brought it; told with a hint, as data for a page, a command or a FHIR map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from natars_fhir.fhir.build import Node
from natars_fhir.mapping.heard.expected import Expected, expected
from natars_fhir.mapping.heard.gaps import Gap, Named, gaps_of
from natars_fhir.mapping.heard.suggest import Suggester
from natars_fhir.mapping.heard.unmapped import Listed, draft_map, listed
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.mapping.terms.concept_map import Publisher
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.store import gaps as stored
from natars_fhir.store.engine import Store


def notice(connection: Connection, mapping: SiteMapping, fresh: Sequence[Arrived], now: datetime) -> None:
    """Counts what of the *fresh* resources was not understood, and of which kinds they are. The same bytes again are no
    news: a feed that only repeats itself is quiet."""
    if not fresh:
        return
    site, found, displays = mapping.site.site, Counter[Gap](), dict[Gap, str]()
    known = _looked_up.setdefault(connection.engine, {})
    for one in fresh:
        for gap, display in _gaps_of(one, mapping, known):
            found[gap] += 1
            displays[gap] = display or displays.get(gap, "")
    if found:
        stored.count(connection, site, {gap: (displays[gap], number) for gap, number in found.items()}, now)
    kinds = Counter(one.reading.kind for one in fresh)
    kinds.update(fact.concept for one in fresh for fact in one.reading.facts)
    stored.hear(connection, site, kinds, now)


#: Mapping, and what was not understood → the gap that it is, with its name.
Known = dict[tuple[str, str, tuple[str, ...]], Named]

#: Database → the codes that came to it and were looked up: each is once. By database, for the names are what was sent.
_looked_up: WeakKeyDictionary[Engine, Known] = WeakKeyDictionary()
_MOST_KNOWN = 20_000


def _gaps_of(one: Arrived, mapping: SiteMapping, known: Known) -> list[Named]:
    """The gaps of a resource; where all are codes that were looked up before, its bytes are not opened again."""
    told = one.reading.not_understood
    if not told:
        return gaps_of(one.reading, one.entry.raw, mapping)
    site, hash_ = mapping.site.site, mapping.hash
    before = [known.get((site, hash_, tuple(item))) for item in told]
    if all(before):
        return [found for found in dict.fromkeys(before) if found]
    found = gaps_of(one.reading, one.entry.raw, mapping)
    if len(told) == len(found) and len(known) < _MOST_KNOWN:  # each has its own: of a blood pressure they are three
        for item, (gap, display) in zip(told, found, strict=True):
            if item[0] == "code" and display:
                known[site, hash_, tuple(item)] = gap, display
    return found


def gaps(store: Store, mapping: SiteMapping, suggester: Suggester) -> list[Listed]:
    """What is not understood of a site, the most frequent first, each with a hint."""
    with store.read() as connection:
        counted = [*stored.gaps(connection, mapping.site.site), *stored.let_go_of(connection, mapping.site.site)]
    rows = ((one.gap, one.display, one.count, _text(one.first), _text(one.last)) for one in counted)
    return listed(mapping, suggester, rows)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def feeds(store: Store, mapping: SiteMapping, now: datetime) -> tuple[Expected, ...]:
    """What the site's file expects, and whether it still comes."""
    site = mapping.site
    with store.read() as connection:
        heard: dict[str, Any] = stored.last_heard(connection, site.site)
        since = stored.first_heard(connection, site.site)
    return expected(site.expects, heard, since, now)


def draft(store: Store, mapping: SiteMapping, suggester: Suggester, publisher: Publisher) -> Node | None:
    """The codes and units that are not mapped, as one draft ConceptMap for the site's own people."""
    return draft_map(gaps(store, mapping, suggester), publisher)
