"""Stain results: the few characters that say how a marker stained, as parts by cells (clinical.md §5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Number
from natars_fhir.domain.record import Detail, Standing, detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.quantity import amount, ranged
from natars_fhir.mapping.narrative.said import firmness
from natars_fhir.mapping.narrative.words import Words

_EQUIVOCAL_SIGN = r"-\s?/\s?[\u4e00-\u9fff]{1,4}\s?\+|\+\s?[/~至]\s?-|-\s?/\s?\+|±|-\s?~\s?\+|\+-(?!\s?\+)|-\+"
_SIGN = re.compile(
    rf"(?P<equivocal>{_EQUIVOCAL_SIGN})|(?P<positive>(?:\d\s?)?\+{{1,4}}(?:\s?[-~/]\s?\d?\+{{1,4}})*)"
    r"|(?P<negative>(?<![0-9a-z+~弱中强])-+(?![0-9a-z+~弱中强]))|(?P<zero>(?<![0-9a-z.<>≤≥%/])0(?![0-9a-z.%/+]))"
)
#: OCR reads a plus as ten and a minus as one: only where nothing else stands between the brackets
_SCANNED = re.compile(r"^\s*(?:弱|灶|部分)?(?:(?P<positive>十{1,4})|(?P<negative>一))\s*$")
#: the bracket that closes after a result
CLOSING = re.compile(r" {0,2}\)")
_APART = re.compile(r"[,;、()]|(?<![+\-\s])/(?![+\-\s])")
#: how much may stand between a denial and what it denies; what turns it round
_QUALIFIED = 18
_LOSS = re.compile("缺失|丢失|loss|lost")
#: 阳性率0: none
_NO_SHARE = re.compile(r"率\s*[:为约]{0,2}\s*0(?![\d.])\s*%?\s*$")
_ONLY = re.compile("only|仅|但|but|except")
_IN_PART = frozenset({"focal", "partial"})
_RESULTS = {"positive", "negative", "equivocal", "not-interpretable", "not-done", "pending"}


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one kind of cells. ``end`` is where its last word ends."""

    value: str | None = None
    end: int = 0
    cells: str | None = None
    percent: Number | None = None
    doubted: bool = False
    #: the value is a word (阳性, expressed), not a sign
    worded: bool = False
    #: the word is no more than "expression", which may be what was asked for
    mere: bool = False
    #: nothing but a percentage said it
    unsigned: bool = False
    qualities: dict[str, str] = field(default_factory=dict)

    def merged(self, other: Part) -> Part:
        """With what another part adds."""
        return replace(
            self,
            value=self.value or other.value,
            end=max(self.end, other.end),
            cells=self.cells or other.cells,
            percent=self.percent or other.percent,
            doubted=self.doubted or other.doubted,
            worded=self.worded or other.worded,
            qualities={**other.qualities, **self.qualities},
        )


class Result(NamedTuple):
    """What a marker's result means: the contract's word, its details, and where in the text it ends."""

    value: str
    end: int
    awaited: bool
    doubted: bool
    detail: Detail


@lru_cache(maxsize=4096)
def results(concept: str, text: str, words: Words, denied: bool = False) -> tuple[Result, ...]:
    """The results that a text gives of a marker: the tumour's own first, then those of other cells.

    *denied*: "no expression of" stands before the name.
    """
    found = [_denied(part, text) for part in parts(text, words)] if denied else list(parts(text, words))
    own = [part for part in found if part.cells in (None, "tumour")]
    others = [part for part in found if part.cells not in (None, "tumour")]
    told = [result(concept, part, words) for part in others]
    if own:
        return (result(concept, _weighed(own), words), *told)
    if any(part.cells == "internal-control" and part.value == "positive" for part in others):
        # only the vessels or the control stained: the tumour did not (clinical.md §5.1)
        end = max(part.end for part in others)
        return (result(concept, Part("negative", end, cells="tumour"), words), *told)
    return tuple(told)


#: where the first result ends, and each with its end and standing
Bracketed = tuple[int, tuple[tuple[str, int, Standing, Detail], ...]]
NOTHING: Bracketed = (0, ())


