"""Histology: which tumour a text names, and whether it says so, doubts it or denies it (clinical.md §4.1, §5.3).

Names in a row (``A、B``, ``A, B or C``) are said alike. A name is final only as a diagnosis made on tissue: what an
imaging or operation report calls the tumour is hedged unless it quotes the pathology.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative import fields
from natars_fhir.mapping.narrative.another import is_of_another
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import PLAIN, Page, Stance
from natars_fhir.mapping.narrative.said import Kind, Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "histology"
#: 淋巴结转移癌0/5
_NODES = frozenset(" (0")
_NO_NODES = re.compile(r"\s*\(?\s*0\s*/\s*\d")
#: the beginnings of sentences that are remembered
_SHORT = 120
_OTHER_SARCOMA = "OTHER-SARCOMA"
#: how the names of dedifferentiated parts end
_PARTS = ("成分", "区域", "改变", "component", "areas")
#: between a diagnosis and the other that it leaves open
_NOT_EXCLUDED = re.compile(
    r"\)?\s*[,;]?\s*(?:但|尚|仍)?"
    r"(?:[不未难无待需](?:能|以|法)?(?:完全)?(?:除外|排除)|(?:cannot|to) (?:exclude|rule out))\s*(?:an? )?"
)
_ELSEWHERE = "a tumour of another place or time is named"


class Patterns(NamedTuple):
    """What stands around names."""

    row: re.Pattern[str]
    either: re.Pattern[str]
    like: re.Pattern[str]
    component: re.Pattern[str]
    heading: re.Pattern[str]
    tissue: re.Pattern[str]
    hint: re.Pattern[str]
    outside: re.Pattern[str]
    agrees: re.Pattern[str]
    described: re.Pattern[str]
    once: re.Pattern[str]
    outside_word: re.Pattern[str]
    #: dedifferentiation that is there, or may be; and what makes it only something that may be
    turned: re.Pattern[str]
    leaning: re.Pattern[str]
    #: what says, right before it, that it is there; after anything else a person is to look
    there: tuple[str, ...]
    #: how "like", and a part of the tumour, may begin
    openings: frozenset[str]


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    around = {tag: words.any("histology.around", tag) for tag in words["histology.around"].words}
    turned = {tag: words.any("histology.turned", tag) for tag in ("name", "leaning", "other-way")}
    ends = r"(?![a-z])"
    return Patterns(
        re.compile(rf"[\s,、/()]*(?:{around['either']}|和|及|与|以及|and|&)?[\s,、/()]*(?:a|an|the)?\s*"),
        re.compile(rf"[\s,、/()]*{around['either']}[\s,、/()]*(?:a|an|the)?\s*"),
        re.compile(around["like"] + ends),
        re.compile(rf"[\s(]*{around['component']}{ends}"),
        re.compile(rf"{around['before-tissue']}[^。;\n]{{0,60}}$"),
        re.compile(around["tissue"]),
        re.compile(rf"{around['hint']}[^,;。]{{0,20}}$"),
        re.compile(rf"{around['outside']}(?:(?!{around['own']})[^。;\n])*$"),
        re.compile(rf"(?<![不未]){around['agrees']}"),
        re.compile(rf"(?:{around['component']})?[^,;。\n]{{0,12}}?\s?{around['is']}(?![a-z])[^,;。\n]{{0,16}}"),
        re.compile(rf"{around['once']}[^,;。\n]{{0,8}}$"),
        re.compile(around["outside"]),
        re.compile(
            "".join(f"(?<!{re.escape(word)})" for word in words["histology.turned"].words["may"])
            + rf"{turned['name']}(?!\s?{turned['other-way']})"
        ),
        re.compile(rf"[\s(]*{turned['leaning']}"),
        words["histology.turned"].words["there"],
        frozenset(word[0] for tag in ("like", "component") for word in words["histology.around"].words[tag]) | {"("},
    )


def read(page: Page, words: Words, kind: Kind, hits: list[Hit]) -> list[Said | Unread]:
    """Every tumour that the text says is there, or may be; *hits* are the names."""
    if not hits:
        return []
    shape = patterns(words)
    said = [hit for hit in hits if not _is_like(page, shape, hit)]
    names = [hit for hit in said if not fields.is_denied(page, hit.end)]
    rows = list(_rows(page, shape, names))
    others = [row for row in rows if _is_of_the_past(page, shape, row) or is_of_another(page, words, row)]
    parts = frozenset(name.start for part, name in pairwise(names) if _describes(page, shape, part, name))
    left_open = [row for row, other in pairwise(rows) if _is_left_open(page, row, other)] if page.doubts else []
    found = [each for row in rows if row not in others for each in _row(page, words, row, kind, parts)]
    if left_open:
        spans = {page.span(hit.start, hit.end) for row in left_open for hit in row}
        found = [each._replace(standing="hedged") if each.span in spans else each for each in found]
    told = [
        Unread(CONCEPT, page.span(row[0].start, row[-1].end), _ELSEWHERE)
        for row in others
        if not page.void(row[0].start)
    ]
    here = [row for row in rows if row not in others]
    return [*with_parts([*found, *_turned(page, words, here, said, kind)], kind), *told]


def _is_left_open(page: Page, row: list[Hit], other: list[Hit]) -> bool:
    """未分化多形性肉瘤，需除外去分化脂肪肉瘤: while another type is not excluded, the first is none for sure."""
    kinds = {_type(hit) for hit in (*row, *other)}
    return (
        len(kinds) > 1
        and row[-1].tag != "SARCOMA-NOS"
        and not kinds <= {"DDLPS", "WDLPS"}
        and _NOT_EXCLUDED.fullmatch(page.text, row[-1].end, other[0].start) is not None
    )


def _turned(page: Page, words: Words, rows: list[list[Hit]], names: list[Hit], kind: Kind) -> list[Said]:
    """高分化脂肪肉瘤，局灶伴去分化: a well differentiated, or unspecified, liposarcoma that has dedifferentiated is a
    dedifferentiated one (WHO 5th ed.); where either is said with doubt, perhaps."""
    shape = patterns(words)
    if shape.turned.search(page.text) is None:
        return []
    told: list[Said] = []
    for name in (each for row in rows for each in row if _is_liposarcoma(page, each)):
        stance = _stance(page, name.start, name.end)
        doubted = stance.hedged or _before_tissue(page, words, name.start, kind)
        if stance.denied or page.void(name.start):
            continue
        for found in shape.turned.finditer(page.text, name.end, page.sentence(name.start)[1]):
            start, end = found.span()
            here = page.stance(start, end)
            of_name = any(other.start < end and start < other.end for other in names)
            if not of_name and not here.denied and not page.void(start):
                said = page.text[name.end : start].rstrip().endswith(shape.there)
                doubt = doubted or here.hedged or not said or shape.leaning.match(page.text, end) is not None
                told.append(Said(CONCEPT, "DDLPS", page.span(start, end), firmness(doubt), (("method", kind),)))
    return told


def _is_liposarcoma(page: Page, name: Hit) -> bool:
    """Well differentiated, or of no type that is said."""
    if name.tag == "WDLPS":
        return True
    return name.tag == "SARCOMA-NOS" and page.text[name.start : name.end].endswith(("脂肪肉瘤", "liposarcoma"))


def with_parts(found: list[Said], kind: Kind) -> list[Said]:
    """A well differentiated part of a dedifferentiated tumour is marked as a part."""
    if ("DDLPS", "final") not in [(each.value, each.standing) for each in found]:
        return found
    return [
        each._replace(detail=_part_of(kind)) if (each.value, each.standing) == ("WDLPS", "final") else each
        for each in found
    ]


def quotes(page: Page, words: Words) -> bool:
    """May it tell what another hospital thought?"""
    return patterns(words).outside_word.search(page.text) is not None


def _is_of_the_past(page: Page, shape: Patterns, row: list[Hit]) -> bool:
    """既往因骨肉瘤行化疗: a tumour of a type that the trial does not ask for, and of earlier years."""
    if row[0].tag not in ("OTHER", _OTHER_SARCOMA):
        return False
    return shape.once.search(page.text[page.clause(row[0].start)[0] : row[0].start]) is not None


def _part_of(kind: Kind) -> Detail:
    return ("component", "yes"), ("method", kind)


def _describes(page: Page, shape: Patterns, part: Hit, name: Hit) -> bool:
    """去分化成分为高级别未分化多形性肉瘤: what a part of the tumour looks like is no second type of it."""
    of_part = part.tag == "DDLPS" and page.text[part.start : part.end].endswith(_PARTS)
    return of_part and shape.described.fullmatch(page.text, part.end, name.start) is not None


def _is_like(page: Page, shape: Patterns, hit: Hit) -> bool:
    """平滑肌肉瘤样: like it, so not it. 成分 after a name is a part of the tumour."""
    if not _may_go_on(page, shape, hit.end):
        return False
    return shape.like.match(page.text, hit.end) is not None and shape.component.match(page.text, hit.end) is None


def _may_go_on(page: Page, shape: Patterns, end: int) -> bool:
    """May "like", or a part of the tumour, stand right after a name?"""
    sign = page.text[end : end + 1]
    return sign in shape.openings or sign.isspace()


def _rows(page: Page, shape: Patterns, names: list[Hit]) -> Iterator[list[Hit]]:
    """Names with nothing but commas and "or" between them."""
    row: list[Hit] = []
    for hit in names:
        if row and not (hit.start - row[-1].end <= 12 and shape.row.fullmatch(page.text, row[-1].end, hit.start)):
            yield row
            row = []
        row.append(hit)
    if row:
        yield row


def _row(page: Page, words: Words, row: list[Hit], kind: Kind, parts: frozenset[int]) -> list[Said]:
    """The names of one row, said alike; *parts* are where names begin that describe a part of the tumour."""
    shape = patterns(words)
    if page.void(row[0].start):
        return []
    low, high = row[0].start, row[-1].end
    stance = _stance(page, low, high) if page.cues else PLAIN
    if stance.denied or (page.text[high : high + 1] in _NODES and _NO_NODES.match(page.text, high)):
        return []
    either = any(
        _type(left) != _type(right) and shape.either.fullmatch(page.text, left.end, right.start)
        for left, right in pairwise(row)
    )
    hedged = stance.hedged or either or _before_tissue(page, words, low, kind)
    told: list[Said] = []
    for hit in row:
        part = hit.start in parts or _is_part(page, shape, hit.end)
        said: Detail = _part_of(kind) if part else (("method", kind),)
        if hit.tag == _OTHER_SARCOMA:
            said = tuple(sorted((*said, ("family", "sarcoma"))))
        told.append(Said(CONCEPT, _type(hit), page.span(hit.start, hit.end), firmness(hedged), said))
    return told


def _is_part(page: Page, shape: Patterns, end: int) -> bool:
    return _may_go_on(page, shape, end) and shape.component.match(page.text, end) is not None


def _type(hit: Hit) -> str:
    """The trial's word for it: a sarcoma of another type is OTHER, of the family."""
    return "OTHER" if hit.tag == _OTHER_SARCOMA else hit.tag


