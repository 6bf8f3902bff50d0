"""Heads: a result with the markers that it is of in brackets behind it: ``阳性（MDM2、CDK4），阴性（S-100）``."""

from __future__ import annotations

import re
from typing import NamedTuple

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.markers import Mention
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.stain import Part, parts
from natars_fhir.mapping.narrative.words import Words

#: from the bracket back to where the head begins
_REACH = 24
_OPENING = re.compile(r"[\s:]*\(\s*$")
_BEGINS = re.compile(r"[,;:。、()!?\n]|\.(?!\d)")
#: (+) alone heads what follows it where nothing stands before it that it could be the result of
_SIGN = re.compile(r"(?:^|[;。\n:(]|ihc)\s*(\((?:\+{1,4}|-)\))\s?$")
#: 阳性表达（, 阳性指标（
_MORE = re.compile(r"(?<=性)(?:表达|反应|着色|标记物?|标志物|指标|抗体|项目|结果|者|的?有)?\s*$")
#: 阳性（除MDM2外）: not these
_BUT = re.compile("除|以外|之外|except")


class Head(NamedTuple):
    """The result, as a word before its markers; and where the bracket that holds them closes (0: there is none)."""

    before: Hit
    close: int


def heads(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> dict[int, Head]:
    """For each marker that is the first in such a bracket, its head."""
    found: dict[int, Head] = {}
    text, ended = page.text, 0
    for index, each in enumerate(mentioned):
        before = text[each.start - 2 : each.start] if each.start > 1 else ""
        sign = before[:1] if before[1:] == " " else before[1:]
        head = None
        if sign == "(":
            head = _bracket(page, words, each, ended)
        elif sign == ")":
            head = _sign(page, each, ended)
        if head is not None:
            found[index] = head
        ended = each.end
    return found


def _bracket(page: Page, words: Words, each: Mention, ended: int) -> Head | None:
    """阳性（: a result, and nothing of another marker, right before the bracket."""
    text = page.text
    opening = _OPENING.search(text, max(ended, each.start - _REACH), each.start)
    close = _closing(text, each.start) if opening else 0
    if opening is None or not close or _BUT.search(text, each.start, close):
        return None
    low = max(ended, opening.start() - _REACH)
    begins = [sign.end() for sign in _BEGINS.finditer(text, low, opening.start())]
    start = begins[-1] if begins else low
    if start == ended and ended and not begins:
        return None  # S-100阳性（…: the marker's own result
    said = _MORE.sub("", text[start : opening.start()])
    told = parts(said, words)
    if not _is_head(told, len(said)):
        return None
    results = words["results.word"].whole.find(said, said, 0, len(said))
    return Head(Hit(start + results[-1].start, opening.end(), str(told[0].value)), close)


def _is_head(told: tuple[Part, ...], length: int) -> bool:
    """Is it one result of the tumour's own cells, in words that end it?"""
    if len(told) != 1 or told[0].value is None or told[0].mere or told[0].percent is not None:
        return False
    return told[0].end == length and told[0].worded and not told[0].doubted and told[0].cells in (None, "tumour")


def _sign(page: Page, each: Mention, ended: int) -> Head | None:
    """(+) MDM2、CDK4；(-) S-100"""
    found = _SIGN.search(page.text, max(ended, each.start - _REACH), each.start)
    if found is None or (found.start() == ended and ended):
        return None
    return Head(Hit(found.start(1), found.end(1), "positive" if "+" in found[1] else "negative"), 0)


def _closing(text: str, place: int) -> int:
    """Where the bracket around a place closes; 0 where it does not."""
    depth = 0
    for at in range(place, min(len(text), place + 400)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            if not depth:
                return at
            depth -= 1
        elif text[at] in "。\n":
            break
    return 0
