"""Take: what was read becomes what is known. Each resource counts in its newest version, and under one key.

The rules of versions and of business identifiers are those of `mapping.gathered`; here the earlier pushes are rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.identity import Version
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.store import locks, patients, readings, versions
from natars_fhir.store.known_as import KnownAs
from natars_fhir.store.readings import Current, Head
from natars_fhir.store.versions import Came

#: What became of an entry that a view reads. `late`: a newer version is known already.
Became = Literal["created", "changed", "unchanged", "late", "deleted"]


class Taken(Struct, frozen=True):
    """What became of one entry; ``version`` counts the resource's versions."""

    became: Became
    version: int = 0


@dataclass(slots=True)
class Change:
    """What a document changes: patients (any name of theirs) with the resource versions that touched them."""

    touched: dict[str, set[int]] = field(default_factory=dict)
    #: resources that are nobody's, by key
    others: dict[str, set[int]] = field(default_factory=dict)
    #: Patient resource → its names now
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: what was read of each resource, by key, of all that was taken in with it
    known: dict[str, Reading] = field(default_factory=dict)


def take(
    connection: Connection,
    mapping: SiteMapping,
    several: Sequence[Sequence[Arrived]],
    ask: KnownAs,
    now: datetime,
    came: datetime | None = None,
) -> list[tuple[list[Taken], Change]]:
    """Takes in what *mapping* read of several documents, in their order. Of each: what became of each entry, and whom
    it touches.

    *came* is when it came first, of what is read once more: it does not win over what came since then.
    """
    taking = _Taking(connection, mapping, [one for arrived in several for one in arrived], ask, (now, came))
    told = [taking.document(arrived) for arrived in several]
    taking.write()
    return told


def aliases_of(arrived: Collection[Arrived]) -> set[str]:
    """All that is asked of these entries before they are taken: under which key each was first heard of."""
    said = {alias for one in arrived if one.reading.kind != "Patient" for alias in one.reading.aliases}
    return said | {_second(one.reading.key) for one in arrived}


def _second(key: str) -> str:
    """The alias under which another id of a resource is remembered."""
    return f"={key}"


