"""Searching a chunk: documents → an index. One job, done by any process.

What is hit is read by the pipeline itself: a patient may matter only where a reading, in whatever version, tells what
puts a patient in scope. All other documents are known by their names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from os import getpid
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.index import Index
from natars_fhir.bulk.names import Named, Names, UnreadableError
from natars_fhir.bulk.reading import NOT_READ
from natars_fhir.bulk.recipe import Recipe, kitchen
from natars_fhir.bulk.search import Search, search
from natars_fhir.domain.record import Patient, Record
from natars_fhir.fhir.ndjson import Stretch, trimmed
from natars_fhir.mapping.reading import Reading
from natars_fhir.pipeline import read
from natars_fhir.store.settled import settle

#: Bytes that are searched at once: few enough for the processor's caches.
_BLOCK = 256 * 1024


class SearchJob(Struct, frozen=True):
    """A chunk, and the index that is made of it."""

    chunk: Chunk
    index: str
    recipe: Recipe
    matcher: str


class Tools(NamedTuple):
    """What a process searches with."""

    hit: Search
    names: Names


@lru_cache(maxsize=2)
def tools(recipe: Recipe, matcher: str) -> Tools:
    """Made once in a process."""
    reader, study = kitchen(recipe)
    return Tools(search(reader.mapping.lore, study, matcher), Names(reader.mapping))


def search_chunk(job: SearchJob) -> str:
    """Makes the index, unless it is there already; gives its path."""
    path = Path(job.index)
    if path.exists():
        return job.index
    index, found = Index(), tools(job.recipe, job.matcher)
    for block in _blocks(job.chunk, index):
        for place in found.hit(block):
            _read(index, index.documents + place, block[place], job.recipe)
        _name(index, block, found.names, job.recipe)
        index.documents += len(block)
    made = path.with_name(f"{path.name}.{getpid()}")
    index.write(made)
    settle(made, path)
    return job.index


def _blocks(chunk: Chunk, index: Index) -> Iterator[list[bytes]]:
    """The documents, some at a time; of a chunk of lines also where each stands."""
    if chunk.stop is not None:
        yield from _of_lines(chunk, chunk.stop, index)
        return
    block, size = list[bytes](), 0
    for number, found in enumerate(chunk.documents(Stretch())):
        if not found.raw:  # why no further could be read is told when it is read again
            index.always.append(number)
        block.append(found.raw)
        size += len(found.raw)
        if size > _BLOCK:
            yield block
            block, size = [], 0
    yield block


def _of_lines(chunk: Chunk, stop: int, index: Index) -> Iterator[list[bytes]]:
    """The same from a file of lines, quickly: these are most of what is ever searched."""
    at = chunk.start
    try:
        with Path(chunk.path).open("rb") as stream:
            stream.seek(at)
            while at < stop and (lines := stream.readlines(min(_BLOCK, stop - at))):
                block = []
                for line in lines:
                    if at >= stop:
                        break
                    index.lines += 1
                    if raw := trimmed(line):
                        index.stands(at, index.lines)
                        block.append(raw)
                    at += len(line)
                yield block
    except OSError:  # it is told when what there is of it is read
        index.always.append(index.documents)
        index.stands(at, NOT_READ)
        yield [b""]


def _read(index: Index, document: int, raw: bytes, recipe: Recipe) -> None:
    """What is hit: whom it puts in scope, if anybody."""
    index.hits += 1
    told = read(raw, kitchen(recipe).reader)
    scope = kitchen(recipe).study.scope
    if told.unreadable:
        index.always.append(document)
    for one in told.readings:
        if one.subject is not None and one.facts and scope(Record(Patient("", ""), one.facts)):
            index.seeds[one.subject] = None


def _name(index: Index, block: Sequence[bytes], names: Names, recipe: Recipe) -> None:
    found: list[Iterable[Named]] = []
    for document, raw in enumerate(block, index.documents):
        try:
            found.append(names(raw))
        except UnreadableError:  # the pipeline has the last word, and tells what is wrong
            index.always.append(document)
            found.append(map(_of_reading, read(raw, kitchen(recipe).reader).readings))
    index.take(found)


def _of_reading(one: Reading) -> Named:
    """The names that a reading has."""
    if one.kind == "Patient":
        return Named((one.key,), (one.key, *one.aliases), (), person=True)
    ways = [alias.replace("?", "?identifier=", 1) for alias in one.aliases]
    return Named((one.key, *ways, *(way.partition("#")[0] for way in ways)), (one.subject,) if one.subject else ())