def _stance(page: Page, low: int, high: int) -> Stance:
    """A denial ends with its clause; a doubt about the tumour lasts for the sentence, until something is certain."""
    sentence = page.sentence(low)[0]
    here = page.before(low).also(page.after(high)).also(page.afterthought(high))
    return Stance(here.denied, here.hedged or page.before(low, sentence).hedged)


class Lead(NamedTuple):
    """What a sentence says before a name: a hint, another hospital's word, tissue that was seen, another heading."""

    hint: bool
    outside: bool
    tissue: bool
    heading: bool


def _before_tissue(page: Page, words: Words, low: int, kind: Kind) -> bool:
    """Is it a name given before or without the microscope, or under another hospital's?"""
    left = page.text[page.sentence(low)[0] : low]
    lead = _lead(left, words) if len(left) <= _SHORT else _lead.__wrapped__(left, words)
    if lead.hint:
        return True
    if kind == "pathology" and lead.outside and not patterns(words).agrees.search(page.text):
        return True
    return not lead.tissue and (kind in ("imaging", "operation") or lead.heading)


@lru_cache(maxsize=4096)
def _lead(left: str, words: Words) -> Lead:
    shape = patterns(words)
    searched = (shape.hint, left[-40:]), (shape.outside, left), (shape.tissue, left), (shape.heading, left[-80:])
    return Lead(*(pattern.search(text) is not None for pattern, text in searched))
