"""Searching: the resources of a site that have what is asked, page by page. https://hl7.org/fhir/R4/search.html

A page begins after the resource whose id the link names: no link holds an identifier that was not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from natars_fhir.service.ingest.borne import identifiers
from natars_fhir.service.ingest.matching import bearers, silent_of
from natars_fhir.service.search.query import PATIENTS, Query
from natars_fhir.service.search.reading_back import TOLD, Asker, Shown, letters, newest
from natars_fhir.store import identified, kept, patients

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Resources that were found, and where the next page begins; ``total`` where it is known."""

    shown: tuple[Shown, ...]
    after: str = ""
    total: int | None = None


def search(connection: Connection, asker: Asker, query: Query) -> Page:
    """One page; of none (``_count=0``) how many there are (https://hl7.org/fhir/R4/search.html#count)."""
    found = _few(connection, asker, query) if query.kind in TOLD else _kept(connection, asker, query)
    if not query.count:
        return Page((), total=sum(1 for _ in found))
    shown: list[Shown] = []
    for one in found:
        if len(shown) == query.count:
            last = shown[-1].ident if shown else ""
            return Page(tuple(shown), last)
        shown.append(one)
    return Page(tuple(shown), total=None if query.after else len(shown))


def _kept(connection: Connection, asker: Asker, query: Query) -> Iterator[Shown]:
    """What is kept, in the order of the keys; read as far as it is wanted."""
    after = _key(connection, asker, query.kind, query.after) if query.after else ""
    keys = _candidates(connection, asker, query)
    batches = _every(connection, asker, query.kind, after) if keys is None else _cut(keys, after)
    for some in batches:
        for one in newest(connection, asker, query.kind, some):
            if all(span.holds(one.received) for span in query.updated):
                yield one


def _every(connection: Connection, asker: Asker, kind: str, after: str) -> Iterator[list[str]]:
    while some := kept.of_kind(connection, asker.site, kind, after, _BATCH):
        yield some
        after = some[-1]


def _cut(keys: set[str], after: str) -> Iterator[list[str]]:
    ordered = sorted(key for key in keys if key > after)
    return (ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH))


def _candidates(connection: Connection, asker: Asker, query: Query) -> set[str] | None:
    """The keys that may be meant; None where every one may."""
    kind = query.kind
    ways = [{_key(connection, asker, kind, value) for value in values} for values in query.values("_id")]
    ways += [_bearing(connection, asker, kind, values) for values in query.values("identifier")]
    ways += [_of_patients(connection, asker, kind, values) for values in query.values(*PATIENTS)]
    return set.intersection(*ways) if ways else None


def _bearing(connection: Connection, asker: Asker, kind: str, values: tuple[str, ...]) -> set[str]:
    asked = [(kind, *_pair(value)) for value in values]
    return {key for keys in bearers(connection, asker.site, asked).values() for key in keys}


def _of_patients(connection: Connection, asker: Asker, kind: str, values: tuple[str, ...]) -> set[str]:
    """What is told of these patients, by whatever name it names them."""
    asked = {_key(connection, asker, "Patient", value.rpartition("/")[2]) for value in values}
    names = {name for known in patients.persons(connection, asker.site, asked).values() for name in known} | asked
    told = kept.of_subjects(connection, asker.site, kind, names)
    return told | silent_of(connection, asker.site, kind, names)


def _key(connection: Connection, asker: Asker, kind: str, ident: str) -> str:
    name = f"{kind}/{ident}"
    return identified.known_as(connection, asker.site, [name])[name]


def _pair(text: str) -> tuple[str, str]:
    system, _, value = text.partition("|")
    return system, value


def _few(connection: Connection, asker: Asker, query: Query) -> Iterator[Shown]:
    """The types of which a site has few: what it was told, and what it sent of the same type, by their content."""
    kept_too = [
        one for some in _every(connection, asker, query.kind, "") for one in newest(connection, asker, query.kind, some)
    ]
    every = {one.ident: one for one in (*letters(connection, asker, query.kind), *kept_too)}
    for ident in sorted(every):
        one = every[ident]
        if ident > query.after and all(span.holds(one.received) for span in query.updated) and _has(one, query):
            yield one


_SAYS: dict[str, Callable[[dict[str, object], Shown], set[str]]] = {
    "_id": lambda _, one: {one.ident},
    "identifier": lambda _, one: {f"{system}|{value}" for system, value in identifiers(one.raw or b"")},
    "status": lambda said, _: {str(said.get("status", ""))},
    "study": lambda said, _: _named(said, "study"),
    **dict.fromkeys(PATIENTS, lambda said, _: _named(said, "individual") | _named(said, "subject")),
}


def _has(one: Shown, query: Query) -> bool:
    said = msgspec.json.decode(one.raw or b"{}")
    return all(_SAYS[name](said, one) & {_bare(name, value) for value in values} for name, values in query.wanted)


def _bare(name: str, value: str) -> str:
    """A reference by its id, a code without its system."""
    if name == "status":
        return value.rpartition("|")[2]
    return value.rpartition("/")[2] if name in ("study", *PATIENTS) else value


def _named(said: dict[str, object], element: str) -> set[str]:
    reference = said.get(element)
    text = reference.get("reference") if isinstance(reference, dict) else None
    return {text.rpartition("/")[2]} if isinstance(text, str) else set()
