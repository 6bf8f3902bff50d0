"""Search: which documents can put a patient in scope, by their bytes; the rest need not be read to know it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from natars_fhir.bulk.matchers import MATCHERS
from natars_fhir.domain.study import Study
from natars_fhir.fhir.decode import utf8
from natars_fhir.mapping.hidden import second_look
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.needles import needles

#: Documents → the numbers of those that are hit, in order.
Search = Callable[[Sequence[bytes]], list[int]]


def search(lore: Lore, study: Study, matcher: str) -> Search:
    """The search of a site's mapping for a study. Raises ExtraError."""
    sought = needles(lore, study)
    rows = [(one, check, False) for one, check in sought.plain.items()]
    rows += [(one, check, True) for one, check in sought.guards.items()]
    find = MATCHERS[matcher]([one for one, _, _ in rows])
    what = [(check.match if check is not None else None, guard) for _, check, guard in rows]
    holds = second_look(sought.bare, lore.words.characters)

    def hit(documents: Sequence[bytes]) -> list[int]:
        block = b"\n".join(documents)
        starts = [
            (start, guard)
            for number, start in find(block)
            for check, guard in [what[number]]
            if check is None or check(block, start)
        ]
        ends = list(accumulate(map(len, documents))) if starts else []
        sure = {_which(ends, start) for start, guard in starts if not guard}
        maybe = {_which(ends, start) for start, guard in starts if guard}
        if not (
            block.isascii() or utf8(block)
        ):  # what is in another encoding cannot be searched: the pipeline refuses it, and tells so
            sure.update(place for place, one in enumerate(documents) if not utf8(one))
        sure.update(place for place in maybe - sure if holds(documents[place]))
        return sorted(sure)

    return hit


def _which(ends: list[int], start: int) -> int:
    """In which document of a block something begins; *ends* count no line ends, of which each document has one."""
    return bisect_right(range(len(ends)), start, key=lambda place: ends[place] + place)
