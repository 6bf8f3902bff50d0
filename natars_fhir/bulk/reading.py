"""Reading a chunk: documents → a spool. One job, done by any process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from natars_fhir.bulk.by_type import read_by_type
from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.recipe import Recipe, kitchen
from natars_fhir.bulk.screen import Tally
from natars_fhir.bulk.spool import Writer
from natars_fhir.collector import spare_the_collector
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document, Stretch, trimmed, unopened
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import Reading

CHANGED = Issue("error", "conflict", "", "The file changed while it was read: what it holds now was not read whole.")
_UNSEARCHED = Issue(
    "error", "incomplete", "", "The file could not be searched to its end: who is told of after that is missing."
)

#: Which document, and where it stands in a file of lines: its first byte, its line within the chunk (`NOT_READ`: from
#: there on it could not be searched).
Stands = tuple[int, int, int]
NOT_READ = 0


class ReadJob(Struct, frozen=True):
    """A chunk, and the spool that is made of it."""

    chunk: Chunk
    spool: str
    recipe: Recipe
    #: the documents that are read, in order; None for all
    only: tuple[Stands, ...] | None = None
    #: how many lines the chunk has, where only some are read
    lines: int = 0


def read_chunk(job: ReadJob) -> str:
    """Makes the spool, unless it is there already; gives its path."""
    path = Path(job.spool)
    if path.exists():
        return job.spool
    spare_the_collector()
    writer = Writer(path)
    try:
        told, reader = Stretch(), kitchen(job.recipe).reader
        documents = job.chunk.documents(told) if job.only is None else some(job.chunk, job.only, told)
        tally = _taken(documents, reader, writer)
        if not job.chunk.intact:
            tally.problem(Document(job.chunk.name, b""), CHANGED)
        writer.close(tally, job.lines or told.lines)
    except BaseException:
        writer.discard()
        raise
    return job.spool


def some(chunk: Chunk, only: tuple[Stands, ...], told: Stretch) -> Iterator[Document]:
    """These documents alone: of a chunk of lines each where it stands, of another by their numbers."""
    if chunk.stop is None:
        numbers = {number for number, _, _ in only}
        yield from (found for number, found in enumerate(chunk.documents(told)) if number in numbers)
        return
    if any(line == NOT_READ for *_, line in only):
        yield Document(chunk.name, b"", issues=(_UNSEARCHED,))
    try:
        with Path(chunk.path).open("rb") as stream:
            for _, start, line in only:
                if line != NOT_READ:
                    stream.seek(start)
                    yield Document(chunk.name, trimmed(stream.readline()), line)
    except OSError as fault:
        yield Document(chunk.name, b"", issues=(unopened(fault),))


def _taken(documents: Iterator[Document], reader: DocumentReader, writer: Writer) -> Tally:
    tally = Tally()
    for found, told in read_by_type(documents, reader):
        tally.take(found, told)
        if told is not None:
            writer.take((told,) if isinstance(told, Reading) else told.readings)
    return tally
