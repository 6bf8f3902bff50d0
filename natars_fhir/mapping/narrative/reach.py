"""Reach: which stretches of a text no reader reads, and which are a supplement's or correction's.

Advice and conditions, what is so in general, other people's, differential diagnoses, a report that was corrected.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Hit

Stretch = tuple[int, int]
_START = attrgetter("start")
_VOIDING = frozenset({"advice", "general", "relative", "differential", "withdrawn", "becomes", "former", "from"})
#: what makes a stretch a supplement's or a correction's; and a correction, which a supplement is not
AMENDING = frozenset({"amended", "supplement", "becomes", "from"})
_CORRECTING = AMENDING - {"supplement"}
#: the cues that put stretches out of reach, or make them a supplement's
REACHING = _VOIDING | AMENDING
#: how far from its heading a quotation begins, and its pattern
_TO_QUOTE = 6
_QUOTE = re.compile('"[^"\n]{0,200}"')
#: so many questions, or numbered thoughts, are read as one list
_QUESTIONS, _THOUGHTS = 6, 16
#: from a differential to the first of its numbered thoughts: a colon, or a line that is its heading and no more
_TO_LIST = re.compile(r"[^。;\n:]{0,10}(?=:)")
_HEADING = re.compile(r"[\s(]*鉴别诊断\)?(?=\s)")
#: one of them: 2.平滑肌肉瘤：…, (2)…, ②… (which is a semicolon here)
_THOUGHT = re.compile(r"(?:[:。;,.\n]\s*;|[:。;,.\n]?\s*\(?\d{1,2}(?:\)|[.、:,](?!\d)))[^。;\n]{0,300}")


def inside(stretches: tuple[Stretch, ...], place: int) -> bool:
    """Does the place lie in one of the stretches, which are sorted and apart?"""
    index = bisect_right(stretches, place, key=lambda stretch: stretch[0]) - 1
    return index >= 0 and place < stretches[index][1]


def around(ends: tuple[int, ...], place: int, length: int) -> Stretch:
    """What lies around a place, from end to end."""
    index = bisect_left(ends, place)
    return (ends[index - 1] + 1 if index else 0), (ends[index] if index < len(ends) else length)


def stretches(
    text: str, stops: tuple[int, ...], clauses: tuple[int, ...], cues: tuple[Hit, ...]
) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """What no reader reads, and what a supplement says."""
    corrections = tuple(cue.start for cue in cues if cue.tag == "becomes")
    formers = tuple(cue.start for cue in cues if cue.tag == "former")
    bounds = Bounds(text, stops, clauses, cues, corrections, formers)
    tags = {cue.tag for cue in cues}
    stands = "supplement" in tags and _CORRECTING.isdisjoint(tags)
    voiding = _VOIDING - {"former"} if stands else _VOIDING
    voids = _merged([stretch for cue in cues if cue.tag in voiding and (stretch := _void(cue, bounds))])
    return voids, _merged(_amended(bounds))


class Bounds(NamedTuple):
    """The text, its cues, and where its sentences and clauses end."""

    text: str
    stops: tuple[int, ...]
    clauses: tuple[int, ...]
    cues: tuple[Hit, ...]
    #: where corrections and the reports that they correct begin
    becomes: tuple[int, ...]
    former_starts: tuple[int, ...]

    def sentence(self, place: int) -> tuple[int, int]:
        """The sentence around a place."""
        return around(self.stops, place, len(self.text))


def _void(cue: Hit, bounds: Bounds) -> Stretch | None:
    """What a cue puts out of reach."""
    low, high = bounds.sentence(cue.start)
    if cue.tag == "advice":
        return cue.start, high
    if cue.tag == "general":
        return around(bounds.clauses, cue.start, high)
    if cue.tag == "withdrawn":
        return 0, len(bounds.text)
    if cue.tag == "differential":
        return low, max(_questions_end(bounds, high), thoughts_end(bounds.text, cue))
    if cue.tag == "relative":
        clause = around(bounds.clauses, cue.start, high)
        return clause if _is_denied_history(cue, bounds, clause[0]) else (low, high)
    if cue.tag == "becomes":
        several = bisect_left(bounds.becomes, low) < bisect_left(bounds.becomes, cue.start)
        return (around(bounds.clauses, cue.start, high)[0] if several else _quoted_from(cue, bounds, low)), cue.end
    if cue.tag == "from":
        place = bounds.text.find(" to ", cue.end, high)
        return (cue.start, place) if place >= 0 else None
    if cue.tag == "former":
        return cue.start, _former_end(cue, bounds, high)
    return None


def _quoted_from(cue: Hit, bounds: Bounds, low: int) -> int:
    """原报告…更正为…: what the sentence says before it speaks of the old report still stands."""
    index = bisect_left(bounds.former_starts, low)
    quoted = index < len(bounds.former_starts) and bounds.former_starts[index] < cue.start
    return bounds.former_starts[index] if quoted else low


def _is_denied_history(cue: Hit, bounds: Bounds, low: int) -> bool:
    """否认肿瘤家族史, …: it ends with its clause; what follows is the patient's own again."""
    if not bounds.text[cue.start : cue.end].endswith(("史", "history")):
        return False
    index = bisect_left(bounds.cues, cue.start, key=_START)
    return index > 0 and bounds.cues[index - 1].start >= low and bounds.cues[index - 1].tag.startswith("deny")


def _questions_end(bounds: Bounds, high: int) -> int:
    """鉴别：A？B？: the questions that follow are of the same list."""
    for _ in range(_QUESTIONS):
        following = bounds.sentence(high + 1)[1]
        if bounds.text[high : high + 1] != "?" or bounds.text[following : following + 1] != "?":
            break
        high = following
    return high


def thoughts_end(text: str, cue: Hit) -> int:
    """鉴别诊断：1.A：…。2.B：…: where the list that a differential heads ends; 0 where it heads none."""
    heading = _HEADING.match(text, text.rfind("\n", 0, cue.start) + 1)
    lead = _TO_LIST.match(text, cue.end) or (heading if heading and heading.end() >= cue.end else None)
    thought = _THOUGHT.match(text, lead.end()) if lead else None
    end = 0
    for _ in range(_THOUGHTS):
        if thought is None:
            break
        end = thought.end()
        thought = _THOUGHT.match(text, end)
    return end


def _former_end(cue: Hit, bounds: Bounds, high: int) -> int:
    """The quoted old result ends with its quotation, else with the word that corrects it, else with its sentence."""
    quoted = _QUOTE.search(bounds.text, cue.end, min(high, cue.end + _TO_QUOTE + 202))
    if quoted and quoted.start() - cue.end < _TO_QUOTE:
        return quoted.end()
    index = bisect_left(bounds.becomes, cue.end)
    return min(high, bounds.becomes[index]) if index < len(bounds.becomes) else high


def _amended(bounds: Bounds) -> list[Stretch]:
    """From a heading such as 补充报告 to where the old report begins, else to the end of the text."""
    stretches = []
    for cue in bounds.cues:
        if cue.tag in AMENDING:
            index = bisect_left(bounds.former_starts, cue.end)
            known = index < len(bounds.former_starts)
            stretches.append((cue.start, bounds.former_starts[index] if known else len(bounds.text)))
    return stretches


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
