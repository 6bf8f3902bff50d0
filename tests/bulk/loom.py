"""Threads woven without Spark: what `bulk.spark` asks of its tables, done with dicts. And one process beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from natars_fhir.bulk.woven import Row, Thread, Weaver, joined, screened
from natars_fhir.domain.study import Study
from natars_fhir.emit.prefilled import as_json, prefilled
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.pipeline import Outcome, read, run

Pieces = Sequence[Sequence[bytes]]


def rows_of(pieces: Pieces, reader: DocumentReader) -> Iterator[Row]:
    """The rows of all pieces; each piece on its own."""
    for number, documents in enumerate(pieces):
        weaver = Weaver(number)
        for place, raw in enumerate(documents):
            weaver.take(place, read(raw, reader).readings)
        yield from weaver.give()


def threads(rows: Iterable[Row]) -> list[Thread]:
    """The threads, in no order that means anything."""
    rows = list(rows)
    met: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        for name in row.names:
            met[name].add(row.node or 0)
    label = joined((node, min(nodes)) for nodes in met.values() for node in nodes if node != min(nodes))
    own: defaultdict[int, list[bytes]] = defaultdict(list)
    needs: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.tells or row.node in label:
            thread = label.get(row.node or 0, row.node or 0)
            own[thread].append(row.packed)
            needs[thread] |= {label.get(need, need) for need in row.needs} - {thread}
    return [
        Thread(held, [packed for need in needs[thread] for packed in own.get(need, ())])
        for thread, held in sorted(own.items())
    ]


def woven(pieces: Pieces, reader: DocumentReader, study: Study, as_of: date) -> list[bytes]:
    """Every patient's line by threads, sorted."""
    found = (one for thread in threads(rows_of(pieces, reader)) for one in screened(thread, reader.site, study, as_of))
    return lines(found)


def plain(pieces: Pieces, reader: DocumentReader, study: Study, as_of: date) -> list[bytes]:
    """Every patient's line by one process, sorted."""
    return lines(run((raw for piece in pieces for raw in piece), reader, study, as_of))


def lines(outcomes: Iterable[Outcome]) -> list[bytes]:
    """Lines as `screen --format json` writes them, sorted."""
    return sorted(as_json(prefilled(one.screening, one.record.facts, one.issues)) for one in outcomes)