@lru_cache(maxsize=4096)
def bracketed(concept: str, text: str, words: Words) -> Bracketed:
    """What a result in brackets means; nothing where it is not to be read by itself."""
    read = parts(text, words)
    if not read or read[0].value is None:
        return NOTHING
    told = []
    for each in results(concept, text, words):
        closing = CLOSING.match(text, each.end)
        standing: Standing = "pending" if each.awaited else firmness(each.doubted)
        told.append((each.value, closing.end() if closing else each.end, standing, each.detail))
    return read[0].end, tuple(told)


def _denied(part: Part, text: str) -> Part:
    """ "No expression of": the word that would be positive is what is not there; no loss of it, and it is there."""
    if not part.worded:
        return part
    if part.value == "negative" and _LOSS.search(text, 0, part.end):
        return replace(part, value="positive")
    return replace(part, value="negative") if part.value == "positive" else part


def _weighed(own: list[Part]) -> Part:
    """The nucleus counts; negative there and said otherwise elsewhere is equivocal."""
    nuclear = [part for part in own if part.qualities.get("compartment") == "nuclear"]
    part = (nuclear or own)[0]
    split = bool(nuclear) and part.value == "negative" and len(own) > 1
    signs = {each.value for each in own if "extent" not in each.qualities}
    split = split or (not nuclear and {"positive", "negative"} <= signs)
    some = [each.end for each in own if each.value == "positive"]
    if part.value == "negative" and some:  # (-,灶+): most of it did not stain, and some did
        return replace(part, value="equivocal", end=max(part.end, *some))
    split = split or (part.value == "negative" and part.qualities.get("extent") in _IN_PART)  # 局灶-: and the rest?
    unsure = not nuclear and part.value == "positive" and any(_is_unsure(each) for each in own[1:])
    return replace(part, value="equivocal") if split or unsure else part


def _is_unsure(part: Part) -> bool:
    """(+, 非特异着色): the words take back what the sign says."""
    return part.worded and part.value in ("equivocal", "not-interpretable")


def result(concept: str, part: Part, words: Words) -> Result:
    """What one part means for a marker."""
    value, reason = _value(concept, part, words)
    said = detail(**part.qualities, cell_scope=part.cells, percent=part.percent, reason=reason)
    return Result(value, part.end, part.value == "pending", part.doubted, said)


def _value(concept: str, part: Part, words: Words) -> tuple[str, str | None]:
    """The contract's word for a part, with what held it back."""
    lists = words["markers.compartment"].words
    value = part.value or "equivocal"
    if value == "not-interpretable":
        return "equivocal", value
    elsewhere = part.qualities.get("compartment") in ("cytoplasmic", "membranous")
    if value == "positive" and elsewhere and concept in lists["nuclear"]:
        return "equivocal", "not-nuclear"
    little = (part.unsigned or part.worded) and part.percent is not None and part.percent.low == 0
    if value == "positive" and part.worded and part.percent is not None and part.percent.high == 0:
        return "negative", None
    if value == "positive" and little and concept not in lists["index"]:
        return "equivocal", "may-be-none"
    return value, None


@lru_cache(maxsize=4096)
def parts(text: str, words: Words) -> tuple[Part, ...]:
    """The parts of a result such as ``(肿瘤细胞-,血管+)`` or ``弥漫强阳性``: those with a value, the rest merged in.

    One part without a value is what qualifies a result said elsewhere. Empty where nothing was understood.
    """
    read = (_part(text[low:high], low, words) for low, high in _pieces(text))
    return _joined([part for part in read if part.end])


def _pieces(text: str) -> list[tuple[int, int]]:
    ends = [found.start() for found in _APART.finditer(text)]
    return list(zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True))


def _joined(found: list[Part]) -> tuple[Part, ...]:
    """Parts without a value belong to the one before, or to the first that has one."""
    valued: list[Part] = []
    waiting = Part()
    for place, part in enumerate(found):
        if part.value is not None:
            valued.append(part.merged(waiting) if waiting.end else part)
            waiting = Part()
        elif valued and not (part.cells and _names_next(found, place)):
            valued[-1] = valued[-1].merged(part)
        else:
            waiting = part.merged(waiting)
    if waiting.end:
        valued = [*valued[:-1], valued[-1].merged(waiting)] if valued else [waiting]
    return tuple(_counted(part) for part in valued)


