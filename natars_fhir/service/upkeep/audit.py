"""Audit: what was done is sealed, checked, and told, for the rounds and for whoever has to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from natars_fhir.emit.audit_event import Recorded, audit_event
from natars_fhir.fhir.build import Node
from natars_fhir.store import audit, seals
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.seals import Flaw, Head

_CUT = "the chain does not hold the head that was kept: it was cut off or made anew"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many rows are sealed, the end of every chain, and every flaw."""

    rows: int
    heads: tuple[Head, ...]
    flaws: tuple[Flaw, ...]


def seal(store: Store, key: bytes, sites: Iterable[str] = (), *, whole: bool = False) -> int:
    """Seals what waits, of these sites or of all, page by page; how many rows that was. Who is known by name need not
    be looked for in the whole audit."""
    done = 0
    with store.read() as connection:
        asked = [*sites] or seals.sites(connection)
        behind = [site for site in asked if seals.waiting(connection, site, whole=whole, most=1)]
    for site in behind:
        while number := _page(store, key, site, whole=whole):
            done += number
    return done


def _page(store: Store, key: bytes, site: str, *, whole: bool) -> int:
    """A page of a site; nothing where another process sealed it at the same time."""
    try:
        with store.of(site).write(()) as connection:
            return seals.seal(connection, key, site, whole=whole)
    except IntegrityError:
        return 0


def check(store: Store, key: bytes, sites: Iterable[str] = (), heads: Iterable[Head] = ()) -> Checked:
    """Every flaw of these sites' audits, or of all; *heads* are ends of chains that were kept elsewhere."""
    with store.read() as connection:
        asked = sorted(sites) or seals.sites(connection)
        found = [flaw for site in asked for flaw in seals.flaws(connection, key, site)]
        ends = [head for site in asked if (head := seals.head(connection, site)) is not None]
        known = [head for head in heads if head.site in asked or not sites]
        found += [Flaw(one.site, one.position, 0, _CUT) for one in known if not seals.holds(connection, one)]
    return Checked(sum(head.position for head in ends), tuple(ends), tuple(found))


def heads(store: Store) -> tuple[Head, ...]:
    """The end of every site's chain."""
    with store.read() as connection:
        ends = [seals.head(connection, site) for site in seals.sites(connection)]
    return tuple(end for end in ends if end is not None)


def note(store: Store, key: bytes, act: Act) -> None:
    """Writes down what has no transaction of its own."""
    with store.of(act.site).write(()) as connection:
        audit.write(connection, key, act)


def told(store: Store, sites: Iterable[str] = (), since: datetime | None = None) -> Iterator[tuple[int, Act]]:
    """The acts of these sites, or of all, each with the number of its row."""
    with store.read() as connection:
        for site in sorted(sites) or seals.sites(connection):
            yield from audit.numbered(connection, site, since)


def events(store: Store, base: str, sites: Iterable[str] = (), since: datetime | None = None) -> Iterator[Node]:
    """The same acts as FHIR AuditEvents, in R4."""
    for row, act in told(store, sites, since):
        yield audit_event(Recorded(row=row, **{one.name: getattr(act, one.name) for one in fields(act)}), base)
