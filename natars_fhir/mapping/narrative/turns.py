"""Turns: results told in the order of the markers: ``A、B分别为阳性、阴性``, ``A/B/C (+/+/-)``."""

from __future__ import annotations

import re
from dataclasses import replace

from natars_fhir.mapping.narrative.stain import Part, parts
from natars_fhir.mapping.narrative.words import Words

_LEAD = re.compile("分别|依次|respectively|in turn")
_TAIL = 24
_AND = re.compile(r"和|与| and ")
_LIST = re.compile(
    r"\s*:?\s*\(?\s*((?:[+-]{1,4}|阳性?|阴性?|pos(?:itive)?|neg(?:ative)?)(?:\s*[、,/;]\s*"
    r"(?:[+-]{1,4}|阳性?|阴性?|pos(?:itive)?|neg(?:ative)?))+)"
)
#: how a negative sign begins
_NEGATIVE = frozenset("-阴n")
_NEXT = re.compile(r"[、,/;]")
#: two signs with a stroke are one sign: not certain
_ONE_SIGN = frozenset({"+/-", "-/+"})


def in_turn(text: str, sentence: str, members: int, words: Words) -> tuple[Part, ...] | None:
    """The result of each of several markers, in their order. *text* is what follows them, *sentence* what follows to
    the end of their sentence, where A、B：+、- lists them. None where they share one result; empty where there are not
    as many as markers."""
    if _LEAD.search(sentence, 0, len(text) + _TAIL):
        plain = _AND.sub(lambda word: "、".center(len(word[0])), _LEAD.sub(lambda word: " " * len(word[0]), sentence))
        return _of_each(parts(plain, words)[:members], members)
    listed = _LIST.match(sentence)
    signs = _NEXT.split(listed[1]) if listed else []
    if listed is None or len(set(signs)) < 2 or listed[1] in _ONE_SIGN:
        return None
    if len(signs) != members:  # of which markers are they? Where they differ, of none
        return () if len({sign.strip()[:1] in _NEGATIVE for sign in signs}) > 1 else None
    found, start = list[Part](), listed.start(1)
    for sign in signs:
        found += [replace(part, end=start + part.end) for part in parts(sign, words)[:1]]
        start += len(sign) + 1
    return _of_each(tuple(found), members)


def _of_each(found: tuple[Part, ...], members: int) -> tuple[Part, ...]:
    return found if len(found) == members and all(part.value is not None for part in found) else ()
