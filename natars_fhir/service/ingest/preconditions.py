"""Preconditions: what must hold before an entry is taken, and what is told where it does not. Pure.

https://hl7.org/fhir/R4/http.html#concurrency, https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.references import parse
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.service.ingest.requests import Request, version_of
from natars_fhir.store.readings import Head

_STALE = "Another version is the newest by now: read it, and change that."
_THERE = "There is such a resource already."
_OTHER_ID = "The address names another type or id than the resource itself."
_TWICE = "Two entries of this transaction are about one resource: it may stand in it once."


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an entry cannot be taken: an HTTP status, and what is said of its request's part."""

    status: int
    entry: Entry
    part: str
    code: str
    text: str

    @property
    def issue(self) -> Issue:
        """The same, at its place."""
        place = self.entry.place.removesuffix(".resource")
        return Issue("error", self.code, f"{place}.request.{self.part}" if self.part else place, self.text)


def stale(one: Arrived, asked: Request, head: Head | None) -> Failed | None:
    """Is the version that the sender means not the newest; or is there one, where none is to be?"""
    there = head is not None and not head.deleted
    said = version_of(asked.ifMatch)
    if asked.ifMatch and not (there and head is not None and said in ("*", str(head.versions))):
        return Failed(412, one.entry, "ifMatch", "conflict", _STALE)
    if there and version_of(asked.ifNoneMatch) == "*":
        return Failed(412, one.entry, "ifNoneMatch", "duplicate", _THERE)
    return None


def body_differs(one: Arrived, found: str, now: Mapping[str, str]) -> Failed | None:
    """Does a PUT name another resource than its body? *found* is the key of what its condition found."""
    entry, key = one.entry, one.reading.key
    if entry.method != "PUT" or entry.url == key:
        return None
    asked, own = parse(entry.url), parse(key)
    literal = own.way in ("relative", "absolute")
    if found:
        differs = literal and now.get(key, key) != found
    elif asked.way in ("relative", "absolute"):
        differs = literal and (own.kind, own.id) != (asked.kind, asked.id)
    else:
        differs = False
    return Failed(400, entry, "url", "invalid", _OTHER_ID) if differs else None


def overlaps(going: Sequence[tuple[Arrived, str]]) -> Iterator[Failed]:
    """Entries that are about one resource. The same bytes, created twice without an id, are the same resource."""
    about: dict[str, list[Arrived]] = {}
    for one, key in going:
        about.setdefault(key, []).append(one)
    for several in about.values():
        if len(several) > 1 and not (all(map(_unnamed, several)) and len({one.hash for one in several}) == 1):
            yield from (Failed(422, one.entry, "", "duplicate", _TWICE) for one in several)


def _unnamed(one: Arrived) -> bool:
    own = parse(one.reading.key)
    return one.entry.method == "POST" and own.way not in ("relative", "absolute")
