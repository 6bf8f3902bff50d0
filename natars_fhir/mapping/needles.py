"""Needles: the bytes of which one stands in whatever can put a patient in scope; made of the tables that views are.

Asked is the study itself: a code, a word or a question is a needle where what it says would put a patient in scope. A
line without any of them tells nothing of the kind. What can hide one (a JSON escape, a line end within a word, another
form of a character) is a needle too, a guard: such a line is looked at again as the readers see it. Text in base64 is
always taken. False hits cost time, and nothing else: whatever is hit is read by the pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from natars_fhir.domain.record import Detail, Fact, Patient, Record, Source
from natars_fhir.domain.study import Study
from natars_fhir.mapping.codes import Meaning
from natars_fhir.mapping.hidden import LONG, UNTORN, Check, guards_of, variants
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.lexicon import GAP
from natars_fhir.mapping.readers.histology import SARCOMAS
from natars_fhir.mapping.schema import Code

#: A code of ICD-O-3 as hospitals write it, between its quotes.
_MORPHOLOGY = re.compile(rb'"[mM]?-? ?\d{4}0?(?:\\?/)?\d\d?"')
#: Attachments, Binaries and signatures: their texts cannot be seen.
_BASE64 = b'"data"'
_NOBODY, _NOWHERE = Patient("", ""), Source("", "")
_FAMILY: Detail = (("family", "sarcoma"),)


class Needles(NamedTuple):
    """What is searched, in lower case: needles with what makes sure of them, and guards."""

    plain: dict[bytes, Check]
    guards: dict[bytes, Check]
    #: the words and codes without any white space, for the second look
    bare: frozenset[str]


def needles(lore: Lore, study: Study) -> Needles:
    """The needles of a site's mapping for a study."""
    scope = _Scope(study)
    words = _least(_words(lore, scope))
    codes = dict(_codes(lore, scope))
    plain: dict[bytes, Check] = {_BASE64: None, **codes}
    for word, capitals in words.items():
        core, check = _searched(word, capitals)
        plain[core.encode()] = check
    guards = guards_of(words) | dict.fromkeys(one.encode() for one in variants(words, lore.words.characters))
    bare = {"".join(word.split()) for word in words} | {code.decode() for code in codes} | {_BASE64.decode()}
    return Needles(plain, {guard: guards[guard] for guard in guards.keys() - plain.keys()}, frozenset(bare))


class _Scope:
    """Asks the study whether a fact would put a patient in scope."""

    def __init__(self, study: Study) -> None:
        self._scope = study.scope

    def __call__(self, concept: str, value: str, said: Detail = ()) -> bool:
        return self._scope(Record(_NOBODY, (Fact(concept, value, None, _NOWHERE, "", detail=said),)))

    def means(self, meant: Meaning) -> bool:
        return self(meant.concept, meant.value, meant.detail)

    def asks(self, lore: Lore, name: str) -> bool:
        """Can an answer to what is asked put a patient in scope, by itself or by what it implies?"""
        concept = lore.concepts[name]
        implied = [pair for others in concept.implies.values() for pair in others.items()]
        values = (*concept.values, *concept.spelt, *(says.value for says in concept.says))
        return concept.kind == "histology" or any(self(*pair) for pair in (*((name, one) for one in values), *implied))


def _words(lore: Lore, scope: _Scope) -> Iterator[tuple[str, bool]]:
    """Every word of a text that can tell it, up to its first gap; and whether it counts in capitals alone."""
    for table, tags in _tables(lore, scope).items():
        for entry in lore.words[table].entries:
            if entry.tag in tags:
                yield entry.word.partition(GAP)[0], entry.capitals
    yield from ((text, False) for text, name in lore.texts.items() if scope.asks(lore, name))


def _tables(lore: Lore, scope: _Scope) -> dict[str, set[str]]:
    """The word lists that tell a histology or a primary site in scope, and which of their tags do."""
    types = {tag for tag in lore.words["histology.name"].words if scope("histology", tag)}
    if scope("histology", "OTHER", _FAMILY):
        types.add("OTHER-SARCOMA")
    organs = {tag for tag in lore.words["sites.organ"].words if scope("primary-site", tag)}
    marks = {"place", "beside"} if scope("primary-site", "retroperitoneum") else set()
    return {"histology.name": types, "sites.organ": organs, "sites.mark": marks}


def _least(words: Iterable[tuple[str, bool]]) -> dict[str, bool]:
    """Without those that hold another one, for which that stands."""
    given: dict[str, bool] = {}
    for word, capitals in words:
        given[word] = given.get(word, True) and capitals
    whole = [word for word in given if not word.isascii() or len(word) >= LONG]
    return {
        word: capitals for word, capitals in given.items() if not any(other in word for other in whole if other != word)
    }


def _searched(word: str, capitals: bool) -> tuple[str, Check]:
    """What is searched for a word, and what makes sure of it.

    Of a long Latin word it is all but the first letters (`mapping.hidden`); a short one stands within many others.
    """
    if not word.isascii():
        return word, None
    if len(word) >= LONG:
        return word[UNTORN:], None
    sure = re.escape(word.upper() if capitals else word)
    return word, re.compile(rf"{sure}(?![A-Za-z0-9])".encode(), 0 if capitals else re.IGNORECASE)


def _codes(lore: Lore, scope: _Scope) -> Iterator[tuple[bytes, Check]]:
    """Codes as they stand in JSON: after a quote, in every spelling that their system has."""
    wanted = [code for code, meant in lore.says.rows if scope.means(meant)]
    wanted += [code for code, name in lore.asked.rows if scope.asks(lore, name)]
    rows = [(code.system, start) for code in wanted for start in _starts(code)]
    for system, start in rows:
        for spelt in _spellings(lore.systems.spelling(system), start):
            yield f'"{spelt}'.lower().encode(), None
    if scope("histology", "OTHER", _FAMILY):
        for low, high in SARCOMAS:
            for start in covering(low, high):
                yield from ((f'"{before}{start}'.encode(), _MORPHOLOGY) for before in _BEFORE)


#: What may stand before the number of a morphology.
_BEFORE = ("", "m", "-", "m-", "m ", "m- ", "- ")


def _starts(code: Code) -> list[str]:
    """What the codes of a row begin with; of a range, every category in it."""
    if not code.first:
        return [code.code]
    letters = code.first.rstrip("0123456789")
    low, high = code.first[len(letters) :], code.last[len(letters) :]
    if not code.last.startswith(letters) or not (low.isdigit() and high.isdigit()) or len(low) != len(high):
        return [code.first[:1]] if code.first[:1] == code.last[:1] else [""]
    return [f"{letters}{number:0{len(low)}}" for number in range(int(low), int(high) + 1)]


def _spellings(spelling: str, code: str) -> set[str]:
    """The ways in which a code may begin, whatever follows (`mapping.codes.SPELLINGS`)."""
    number = code.partition("/")[0]
    if spelling == "icd-o-3" and number.isdigit():
        return {before + number[:4] for before in _BEFORE}
    return {code, code.replace(".", "")} if spelling.startswith("icd") else {code}


def covering(low: int, high: int) -> list[str]:
    """The fewest beginnings that all numbers of a range, and no others of their length, begin with."""
    wanted = [str(number) for number in range(low, high + 1)]
    for length in range(len(str(low)) - 1, 0, -1):
        by: dict[str, list[str]] = {}
        for one in wanted:
            by.setdefault(one[:length], []).append(one)
        wanted = [
            kept
            for start, some in by.items()
            for kept in ([start] if len(some) == 10 and all(len(one) == length + 1 for one in some) else some)
        ]
    return wanted
