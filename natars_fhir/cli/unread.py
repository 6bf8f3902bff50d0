"""What of files could not be read: every command that reads them tells it, and a first fault of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console

from natars_fhir.bulk.screen import Tally
from natars_fhir.cli.problem import problem

_SHOWN = 10

_MORE = (
    "  … and {} more: natars-fhir validate lists all.",
    "  ……另有 {} 处：natars-fhir validate 可全部列出。",
)

_T = TypeVar("_T")


def spread(found: Sequence[_T], file: Callable[[_T], str], most: int = _SHOWN) -> list[_T]:
    """*most* of what was found, in its order: a file with a hundred faults hides no other file's."""
    seen, ranked = Counter[str](), list[tuple[int, int]]()
    for number, one in enumerate(found):
        ranked.append((seen[file(one)], number))
        seen[file(one)] += 1
    return [found[number] for number in sorted(number for _, number in sorted(ranked)[:most])]


def tell(console: Console, tally: Tally, language: str = "en") -> None:
    """Prints where something could not be read, and why."""
    for file, number, issue in spread(tally.problems, lambda one: one[0]):
        place = f"{file}:{number}" if number else file
        line = problem(place, issue.severity, issue.expression, issue.text, language)
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if len(tally.problems) > _SHOWN:
        console.print(_MORE[language == "zh"].format(len(tally.problems) - _SHOWN), markup=False)
