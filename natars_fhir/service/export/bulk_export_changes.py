"""What is new of a subject's lines, beside what came out of them last. Pure.

A line is new since a moment where it was another one then, or was not there: its content says so, and no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from itertools import groupby, islice
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from natars_fhir.fhir.build import Node
from natars_fhir.service.export.exported import Line
from natars_fhir.store.export_known import Known

Ids = tuple[str, str]
_T = TypeVar("_T")
#: As many deletions as one Bundle tells.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Moment:
    """Of which moment this export is, and since when its client asks; None: everything. ``day`` is how the day of an
    export stands in its lines: another day alone makes nothing new."""

    at: datetime
    since: datetime | None = None
    day: bytes = b""


def compared(
    known: Mapping[Ids, Known], lines: Sequence[Line], kinds: Collection[str], moment: Moment
) -> tuple[list[Line], list[Known]]:
    """The lines that are to go out, and what is to be written down. *known* is all that is known of the subject whose
    lines of these *kinds* are here, all of them."""
    there = {(line.kind, line.id): line for line in lines}
    found = {ids: _now(known.get(ids), line, moment) for ids, line in there.items()}
    news = [one for ids, one in found.items() if one is not known.get(ids)]
    left = [one for ids, one in known.items() if ids not in there and one.kind in kinds and one.gone is None]
    out = [line for ids, line in there.items() if moment.since is None or found[ids].changed > moment.since]
    return out, [*news, *(replace(one, hash="", gone=moment.at) for one in left)]


def _now(before: Known | None, line: Line, moment: Moment) -> Known:
    """What is known of the line from now on; the same object where that is what was known before."""
    said, at = line.raw.replace(moment.day, b"") if moment.day else line.raw, moment.at
    digest = blake2b(said, digest_size=16).hexdigest()
    if before is None:
        return Known(line.kind, line.id, line.subject, digest, at, at)
    if before.hash == digest and before.gone is None:
        return before
    return replace(before, subject=line.subject, hash=digest, changed=at, gone=None)


def by_subject(lines: Iterable[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Subject by subject, as they come."""
    for subject, some in groupby(lines, key=lambda line: line.subject):
        yield subject, list(some)


def parts(ones: Iterable[_T], most: int) -> Iterator[list[_T]]:
    """So many at a time."""
    there = iter(ones)
    while some := list(islice(there, most)):
        yield some


def deletions(gone: Iterable[Ids], job: str) -> Iterator[Node]:
    """Transactions that take away what is gone
    (https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---output-file-manifest)."""
    for number, some in enumerate(parts(gone, _MOST)):
        yield {
            "resourceType": "Bundle",
            "id": str(uuid5(NAMESPACE_URL, f"{job} {number}")),
            "type": "transaction",
            "entry": [{"request": {"method": "DELETE", "url": f"{kind}/{ident}"}} for kind, ident in some],
        }
