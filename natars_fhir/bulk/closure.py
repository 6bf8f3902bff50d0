"""Closure: from the patients who may matter to every document that has a say in what is known of them.

That is: what is about one of them under any name that the person has; other versions of the same resources, whomever
they are about; resources under the same business identifiers; the Medications that are referred to. With less, a
reading of the selected documents could come to another answer than a reading of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from natars_fhir.bulk.index import Index, number


class Selected(NamedTuple):
    """What is to be read."""

    #: of each index the documents, by number
    documents: list[list[int]]
    #: keys of the patients who may matter
    patients: tuple[str, ...]
    #: how many patients are named at all, and how many of them will be screened
    named: int
    screened: int
    #: documents that were searched, and hit
    searched: int
    hits: int


class _Persons:
    """Which numbers name one person."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def one(self, name: int) -> int:
        """The number that stands for all of this person's."""
        up = self._up
        up.setdefault(name, name)
        while up[name] != name:
            up[name] = up[up[name]]
            name = up[name]
        return name

    def join(self, names: Sequence[int]) -> None:
        """All these name one person."""
        first = self.one(names[0])
        for name in names[1:]:
            self._up[self.one(name)] = first

    def every(self) -> Iterator[int]:
        """Each person once."""
        return (name for name, up in self._up.items() if name == up)

    def of(self, wanted: Iterable[int]) -> set[int]:
        """All names of the persons whom *wanted* names."""
        persons = {self.one(name) for name in wanted}
        return {name for name in list(self._up) if self.one(name) in persons}


def selected(indexes: Sequence[Path]) -> Selected:
    """What has a say in the patients of whom some document tells what puts them in scope."""
    persons, seeds = _Persons(), dict[str, None]()
    searched = hits = 0
    for path in indexes:
        index = Index.read(path)
        seeds |= index.seeds
        searched, hits = searched + index.documents, hits + index.hits
        for names in index.people:
            persons.join(names)
        for name in {patient for *_, patient in index.rows() if patient}:
            persons.one(name)
    wanted = persons.of(number(key) for key in seeds)
    every = sum(1 for _ in persons.every())
    screened = len({persons.one(name) for name in wanted})
    return Selected(_documents(indexes, wanted), tuple(sorted(seeds)), every, screened, searched, hits)


def _documents(indexes: Sequence[Path], patients: set[int]) -> list[list[int]]:
    """Goes through the rows until no further name is wanted: mostly twice."""
    names: set[int] = set()
    while True:
        before = len(names)
        found = [_taken(Index.read(path), patients, names) for path in indexes]
        if len(names) == before:
            return found


def _taken(index: Index, patients: set[int], names: set[int]) -> list[int]:
    """The documents of a chunk; the names of what is taken are added to *names*."""
    own, about, needs = (index.further(what) for what in ("own", "about", "needs"))
    taken = {*index.always}
    for row, document, key, patient in index.rows():
        if not (patient in patients or key in names or key in patients):
            others = own.get(row, ())
            if names.isdisjoint(others) and patients.isdisjoint(about.get(row, ())):
                continue
        taken.add(document)
        names.add(key)
        names.update(own.get(row, ()))
        names.update(needs.get(row, ()))
    return sorted(taken)
