"""The nearest right name of an unknown element. What may be a value is never repeated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

#: No element has a longer name.
LONGEST = 64
_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{1,63}", re.ASCII)
_MOST_EDITS = 2


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of *names* that is within two edits of *name* (and within half of it), the closest first."""
    if not _NAME.fullmatch(name):
        return None
    most = min(_MOST_EDITS, len(name) // 2)
    letters = set(name)
    alike = (right for right in names if abs(len(name) - len(right)) <= most and len(letters ^ set(right)) <= 2 * most)
    found = [(edits(name, right), right) for right in alike]
    best = min(found, default=(most + 1, ""))
    return best[1] if best[0] <= most else None


def resembling(name: str, names: Collection[str]) -> str | None:
    """The one of *names* that looks most like *name*; for a name that is known to be harmless."""
    return next(iter(get_close_matches(name, names, 1, 0.5)), None)


def edits(left: str, right: str) -> int:
    """How many letters to insert, delete or replace (Levenshtein).

    >>> edits("valuQuantity", "valueQuantity")
    1
    """
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != other))
    return row[-1]
