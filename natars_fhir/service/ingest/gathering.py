"""Gathering: single resources that come one after the other are taken in together, as a Bundle of them would be.

Each stays a document of its own in what it costs: one that cannot be read, or that says something of itself as a whole,
goes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from natars_fhir.mapping.reading import ReadDocument
from natars_fhir.service.ingest.arrival import Arrival
from natars_fhir.store.packed import digest


def gathered(arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
    """The same, in their order, with runs of readable single resources as one."""
    run: list[Arrival] = []
    for one in arrivals:
        if _plain(one):
            run.append(one)
            continue
        yield from _as_one(run)
        run.clear()
        yield one
    yield from _as_one(run)


def _plain(one: Arrival) -> bool:
    """Is it one resource and nothing else, that was read or let go?"""
    if len(one.arrived) != 1 or one.document.issues or one.document.identifier:
        return False
    entry, reading = one.arrived[0].entry, one.arrived[0].reading
    return entry.index is None and not entry.found_in and reading.fate in ("read", "let-go")


def _as_one(run: Sequence[Arrival]) -> Iterator[Arrival]:
    if len(run) < 2:
        yield from run
        return
    arrived = tuple(one.arrived[0] for one in run)
    document = ReadDocument("", tuple(one.reading for one in arrived))
    yield Arrival(b"", digest("".join(one.hash for one in run).encode()), document, arrived, len(arrived))
