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
        ends = list(accumulate(len(one) + 1 for one in documents))
        sure: set[int] = set()
        maybe: set[int] = set()
        for number, start in find(block):
            check, guard = what[number]
            if check is None or check(block, start):
                (maybe if guard else sure).add(bisect_right(ends, start))
        if not (
            block.isascii() or utf8(block)
        ):  # what is in another encoding cannot be searched: the pipeline refuses it, and tells so
            sure.update(place for place, one in enumerate(documents) if not utf8(one))
        sure.update(place for place in maybe - sure if holds(documents[place]))
        return sorted(sure)

    return hit
