"""A whole hospital, screened: chunks read apart, patients gathered, parts of patients screened apart.

Same answers as `bulk.screen` gives, whatever the number of workers and the place of the cuts: which version counts and
who is one patient is decided by the same code, in the order of the input. What is finished is kept in a folder, under
names that say what it was made of, so that a run that was killed goes on, and never with what was made of other files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.closure import Selected, selected
from natars_fhir.bulk.engines import Do
from natars_fhir.bulk.index import Index
from natars_fhir.bulk.located import Located, Person, located
from natars_fhir.bulk.parts import PART, STYLES, Counts, PartJob, screen_part
from natars_fhir.bulk.reading import ReadJob, Stands, read_chunk
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import Progress, Tally
from natars_fhir.bulk.searching import SearchJob, search_chunk
from natars_fhir.bulk.spool import Spool
from natars_fhir.mapping.gathered import Gathered


class Wanted(NamedTuple):
    """The documents of a chunk that are read; None for all of them. A chunk of which some are read has ``lines``."""

    chunk: Chunk
    only: tuple[Stands, ...] | None = None
    lines: int = 0


class Whole(NamedTuple):
    """A hospital that was read: what it came to, and its patients where they stand."""

    tally: Tally
    spools: list[str]
    held: Located
    gathered: Gathered


class Screened(NamedTuple):
    """The parts of a run, in order, and what their patients came to."""

    name: str
    parts: list[Path]
    counts: Counts


class OthersError(Exception):
    """The folder for the results holds something else."""


def read_hospital(wanted: Iterable[Wanted], recipe: Recipe, work: Path, do: Do, seen: Progress | None = None) -> Whole:
    """Reads every chunk that has no spool yet, then decides what counts."""
    _cleared(work, ".spool.")
    chunks: list[Chunk] = []

    def jobs() -> Iterator[ReadJob]:
        for chunk, only, lines in wanted:
            chunks.append(chunk)
            yield ReadJob(chunk, str(work / f"{_named(chunk, only, recipe)}.spool"), recipe, only, lines)

    spools: list[str] = []
    tally, before, last = Tally(), 0, ""
    for spool in do(read_chunk, jobs()):
        chunk, found = chunks[len(spools)], Spool(Path(spool))
        before = before if chunk.name == last else 0
        tally.join(found.tally(before))
        before, last = before + found.lines, chunk.name
        spools.append(spool)
        if seen is not None:
            seen(chunk.name, chunk.stop or chunk.stamp.size)
    return Whole(tally, spools, *located(recipe.site, map(Path, spools)))


def _cleared(work: Path, kind: str) -> None:
    """The folder, without what a run that was killed left half written."""
    work.mkdir(parents=True, exist_ok=True)
    for broken_off in work.glob(f"*{kind}*"):
        broken_off.unlink()


def _named(chunk: Chunk, only: tuple[Stands, ...] | None, recipe: Recipe) -> str:
    """The name of what is made of a chunk."""
    said = "" if only is None else sha256(repr(only).encode()).hexdigest()
    return chunk.named(recipe.reading + said)


def search_hospital(
    chunks: Iterable[Chunk], recipe: Recipe, matcher: str, work: Path, do: Do, seen: Progress | None = None
) -> tuple[list[Wanted], Selected]:
    """Searches every chunk for who can matter; gives what is to be read of each."""
    _cleared(work, ".index.")
    every = list(chunks)
    jobs = [SearchJob(one, str(work / f"{_named(one, None, recipe)}.index"), recipe, matcher) for one in every]
    indexes: list[Path] = []
    for chunk, index in zip(every, do(search_chunk, jobs), strict=True):
        indexes.append(Path(index))
        if seen is not None:
            seen(chunk.name, chunk.stop or chunk.stamp.size)
    found = selected(indexes)
    return [_wanted(*each) for each in zip(every, indexes, found.documents, strict=True)], found


def _wanted(chunk: Chunk, path: Path, documents: list[int]) -> Wanted:
    index = Index.read(path)
    if chunk.stop is None:
        return Wanted(chunk, tuple((number, 0, 0) for number in documents))
    return Wanted(chunk, tuple((number, *index.place(number)) for number in documents), index.lines)


def screen_hospital(
    whole: Whole, recipe: Recipe, to: Path, style: str, do: Do, among: Iterable[str] | None = None
) -> Screened:
    """Screens every patient, or those *among* whose keys it is, in parts. Raises OthersError."""
    name = run_of(whole.spools, recipe, style)
    _prepared(to, name)
    paths: list[Path] = []

    def jobs() -> Iterator[PartJob]:
        for number, persons in enumerate(parted(whole, among)):
            paths.append(to / f"{name}-{number:06}{STYLES[style].suffix}")
            yield part(whole, persons, recipe, style, paths[-1])

    counts: Counts = Counter()
    for found in do(screen_part, jobs()):
        counts.update(found)
    return Screened(name, paths, counts)


def _prepared(to: Path, name: str) -> None:
    """A folder that holds nothing, or what a run of this name left."""
    to.mkdir(parents=True, exist_ok=True)
    for one in list(to.iterdir()):
        if one.name.startswith(f".{name}-"):
            one.unlink()  # a part that was broken off
        elif one.name != REPORT and not one.name.startswith(f"{name}-"):
            raise OthersError


def parted(whole: Whole, among: Iterable[str] | None = None) -> Iterator[tuple[Person, ...]]:
    """The patients, or those *among* whose keys it is, some at a time."""
    persons = _persons(whole, among)
    while some := tuple(islice(persons, PART)):
        yield some


def part(whole: Whole, persons: tuple[Person, ...], recipe: Recipe, style: str, path: Path) -> PartJob:
    """The job that screens these."""
    numbers = {row[0] for one in persons for row in (*one.rows, *one.shared.values())}
    return PartJob(persons, {number: whole.spools[number] for number in numbers}, recipe, style, str(path))


#: The file beside the parts that says that they are all there.
REPORT = "report.json"


def run_of(spools: list[str], recipe: Recipe, style: str) -> str:
    """A name for the results of these spools on that day: a run that goes on finds its own."""
    said = (recipe.reading, recipe.as_of.isoformat(), style, PART, *(Path(spool).name for spool in spools))
    return sha256(repr(said).encode()).hexdigest()[:12]


def _persons(whole: Whole, among: Iterable[str] | None) -> Iterator[Person]:
    patients = whole.gathered.patients
    everybody = whole.held.persons(patients)
    if among is None:
        return everybody
    wanted = {patients.one(key) for key in among}
    return (person for person in everybody if person.key in wanted)