class _Taking:
    """The rows that documents touch, read at once before them and written at once after them."""

    def __init__(
        self,
        connection: Connection,
        mapping: SiteMapping,
        arrived: Sequence[Arrived],
        ask: KnownAs,
        at: tuple[datetime, datetime | None],
    ) -> None:
        (now, came), site = at, mapping.site.site
        self._connection, self._site, self._mapping = connection, site, mapping.hash
        self._now, self._came_first = came or now, came
        self._known_as = ask(aliases_of(arrived))
        self._named: dict[str, str] = {}
        keys = {one.reading.key for one in arrived} | set(self._known_as.values())
        self._heads = readings.heads(connection, site, keys)
        if losing := self._losing(arrived):
            locks.also(connection, site, losing)
            self._heads = readings.heads(connection, site, keys)
        self._told = {one.reading.subject for one in arrived if one.reading.subject}
        #: name of a patient → the key that stands for them
        self._persons: dict[str, str] = {}
        self._news: dict[str, Current] = {}
        self._fresh = keys - self._heads.keys()
        self._dropped: set[str] = set()
        #: versions to be kept; until they are, they go by their place in this list
        self._came: list[Came] = []
        self._changes: list[Change] = []

    def _losing(self, arrived: Sequence[Arrived]) -> set[str]:
        """The patients of whom these resources were told, and are not any more."""
        keys = {self._known_as.get(_second(one.reading.key), one.reading.key) for one in arrived}
        before = {self._heads[key].subject for key in keys & self._heads.keys()}
        return {subject for subject in before - {one.reading.subject for one in arrived} if subject}

    def document(self, arrived: Sequence[Arrived]) -> tuple[list[Taken], Change]:
        """One document, entry by entry; its change is whole when everything is written."""
        self.change = Change()
        self._changes.append(self.change)
        return [self._one(one) for one in arrived], self.change

    def _one(self, arrived: Arrived) -> Taken:
        reading = arrived.reading
        if reading.fate == "deleted":
            return self._delete(reading)
        key = self._key(reading)
        head = self._heads.get(key)
        if head is not None and not head.deleted and head.hash == arrived.hash:
            return self._again(key, head, arrived)
        if head is not None and (
            not head.version.replaced_by(reading.version) or self._came_since(head, reading.version)
        ):
            self._keep_late(Came(key, reading.kind, reading.version, arrived.hash, arrived.raw))
            return Taken("late", head.versions)
        count = head.versions + 1 if head else 1
        seq = self._keep(Came(key, reading.kind, reading.version, arrived.hash, arrived.raw, count))
        self._replace(head, Current(self._head(key, arrived, count), reading, arrived.packed), seq)
        return Taken("changed" if head else "created", count)

    def write(self) -> None:
        """Everything that changed."""
        connection, site = self._connection, self._site
        readings.name(connection, site, self._named)
        readings.drop(connection, site, self._dropped - set(self._news))
        readings.put(connection, site, list(self._news.values()), self._fresh)
        known = {key: one.reading for key, one in self._news.items() if one.reading is not None}
        seqs = versions.keep(connection, site, self._came, self._now)
        for change in self._changes:
            change.known = known
            for touched in (change.touched, change.others):
                touched.update({name: {seqs[place] for place in places} for name, places in touched.items()})

    def _key(self, reading: Reading) -> str:
        """The key under which this resource came first; what is known under its own key, if that is another, goes."""
        if reading.kind == "Patient":
            return reading.key
        if (known := self._known_as.get(_second(reading.key))) is not None:
            return known
        for alias in reading.aliases:
            first = self._known_as.get(alias)
            if first is None:
                first = self._known_as[alias] = self._named[alias] = reading.key
            if first != reading.key and self._same_patient(first, reading):
                self._drop(reading.key)
                self._known_as[_second(reading.key)] = self._named[_second(reading.key)] = first
                return first
        return reading.key

    def _same_patient(self, key: str, reading: Reading) -> bool:
        """Is the resource under *key* told of the same patient? One number on those of two patients joins nothing."""
        head = self._heads.get(key)
        if head is None or head.subject is None or reading.subject is None or head.subject == reading.subject:
            return True
        return self._person(head.subject) == self._person(reading.subject)

    def _person(self, subject: str) -> str:
        """The key that stands for a patient; asked once for all whom the document may touch."""
        if subject not in self._persons:
            subjects = {subject, *self._told, *(head.subject for head in self._heads.values() if head.subject)}
            persons = patients.persons(self._connection, self._site, subjects)
            self._persons |= {name: key for key, names in persons.items() for name in names}
        return self._persons[subject]

    def _drop(self, key: str) -> None:
        head = self._heads.pop(key, None)
        if head is not None:
            self._news.pop(key, None)
            self._dropped.add(key)
            self._touch(head, None)

    def _again(self, key: str, head: Head, arrived: Arrived) -> Taken:
        """The same bytes; only where the mapping is another one by now are they read anew."""
        if head.mapping != self._mapping:
            self._replace(head, Current(self._head(key, arrived, head.versions), arrived.reading, arrived.packed), None)
        return Taken("unchanged", head.versions)

    def _delete(self, reading: Reading) -> Taken:
        head = self._heads.get(self._known_as.get(_second(reading.key), reading.key))
        if head is None or head.deleted:
            return Taken("deleted")
        if self._came_since(head, head.version):
            return Taken("late", head.versions)
        seq = self._keep(Came(head.key, head.kind, head.version, "", b"", head.versions + 1))
        gone = replace(head, deleted=True, hash="", versions=head.versions + 1, subject=None)
        self._replace(head, Current(gone, None), seq)
        return Taken("deleted", gone.versions)

    def _came_since(self, head: Head, version: Version) -> bool:
        """Of what is read once more: did what is known now come after it? Asked where the versions tell no order; a
        deletion has none."""
        if self._came_first is None or not (head.deleted or version.replaced_by(head.version)):
            return False
        last = versions.last_came(self._connection, self._site, head.key, head.hash)
        return last is not None and last > self._came_first

    def _replace(self, before: Head | None, current: Current, seq: int | None) -> None:
        after = current.head
        self._heads[after.key], self._news[after.key] = after, current
        if before is not None:
            self._touch(before, seq)
        self._touch(after, seq)
        if after.kind == "Patient":
            own = current.reading
            self.change.names[after.key] = (after.key, *own.aliases) if own else ()

    def _touch(self, head: Head, seq: int | None) -> None:
        where, name = (self.change.others, head.key) if head.subject is None else (self.change.touched, head.subject)
        seqs = where.get(name)
        if seqs is None:
            seqs = where[name] = set()
        if seq is not None:
            seqs.add(seq)

    def _keep(self, came: Came) -> int:
        self._came.append(came)
        return len(self._came) - 1

    def _keep_late(self, came: Came) -> None:
        """An older version, if its bytes did not come before."""
        pending = any((one.key, one.hash) == (came.key, came.hash) for one in self._came)
        if not pending and not versions.known(self._connection, self._site, came.key, came.hash):
            self._keep(came)

    def _head(self, key: str, arrived: Arrived, count: int) -> Head:
        said = arrived.reading
        return Head(key, said.kind, said.subject, said.version, arrived.hash, self._mapping, count)
