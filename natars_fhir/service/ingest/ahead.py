"""Ahead: what a document asks of what is there is settled before anything of it is taken. https://hl7.org/fhir/R4/http.html#trules

Conditions, versions and conditional references are held against what was there before the document, and against each
other. Of a transaction that cannot be met in all nothing is taken; of a batch an entry costs only itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.identity import Key
from natars_fhir.fhir.references import Named, parse
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.addresses import address, looks_minted
from natars_fhir.service.ingest.arrival import Arrival, Arrived
from natars_fhir.service.ingest.conditional_references import met, references
from natars_fhir.service.ingest.matching import Bearing, bearers
from natars_fhir.service.ingest.preconditions import Failed, body_differs, overlaps, stale
from natars_fhir.service.ingest.renamed import names_in, renamed
from natars_fhir.service.ingest.requests import asked_condition
from natars_fhir.store import identified, locks, readings
from natars_fhir.store.known_as import KnownAs

#: The order of processing, whatever the order of the entries.
_RANK = {"DELETE": 0, "POST": 1, "PUT": 2}
_ASKING = ("transaction", "batch")
_SEVERAL = "More than one resource meets this condition."
_NOT_UNDERSTOOD = "Of conditions only a business identifier is understood: identifier=system|value."


@dataclass(frozen=True, slots=True)
class Ahead:
    """A document whose conditions are settled; places are those of the entries among ``arrival.arrived``."""

    #: its readings under the names that things have here
    arrival: Arrival
    #: what is taken, in the order of processing
    order: tuple[int, ...]
    #: what is there already, by its key
    matched: Mapping[int, str] = field(default_factory=dict)
    failed: Mapping[int, Failed] = field(default_factory=dict)
    #: names of the document → the names of the same things here
    now: Mapping[str, str] = field(default_factory=dict)
    #: why nothing of a transaction is taken
    refusal: tuple[Failed, ...] = ()


def settle(
    connection: Connection, mapping: SiteMapping, secret: Key, arrival: Arrival, ask: KnownAs, at: datetime
) -> Ahead:
    """Everything that a document asks of what is there."""
    settling = _Settling(connection, mapping, secret, arrival, ask)
    settling.minted()
    if arrival.document.type in _ASKING:
        settling.conditions(at)
        settling.versions()
    if arrival.document.type == "transaction":
        settling.whole()
    return settling.done()


class _Settling:
    """Collects; what it finds is given by `done`."""

    def __init__(
        self, connection: Connection, mapping: SiteMapping, secret: Key, arrival: Arrival, ask: KnownAs
    ) -> None:
        self._connection, self._mapping, self._site = connection, mapping, mapping.site.site
        self._secret, self._ask = secret, ask
        self._arrival = arrival
        self._wanted = [(place, one) for place, one in enumerate(arrival.arrived) if one.wanted]
        self._matched: dict[int, str] = {}
        self._failed: dict[int, Failed] = {}
        self._refusal: list[Failed] = []
        self._addressed: dict[int, str] = {}
        self._now: dict[str, str] = {}
        self._references: dict[str, list[int]] = {}
        self._bearers: dict[Bearing, list[str]] = {}

    def minted(self) -> None:
        """Addresses that we gave stand for keys; a patient is named by its address too."""
        for place, one in self._wanted:
            if one.reading.kind == "Patient" and one.reading.fate == "read":
                at = address(self._secret, self._site, "Patient", one.reading.key)
                if at != one.reading.key:
                    self._addressed[place] = at
        names = {name for _, one in self._wanted for name in names_in(one.reading) if looks_minted(name)}
        if names:
            known = identified.known_as(self._connection, self._site, names)
            self._now.update({name: key for name, key in known.items() if name != key})

    def conditions(self, at: datetime) -> None:
        """Conditional creates, updates and deletes."""
        asked = {place: named for place, one in self._wanted if (named := _condition(one)) is not None}
        if self._arrival.document.type == "transaction":
            self._references = references(self._wanted, self._mapping.kinds)
        every = [*asked.values(), *map(parse, self._references)]
        bearing = {_bearing(one) for one in every if one.way == "conditional"}
        if not bearing and not asked:
            return
        making = bearing & {_bearing(one) for place, one in asked.items() if self._rank(place)}
        identified.hold(self._connection, self._site, [identified.by_identifier(*one) for one in making], at)
        self._bearers = bearers(self._connection, self._site, bearing)
        first: dict[Bearing, str] = {}
        for place in sorted(asked, key=lambda place: (self._rank(place), place)):
            self._one(place, asked[place], first)

    def _one(self, place: int, named: Named, first: dict[Bearing, str]) -> None:
        one = self._arrival.arrived[place]
        if named.way != "conditional" or named.kind != one.reading.kind:
            self._failed[place] = Failed(400, one.entry, "url", "not-supported", _NOT_UNDERSTOOD)
            return
        found, key = self._bearers[_bearing(named)], one.reading.key
        if len(found) > 1:
            self._failed[place] = Failed(412, one.entry, "url", "multiple-matches", _SEVERAL)
        elif one.entry.method == "POST":
            there = found[0] if found else first.setdefault(_bearing(named), key)
            if found or there != key or self._repeated(place, named):
                self._matched[place] = there
                self._rename(key, there)
        elif found:
            wrong = None if one.entry.method == "DELETE" else body_differs(one, found[0], self._now)
            if wrong is not None:
                self._failed[place] = wrong
            self._rename(key, found[0])

    def _repeated(self, place: int, named: Named) -> bool:
        """Does an earlier entry of the document make the very same resource under the same condition?"""
        key = self._arrival.arrived[place].reading.key
        return any(other < place and one.reading.key == key and _condition(one) == named for other, one in self._wanted)

    def _rename(self, key: str, now: str) -> None:
        if key != now:
            self._now[key] = now

    def _rank(self, place: int) -> int:
        return _RANK.get(self._arrival.arrived[place].entry.method, len(_RANK))

    def versions(self) -> None:
        """What is to be changed must be what the sender saw; and the address must be the body's."""
        going = [(place, one) for place, one in self._wanted if place not in self._matched]
        asked = {place: self._arrival.request(one) for place, one in going}
        asked = {place: said for place, said in asked.items() if said.ifMatch or said.ifNoneMatch}
        names = {place: self._name(self._arrival.arrived[place]) for place in asked}
        known = identified.known_as(self._connection, self._site, set(names.values())) if names else {}
        heads = readings.heads(self._connection, self._site, set(known.values())) if known else {}
        for place, one in going:
            if (wrong := body_differs(one, "", self._now)) is not None:
                self._failed.setdefault(place, wrong)
            if place in asked and (old := stale(one, asked[place], heads.get(known[names[place]]))) is not None:
                self._failed.setdefault(place, old)

    def _name(self, one: Arrived) -> str:
        return self._now.get(one.reading.key, one.reading.key)

    def whole(self) -> None:
        """Of a transaction: each identity once, and every conditional reference met by one resource."""
        going = [(place, one) for place, one in self._wanted if place not in self._matched]
        names = {self._name(one) for _, one in going}
        known = identified.known_as(self._connection, self._site, names, self._ask) if len(going) > 1 else {}
        self._refusal += self._failed.values()
        self._refusal += overlaps([(one, known.get(self._name(one), self._name(one))) for _, one in going])
        for text, places in self._references.items():
            named = parse(text)
            found = self._bearers.get(_bearing(named), []) if named.way == "conditional" else []
            key, code = met(named, found, [(one, self._name(one)) for _, one in self._wanted])
            if key:
                self._rename(f"{named.kind}?identifier={named.system}|{named.value}", key)
            else:
                self._refusal += [_unmet(self._arrival.arrived[place], code) for place in places]

    def done(self) -> Ahead:
        """What was found."""
        arrival, order = self._arrival, [place for place, _ in self._wanted]
        if self._now and locks.also(self._connection, self._site, set(self._now.values())):
            self._ask.forget()
        if self._now or self._addressed:
            read = tuple(self._read(place, one) for place, one in enumerate(arrival.arrived))
            arrival = replace(arrival, arrived=read)
        order = [place for place in order if place not in self._matched and place not in self._failed]
        if arrival.document.type in _ASKING:
            order.sort(key=self._rank)
        return Ahead(arrival, tuple(order), self._matched, self._failed, self._now, tuple(self._refusal))

    def _read(self, place: int, one: Arrived) -> Arrived:
        """An entry under the names that things have here."""
        reading = renamed(one.reading, self._now)
        if (at := self._addressed.get(place)) is not None:
            reading = replace(reading, aliases=(*reading.aliases, at))
        return one if reading is one.reading else one.as_read(reading)


def _condition(one: Arrived) -> Named | None:
    """The condition of an entry; None where it has none."""
    entry = one.entry
    if entry.method == "POST" and entry.if_none_exist:
        return asked_condition(one.reading.kind, entry.if_none_exist)
    return parse(entry.url) if entry.method in ("PUT", "DELETE") and "?" in entry.url else None


def _bearing(named: Named) -> Bearing:
    return named.kind, named.system, named.value


def _unmet(one: Arrived, code: str) -> Failed:
    text = "A conditional reference of a transaction must be met by one resource; this one is met by "
    told = {"multiple-matches": "several.", "not-found": "none."}.get(code)
    return Failed(412, one.entry, "", code, text + told if told else _NOT_UNDERSTOOD)


def issues(failed: tuple[Failed, ...]) -> tuple[Issue, ...]:
    """What is told of all that failed."""
    return tuple(dict.fromkeys(one.issue for one in failed))
