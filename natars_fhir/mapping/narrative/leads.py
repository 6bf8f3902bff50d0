"""Leads: results said before the markers that they belong to: ``positive for A, B``, ``Negative: A, B``."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

from natars_fhir.mapping.narrative.lexicon import GAP, Hit
from natars_fhir.mapping.narrative.markers import Mention
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

#: before a result that a dash follows: else it is the result of what stands before it
_HEADS = frozenset({"", *",;:。.(\n"})


def befores(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> dict[int, Hit]:
    """For each marker that a result word leads up to, that word."""
    found: dict[int, Hit] = {}
    if not page.may_hold(words["results.before"]):
        return found
    lead, signs = _lead(words)
    reached = 0
    for index, each in enumerate(mentioned):
        if each.start and page.text[each.start - 1] in signs:
            for hit in page.find(words["results.before"], max(reached, each.start - 48), each.start):
                if (
                    page.text[hit.end - 1] == "-"
                    and page.text[max(0, hit.start - 3) : hit.start].rstrip(" ")[-1:] not in _HEADS
                ):
                    continue  # CD34 negative - STAT6 positive: the first one's own
                if hit.tag == "none-of" and "\n" in page.text[hit.end : each.start]:
                    continue  # CK：未见, and the next line begins with its own name
                if lead.fullmatch(page.text, hit.end, each.start):
                    found[index] = hit
        reached = each.end
    return found


@lru_cache(maxsize=8)
def _lead(words: Words) -> tuple[re.Pattern[str], frozenset[str]]:
    """What may stand between a result and the name that it leads up to; the signs that may stand right before one."""
    leading = [*words["results.filler"].words["before"], *chain(*words["results.before"].words.values())]
    signs = {word.rstrip(GAP)[-1] for word in leading} | {sign for sign in map(chr, range(0x3001)) if sign.isspace()}
    return re.compile(rf"(?:[\s:]|{words.any('results.filler', 'before')})*"), frozenset(signs | {":"})
