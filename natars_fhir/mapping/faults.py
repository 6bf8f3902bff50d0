"""Faults of mapping files: all of them at once, each with file, line and the nearest right name."""

from __future__ import annotations

import re
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


def line_at(source: str, *place: str | int) -> int:
    """The line of a place such as ``view, 1, reader``: a number counts the headers ``[[…]]`` of what stands before it.

    0 where nothing of the place stands in the text.
    """
    start, end, found, table = 0, len(source), -1, ""
    for part in place:
        if isinstance(part, int):
            heads = [
                match.start() for match in re.finditer(rf"^[ \t]*\[\[{re.escape(table)}\]\]", source, re.MULTILINE)
            ]
            if part < len(heads):
                start, found = heads[part], heads[part]
                end = heads[part + 1] if part + 1 < len(heads) else len(source)
            continue
        table = f"{table}.{part}" if table else part
        if (at := _stands(source, part, start, end)) >= 0:
            start = found = at
    return source.count("\n", 0, found) + 1 if found >= 0 else 0


def _stands(source: str, word: str, start: int, end: int) -> int:
    """Where a key, else a word, stands first; -1 where it does not."""
    whole = rf"(?<![\w-]){re.escape(word)}"
    key = re.compile(rf'^[ \t]*(?:\[[^\n]*)?"?{whole}"?[ \t]*[=\].]', re.MULTILINE).search(source, start, end)
    return key.start() if key else source.find(word, start, end)


def nearest(name: str, names: Iterable[str]) -> str:
    """«did you mean …» with the nearest right name, or nothing."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean «{close[0]}»?" if close else ""
