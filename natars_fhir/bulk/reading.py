"""Reading a chunk: documents → a spool. One job, done by any process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.recipe import Recipe, kitchen
from natars_fhir.bulk.screen import Tally, spare_the_collector
from natars_fhir.bulk.spool import Writer
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document, Stretch
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.pipeline import read

CHANGED = Issue("error", "conflict", "", "The file changed while it was read: what it holds now was not read whole.")


class ReadJob(Struct, frozen=True):
    """A chunk, and the spool that is made of it."""

    chunk: Chunk
    spool: str
    recipe: Recipe
    #: the numbers of the documents that are read, in order; None for all
    only: tuple[int, ...] | None = None


def read_chunk(job: ReadJob) -> str:
    """Makes the spool, unless it is there already; gives its path."""
    path = Path(job.spool)
    if path.exists():
        return job.spool
    spare_the_collector()
    writer = Writer(path)
    try:
        told, reader = Stretch(), kitchen(job.recipe).reader
        documents = job.chunk.documents(told)
        tally = _taken(documents if job.only is None else _only(documents, job.only), reader, writer)
        if not job.chunk.intact:
            tally.problem(Document(job.chunk.name, b""), CHANGED)
        writer.close(tally, told.lines)
    except BaseException:
        writer.discard()
        raise
    return job.spool


def _only(documents: Iterator[Document], wanted: tuple[int, ...]) -> Iterator[Document]:
    numbers = frozenset(wanted)
    return (found for number, found in enumerate(documents) if number in numbers)


def _taken(documents: Iterator[Document], reader: DocumentReader, writer: Writer) -> Tally:
    tally = Tally()
    for found in documents:
        for issue in found.issues:
            tally.problem(found, issue)
        if found.raw:
            told = read(found.raw, reader)
            tally.count(found, told)
            writer.take(told.readings)
    return tally