def _counted(part: Part) -> Part:
    """A percentage alone is positive unless nought."""
    if part.value is not None or part.percent is None:
        return part
    return replace(part, value="negative" if part.percent.high == 0 else "positive", unsigned=True)


def _names_next(found: list[Part], place: int) -> bool:
    """Cells named before their own sign: 血管(+)."""
    later = found[place + 1] if place + 1 < len(found) else None
    return later is not None and later.value is not None and later.cells is None


def _part(text: str, offset: int, words: Words) -> Part:
    """Read one piece."""
    if not text.strip():
        return Part()
    part = Part()
    scanned = _SCANNED.match(text)
    if scanned:
        return Part(scanned.lastgroup, offset + len(text))
    if "率" in text and _NO_SHARE.search(text):
        return Part("negative", offset + len(text.rstrip()), worded=True)
    for hit in words["results.quality"].whole.find(text, text, 0, len(text)):
        part = part.merged(_quality(hit, offset))
    worded = _word(text, offset, words)
    share = _percent_pattern(words).search(text)
    sign = _signed(text, share.span() if share else (0, 0))
    if worded:
        part = worded.merged(part)
    elif sign:
        part = replace(part, value=sign[0], end=max(part.end, offset + sign[1]))
    if share:
        part = _shared(part, share, text, offset, words)
    return part


def _signed(text: str, share: tuple[int, int]) -> tuple[str, int] | None:
    """A sign outside the percentage: what it means and where it ends."""
    for found in _SIGN.finditer(text):
        if not share[0] <= found.start() < share[1]:
            group = str(found.lastgroup)
            return ("negative" if group == "zero" else group), found.end()
    return None


def _word(text: str, offset: int, words: Words) -> Part | None:
    """A result in words; "not interpretable", awaited and not done outweigh the rest."""
    hits = words["results.word"].whole.find(text, text, 0, len(text))
    if not [hit for hit in hits if hit.tag != "denied"]:
        return None
    doubted = any(hit.tag == "doubted" for hit in hits)
    results = [hit for hit in hits if hit.tag in _RESULTS]
    mere = next((hit for hit in hits if hit.tag == "mere"), None)
    if not results:
        leaning = any("阳性" in text[hit.start : hit.end] for hit in hits)
        value = "positive" if mere or leaning else None
        return Part(value, offset + hits[-1].end, doubted=doubted, worded=value is not None, mere=mere is not None)
    order = ["pending", "not-done", "not-interpretable", "equivocal", "negative", "positive"]
    first = min(results, key=lambda hit: (order.index(hit.tag) // 4, hit.start))
    value = _not_so(text, first, hits, words) if first.tag == "positive" else first.tag
    return Part(value, offset + first.end, doubted=doubted, worded=True)


def _not_so(text: str, positive: Hit, hits: list[Hit], words: Words) -> str:
    """未见明确阳性 is negative; "not diffusely positive" may still be focal."""
    denied = next((hit for hit in reversed(hits) if hit.tag == "denied" and hit.end <= positive.start), None)
    between = text[denied.end : positive.start].strip() if denied else ""
    if denied is None or len(between) > _QUALIFIED or _ONLY.search(between):
        return "positive"
    qualified = words["results.quality"].whole.find(between, between, 0, len(between))
    return "equivocal" if qualified else "negative"


def _quality(hit: Hit, offset: int) -> Part:
    kind, _, value = hit.tag.partition("-")
    end = offset + hit.end
    return Part(end=end, cells=value) if kind == "cells" else Part(end=end, qualities={kind: value})


def _shared(part: Part, share: re.Match[str], text: str, offset: int, words: Words) -> Part:
    """With the share of cells."""
    said = amount(text, share.start(), share[1], share[2], words)
    percent = said.number("%", ceiling=100)
    if percent is None or (percent.high is not None and percent.high > 100):
        return part
    qualities = {**part.qualities, **({"approximate": "yes"} if said.about else {})}
    return replace(part, end=max(part.end, offset + share.end()), percent=percent, qualities=qualities)


@lru_cache(maxsize=8)
def _percent_pattern(words: Words) -> re.Pattern[str]:
    return re.compile(ranged(words, r"%?\s*") + r"\s*%")
