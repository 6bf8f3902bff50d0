"""A history Bundle: what happened to resources, told with the newest first. https://hl7.org/fhir/R4/http.html#history

It is taken in as it happened, the oldest first: a deletion that was read before the versions that it ended would end
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import DecodeError, Struct

from natars_fhir.fhir import typed
from natars_fhir.fhir.entry import NOTHING, Entry, RawEntry


class _Response(Struct):
    lastModified: str = ""  # noqa: N815 (FHIR's name)


class _Meta(Struct, frozen=True):
    lastUpdated: str = ""  # noqa: N815 (FHIR's name)


class _Resource(Struct):
    meta: _Meta = _Meta()


def moment(entry: RawEntry) -> datetime | None:
    """When it happened, by the entry's response, else by its resource; None where neither tells."""
    try:
        told = "" if entry.response is NOTHING else typed.decode(entry.response, _Response).lastModified
        if not told and entry.resource is not NOTHING:
            told = typed.decode(entry.resource, _Resource).meta.lastUpdated
        when = datetime.fromisoformat(told)
    except (DecodeError, UnicodeDecodeError, ValueError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def oldest_first(entries: Sequence[Entry], moments: Sequence[datetime | None]) -> list[Entry]:
    """The entries as they happened: turned round, unless their moments show that the sender did so already."""
    known = [when for when in moments if when is not None]
    return list(entries) if known and known[0] < known[-1] else list(reversed(entries))
