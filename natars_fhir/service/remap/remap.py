"""Remap: a changed mapping counts for everything that is known already, and for what was set apart: of that the first
are tried at once, and the rest in the rounds that follow.

Each page of resources is one transaction, in which its patients are screened anew and told of, as in a push; a run
that breaks off goes on where it stopped, for what is read carries the hash of its mapping.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.heard.gaps import gaps_of
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.remap.replay import try_again
from natars_fhir.service.remap.reread import Kept, kept, reread
from natars_fhir.service.screening.rescreen import rescreen
from natars_fhir.store import audit, gaps, patients, readings
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.readings import Current


@dataclass(slots=True)
class Remapped:
    """What came of it: resources read anew, patients with new findings, letters queued; what must be sent again; what
    was set apart and is of use now."""

    read: int = 0
    changed: int = 0
    queued: int = 0
    to_send_again: int = 0
    released: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """For the audit and the log."""
        names = ("read", "changed", "queued", "to_send_again", "released")
        return {name: getattr(self, name) for name in names}


def to_send_again(mapping: str) -> str:
    """What stands in the place of a mapping's hash where it could not read a resource without its Bundle: the same
    bytes, sent again, are read then."""
    return f"{mapping}?"


def remap(store: Store, intake: Intake, reader: DocumentReader, now: datetime) -> Remapped:
    """Reads everything of the reader's site anew that another mapping read, then what was set apart."""
    done, after = Remapped(), ""
    with store.of(reader.site).write() as connection:
        gaps.forget(connection, reader.site)
    while True:
        with store.of(reader.site).write() as connection:
            page = kept(connection, reader.site, after)
            if not page:
                break
            _page(connection, intake, reader, page, done, now)
            after = page[-1].head.key
    done.released = try_again(store, intake, reader.mapping, now).resources
    with store.of(reader.site).write() as connection:
        audit.write(connection, intake.key, Act(reader.site, now, "remap", reader.mapping.hash, 200, done.counts))
    return done


def _page(
    connection: Connection, intake: Intake, reader: DocumentReader, page: list[Kept], done: Remapped, now: datetime
) -> None:
    site, mapping = reader.mapping.site, reader.mapping
    news: list[Current] = []
    names: dict[str, tuple[str, ...]] = {}
    touched: set[str] = set()
    for one in page:
        fresh = one.reading if one.head.mapping == mapping.hash else reread(one, reader)
        if fresh is None:
            done.to_send_again += 1
            news.append(Current(replace(one.head, mapping=to_send_again(mapping.hash)), one.reading))
            continue
        _count(connection, reader, one, fresh)
        if one.head.mapping == mapping.hash:
            continue
        news.append(Current(replace(one.head, mapping=mapping.hash, subject=fresh.subject), fresh))
        touched |= {name for name in (one.head.subject, fresh.subject) if name}
        if fresh.kind == "Patient":
            names[one.head.key] = (one.head.key, *fresh.aliases)
    readings.put(connection, site.site, news)
    others = {one.head.key for one in news if one.head.subject is None and one.head.mapping == mapping.hash}
    touched |= {name for found in readings.told_of(connection, site.site, others).values() for name in found}
    before = patients.persons(connection, site.site, touched | names.keys())
    patients.rename(connection, site.site, names)
    known = {name for found in before.values() for name in found} | {n for said in names.values() for n in said}
    told = rescreen(connection, intake, site, patients.persons(connection, site.site, known), {}, now, "remap")
    done.read += sum(one.head.mapping == mapping.hash for one in news)
    done.changed, done.queued = done.changed + told.changed, done.queued + told.queued


def _count(connection: Connection, reader: DocumentReader, one: Kept, fresh: Reading) -> None:
    """What is not understood now, as of the day it came: the list begins anew, and holds what is known today."""
    found = gaps_of(fresh, one.raw, reader.mapping)
    if found:
        number = Counter(gap for gap, _ in found)
        gaps.count(connection, reader.site, {gap: (display, number[gap]) for gap, display in found}, one.received)
