"""MDM2 amplification by FISH: its state and its ratio (clinical.md §4.6, §5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.record import Standing, detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.markers import Mention
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import Amount, amount, ranged
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

STATE, RATIO = "fish-mdm2", "mdm2-cep12-ratio"
#: two copies of the gene for one of the chromosome (clinical.md §4.6)
_LIMIT = Decimal(2)
_REACH = 90
#: how near its gene the word of a test's name stands, and what follows that word in a heading
_TO_WORD = 6
#: how near before its gene a test's name stands
_TO_TEST = 12
_HEADING = re.compile(r"\s*(?:\([^()\n]{0,16}\)\s*)?(?:检测|结果|状态|情况|result|status|test)?\s*:\s*")
#: "1:6" says how many times the other
_OTHER_WAY = re.compile(r"\s*:\s*(?!1(?![\d.]))\d")
#: a test that was repeated
_AGAIN = re.compile(
    r"[^,;。\n]{0,6}[,;]\s*(?:本院|我院|我科|本次|会诊)?(?:复查|复检|复测|重做|复做|重复|再次|重新|会诊)"
)
#: what is asked of a gene
_QUESTIONS = frozenset({"扩增", "amplification", "gene amplification"})
#: the first that is found decides; what is not there outweighs what is
_ORDER = ("failed", "pending", "not-done", "suspected", "not-amplified", "amplified")
_NO_STATE = "MDM2 FISH is named, and no result can be read"


def read(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said | Unread]:
    """States and ratios; a ratio alone, or one that says otherwise, gives a state as well."""
    if True not in [each.gene for each in mentioned]:
        return
    states = list(_states(page, words, mentioned))
    ratios = list(_ratios(page, words, mentioned))
    said = [each for each in states if isinstance(each, Said)]
    yield from (states if said or not ratios else ())
    yield from ratios
    for ratio in ratios:
        derived = _derived(ratio)
        if derived and all(derived.value != each.value for each in said):
            yield derived


def _states(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said | Unread]:
    done = -1
    for index, each in enumerate(mentioned):
        if not each.gene or each.concept != "ihc-mdm2" or page.void(each.start) or each.start < done:
            continue
        high = _limit(page, mentioned, index)
        found = None if _is_criterion(page, words, each) else _state(page, words, each, high)
        if found is None:
            if not _names_ratio(page, words, each.start):
                yield Unread(STATE, page.span(each.start, each.end), _NO_STATE)
            continue
        done = found.end
        yield _said(page, words, each, found)


def _limit(page: Page, mentioned: tuple[Mention, ...], index: int) -> int:
    """How far this mention's result may lie: to the next other gene or stain, to the end of its sentence."""
    each = mentioned[index]
    ends = [page.sentence(each.start)[1], each.end + _REACH]
    others = (other for other in mentioned[index + 1 : index + 8] if other.concept != each.concept or not other.gene)
    ends += [other.start for other in others][:1]
    return min(ends)


def _state(page: Page, words: Words, each: Mention, high: int) -> Hit | None:
    """The state in the first clause that has one; FISH's failure may also be said before the gene."""
    low, asked = each.end, None
    while low < high:
        end = min(page.clause(low)[1], high, low + _REACH)
        hits = [hit for hit in page.find(words["fish.status"], low, end) if hit.tag != "test"]
        headings = [found for hit in hits if (found := _heading(page, each, hit))]
        hits = hits[len(headings) :] or [hit for found in headings if (hit := _answer(page, words, found))]
        if hits:
            best = min(hits, key=lambda hit: (_ORDER.index(hit.tag), -hit.end))
            if not _is_asked(page, words, each, best):
                return best
            asked = best
        low = end + 1
    if asked is not None:  # FISH检测MDM2基因扩增 may be its answer as well
        tested = page.has(words["fish.method"], "fish", max(0, each.start - _TO_TEST), each.start)
        ratio = "name" in [hit.tag for hit in page.find(words["fish.ratio"], each.end, high)]
        return asked._replace(tag="suspected") if tested and not ratio else None
    if _names_ratio(page, words, each.start):
        return None
    sentence = max(page.sentence(each.start)[0], each.start - _REACH)
    earlier = [hit for hit in page.find(words["fish.status"], sentence, each.start) if hit.tag in _ORDER[:3]]
    near = max(page.clause(each.start)[0], sentence)
    before = page.find(words["fish.status"], near, each.start)
    worded = [hit for hit in before if hit.tag in ("amplified", "not-amplified")]
    return next(iter(earlier or worded), None)


def _heading(page: Page, each: Mention, hit: Hit) -> re.Match[str] | None:
    """MDM2基因扩增(FISH): …: the test's name with its colon; the result is what follows, if anything does."""
    return _HEADING.match(page.text, hit.end) if hit.start - each.end <= _TO_WORD and hit.tag == "amplified" else None


def _answer(page: Page, words: Words, heading: re.Match[str]) -> Hit | None:
    """A short answer right after a heading."""
    return page.at(words["fish.answer"], heading.end())


