"""Opened: what is known of persons, by all their names, and what it rests on; each is opened as it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select

from natars_fhir.mapping.reading import Reading
from natars_fhir.store import driver
from natars_fhir.store.packed import unpack_reading
from natars_fhir.store.persons import Persons, every_name, of_each
from natars_fhir.store.readings import mentioned
from natars_fhir.store.rows import among
from natars_fhir.store.tables.core import mention, reading

#: without an order of its own: SQLite would walk the whole site to have it
_OWN = select(reading.c.key, reading.c.subject, reading.c.body).where(
    among(reading.c.site, reading.c.subject), ~reading.c.deleted
)
_OTHERS = select(mention.c.key, mention.c.other).where(among(mention.c.site, mention.c.key))
_NOBODYS = select(reading.c.key, reading.c.body).where(
    among(reading.c.site, reading.c.key), ~reading.c.deleted, reading.c.subject.is_(None)
)

#: A person's own readings as they are kept: key, subject and body of each.
Closed = Sequence[tuple[str, str, bytes | None]]


#: A reading that will be put, and as it will be kept.
Coming = tuple[Reading, bytes]


@dataclass(frozen=True, slots=True)
class Open:
    """What is known of a person: the bodies by key, their own resources first and then those that they rest on; each is
    opened when it is looked at. Two say the same if their bodies do."""

    bodies: tuple[tuple[str, bytes], ...]
    known: Mapping[str, Reading] = field(compare=False, repr=False)

    def __iter__(self) -> Iterator[Reading]:
        for key, body in self.bodies:
            found = self.known.get(key) or unpack_reading(body)
            yield found if found.key == key else replace(found, key=key)


def one(
    connection: Connection, site: str, subjects: Collection[str], known: Mapping[str, Reading] = MappingProxyType({})
) -> Open:
    """What is known of a patient who goes by these names, and the resources that it rests on, each under its key.

    *known* are readings that were put in this very transaction: they need not be opened again.
    """
    return each(connection, site, {"": subjects}, known)[""]


def each(
    connection: Connection, site: str, persons: Persons, known: Mapping[str, Reading] = MappingProxyType({})
) -> dict[str, Open]:
    """The same of several persons, by person."""
    own = closed(connection, site, persons)
    keys = [key for rows in own.values() for key, _, _ in rows]
    mentions = _mentions(connection, site, keys)
    return _opened(own, mentions, _rest(connection, site, mentions), known)


def soon(connection: Connection, site: str, persons: Persons, coming: Collection[Coming]) -> dict[str, Open]:
    """The same as it is once these readings are put, where nothing else is written before."""
    news = {one.key: one for one, _ in coming}
    bodies = {one.key: packed for one, packed in coming}
    owner = {name for names in persons.values() for name in names}
    own = {key: [row for row in rows if row[0] not in news] for key, rows in closed(connection, site, persons).items()}
    fresh = [(key, one.subject, bodies[key]) for key, one in news.items() if one.subject in owner]
    for key, rows in of_each(fresh, persons, itemgetter(1)).items():
        own[key] += rows
    kept = [key for rows in own.values() for key, _, _ in rows if key not in news]
    mentions = _mentions(connection, site, kept) | {key: mentioned(one) for key, one in news.items()}
    rest = {key: body for key, body in _rest(connection, site, mentions).items() if key not in news}
    rest |= {key: bodies[key] for key, one in news.items() if one.subject is None}
    return _opened(own, mentions, rest, news)


def closed(connection: Connection, site: str, persons: Persons) -> dict[str, list[tuple[str, str, bytes | None]]]:
    """What is known of several persons, by person, and nothing of it is opened."""
    rows = driver.rows(connection, _OWN, {"of_site": site, "names": every_name(persons)})
    return of_each(rows, persons, itemgetter(1))


def says(own: Closed) -> Callable[[str], bool]:
    """May a fact of a concept be among them? It may be another text that only reads so."""
    whole = b"\n".join([body for _, _, body in own if body is not None])
    return lambda concept: msgspec.json.encode(concept) in whole


def _mentions(connection: Connection, site: str, keys: Collection[str]) -> dict[str, Collection[str]]:
    """Which others these rest on."""
    found: dict[str, Collection[str]] = {}
    for key, other in driver.rows(connection, _OTHERS, {"of_site": site, "names": keys}) if keys else ():
        found[key] = (*found.get(key, ()), other)
    return found


def _rest(connection: Connection, site: str, mentions: Mapping[str, Collection[str]]) -> dict[str, bytes]:
    """Those of the others that are nobody's."""
    others = {other for several in mentions.values() for other in several}
    return dict(driver.rows(connection, _NOBODYS, {"of_site": site, "names": others})) if others else {}


def _opened(
    own: Mapping[str, Closed],
    mentions: Mapping[str, Collection[str]],
    rest: Mapping[str, bytes],
    known: Mapping[str, Reading],
) -> dict[str, Open]:
    return {key: Open(tuple(_bodies(rows, mentions, rest)), known) for key, rows in own.items()}


def _bodies(
    own: Closed, mentions: Mapping[str, Collection[str]], rest: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """A patient's own resources, and then those that they rest on, each in the order of their keys."""
    others = {other for key, _, _ in own for other in mentions.get(key, ())} & rest.keys()
    bodies = [*sorted((key, body) for key, _, body in own), *((key, rest[key]) for key in sorted(others))]
    for key, body in bodies:
        if body is not None:
            yield key, body
