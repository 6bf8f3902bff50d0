"""Faults of mapping files: all of them at once, each with file, line and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one file. ``line`` counts from 1; 0 where no line can be named."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class MappingError(Exception):
    """Mappings that cannot load; holds every fault, never the first alone."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def line_of(source: str, *words: str) -> int:
    """The first line that holds the last of *words*, searched below the lines that hold the ones before it; 0 where
    none of them stands there."""
    start = -1
    for word in words:
        at = source.find(word, max(start, 0))
        if at < 0:
            break
        start = at
    return source.count("\n", 0, start) + 1 if start >= 0 else 0


def nearest(name: str, names: Iterable[str]) -> str:
    """«did you mean …» with the nearest right name, or nothing."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean «{close[0]}»?" if close else ""