def _is_asked(page: Page, words: Words, each: Mention, best: Hit) -> bool:
    """明确MDM2基因扩增, FISH检测MDM2基因扩增: the gene's amplification is the question, not the answer; 呈扩增 and
    扩增阳性 are answers."""
    if page.text[each.end : best.end].removeprefix("基因").strip() not in _QUESTIONS:
        return False
    near = [
        hit for hit in page.find(words["results.before"], max(0, each.start - 10), each.start) if hit.tag == "asked"
    ]
    return bool(near) and near[-1].end == each.start


def _said(page: Page, words: Words, each: Mention, found: Hit) -> Said:
    low, high = min(each.start, found.start), max(each.end, found.end)
    stance = page.before(low).also(page.after(high))
    value = found.tag
    if value == "amplified" and stance.denied:
        value = "not-amplified"
    hedged = stance.hedged or value == "suspected" or _is_told_again(page, words, found)
    standing: Standing = "pending" if value == "pending" else firmness(hedged)
    value = "amplified" if value == "suspected" else value
    start, end = page.sentence(low)
    sequencing = page.has(words["fish.method"], "sequencing", start, low)
    polysomy = page.has(words["fish.ratio"], "polysomy", low, end)
    said = detail(method="sequencing" if sequencing else None, polysomy="yes" if polysomy else None)
    return Said(STATE, value, page.span(low, high), standing, said)


def _is_told_again(page: Page, words: Words, found: Hit) -> bool:
    """外院FISH示MDM2扩增，本院复查未见扩增: does the next clause say otherwise of a repeated test?"""
    again = _AGAIN.match(page.text, found.end)
    if again is None:
        return False
    later = page.find(words["fish.status"], again.end(), page.clause(again.end())[1])
    return any(hit.tag not in ("test", found.tag) for hit in later)


def _names_ratio(page: Page, words: Words, start: int) -> bool:
    return _at(page, words, start) == "name"


def _is_criterion(page: Page, words: Words, each: Mention) -> bool:
    """比值≥2.0判定为扩增: what the test asks, not what it found."""
    name = page.at(words["fish.ratio"], each.start)
    found = _ratio_pattern(words).match(page.text, name.end) if name and name.tag == "name" else None
    return found is not None and _at(page, words, found.end()) == "limit"


def _at(page: Page, words: Words, place: int) -> str | None:
    """What the ratio's words make of a place."""
    hit = page.at(words["fish.ratio"], place)
    return hit.tag if hit else None


def _ratios(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said]:
    """Ratios named by their two genes, else by the word alone in the sentence of the test."""
    done = -1
    named = any(_names_ratio(page, words, each.start) for each in mentioned if each.gene)
    for index, each in enumerate(mentioned):
        if not each.gene or each.concept != "ihc-mdm2" or each.start < done or page.void(each.start):
            continue
        name = page.at(words["fish.ratio"], each.start)
        if name is not None and name.tag == "name":
            yield from _ratio_after(page, words, name.start, name.end)
        elif not named:
            done = _limit(page, mentioned, index)
            for alone in page.find(words["fish.alone"], each.end, done)[:1]:
                yield from _ratio_after(page, words, alone.start, alone.end)


def _ratio_after(page: Page, words: Words, start: int, end: int) -> Iterator[Said]:
    """The number after a ratio's name; none where it is the limit, or the first of "1:6"."""
    found = _ratio_pattern(words).match(page.text, end)
    if found is None or _at(page, words, found.end()) == "limit" or _OTHER_WAY.match(page.text, found.end()):
        return
    yield from _ratio(page, words, (start, found.end()), amount(page.text, found.start(1), found[1], found[2], words))


def _ratio(page: Page, words: Words, reach: tuple[int, int], said: Amount) -> Iterator[Said]:
    number = said.number("1")
    if number:
        polysomy = page.has(words["fish.ratio"], "polysomy", reach[1], page.sentence(reach[0])[1])
        extra = detail(approximate="yes" if said.about else None, polysomy="yes" if polysomy else None)
        yield Said(RATIO, number, page.span(*reach), firmness(page.stance(*reach).hedged), extra)


@lru_cache(maxsize=8)
def _ratio_pattern(words: Words) -> re.Pattern[str]:
    comparators = words.any("quantity.word", "below", "at-most", "above", "at-least", "about", "nearly")
    filler = words.any("fish.ratio", "filler")
    return re.compile(rf"(?:[\s()]|{filler}|{comparators}){{0,8}}?{ranged(words)}(?!\s*%)")


def _derived(ratio: Said) -> Said | None:
    """What the ratio says of the state; None where it says neither."""
    above = Answer.UNKNOWN if isinstance(ratio.value, str) else ratio.value.at_least(_LIMIT)
    if above is Answer.UNKNOWN:
        return None
    value = "amplified" if above is Answer.YES else "not-amplified"
    return Said(STATE, value, ratio.span, ratio.standing, (("from", "ratio"), *ratio.detail))


def bare(page: Page, words: Words) -> Said | None:
    """A short value of a FISH test that is known: 扩增, 未见扩增, 阴性."""
    hits = [hit for hit in page.find(words["fish.status"]) if hit.tag != "test"]
    if not hits:
        return None
    found = min(hits, key=lambda hit: (_ORDER.index(hit.tag), -hit.end))
    return _said(page, words, Mention("ihc-mdm2", found.start, found.start, True), found)
