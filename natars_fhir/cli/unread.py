"""What of files could not be read: every command that reads them tells it, and a first fault of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console

from natars_fhir.bulk.screen import Tally

_SHOWN = 10

_T = TypeVar("_T")


def spread(found: Sequence[_T], file: Callable[[_T], str], most: int = _SHOWN) -> list[_T]:
    """*most* of what was found, in its order: a file with a hundred faults hides no other file's."""
    seen, ranked = Counter[str](), list[tuple[int, int]]()
    for number, one in enumerate(found):
        ranked.append((seen[file(one)], number))
        seen[file(one)] += 1
    return [found[number] for number in sorted(number for _, number in sorted(ranked)[:most])]


def tell(console: Console, tally: Tally) -> None:
    """Prints where something could not be read, and why."""
    for file, number, issue in spread(tally.problems, lambda one: one[0]):
        place = f"{file}:{number}" if number else file
        console.print(
            f"  {place}: {issue.severity}: {issue.expression or 'document'}: {issue.text}", markup=False, soft_wrap=True
        )
    if len(tally.problems) > _SHOWN:
        console.print(f"  … and {len(tally.problems) - _SHOWN} more: natars-fhir validate lists all.")
