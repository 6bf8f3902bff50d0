"""Matchers: how bytes are searched for many needles at once, whatever the case of Latin letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ahocorasick_rs import BytesAhoCorasick, Implementation

from natars_fhir.bulk.sieve import Sieve
from natars_fhir.export.extra import library

#: (which needle, where it begins): every one, also within another, for it may be the other that does not hold
Match = tuple[int, int]
Matcher = Callable[[bytes], list[Match]]


def ahocorasick(needles: Sequence[bytes]) -> Matcher:
    """Aho and Corasick's automaton as one table: https://github.com/G-Research/ahocorasick_rs. Always there. Only lines
    go through it that a sieve does not let go."""
    find = BytesAhoCorasick(needles, implementation=Implementation.DFA).find_matches_as_indexes
    sieve = Sieve(needles)

    def matches(block: bytes) -> list[Match]:
        text = block.lower()
        return [
            (number, begin + start)
            for begin, end in sieve(text)
            for number, start, _ in find(text[begin:end], overlapping=True)
        ]

    return matches


def hyperscan(needles: Sequence[bytes]) -> Matcher:
    """Intel's Hyperscan, https://github.com/darvid/python-hyperscan; the extra `needles`. Raises ExtraError."""
    scan = library("hyperscan", what="Searches by hyperscan", extra="needles")
    found: Any = scan.Database()
    expressions = [re.escape(needle) for needle in needles]
    found.compile(expressions=expressions, ids=list(range(len(needles))), flags=[scan.HS_FLAG_CASELESS] * len(needles))
    lengths = [len(needle) for needle in needles]

    def matches(block: bytes) -> list[Match]:
        hits: list[Match] = []

        def hit(number: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            hits.append((number, end - lengths[number]))

        found.scan(block, match_event_handler=hit)
        return hits

    return matches


#: name → the matcher
MATCHERS: dict[str, Callable[[Sequence[bytes]], Matcher]] = {"ahocorasick": ahocorasick, "hyperscan": hyperscan}
