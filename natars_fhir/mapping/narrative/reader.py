"""The reader: all that a Chinese or English report says for the trial, with the place of every value.

Deterministic; logic here, words in ``mappings/narrative/`` (clinical.md §5). Doubt and delay never give a final value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from pathlib import Path

from natars_fhir.mapping.narrative import (
    counts,
    fish,
    grade,
    histology,
    ihc,
    margins,
    sites,
    size,
    staging,
    statements,
    treatments,
)
from natars_fhir.mapping.narrative import words as lists
from natars_fhir.mapping.narrative.markers import mentions
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread
from natars_fhir.mapping.narrative.words import Words

_SPAN, _PLACE = attrgetter("span"), attrgetter("span", "concept")


def load(folder: Path, drugs: Mapping[str, list[str]] = lists.NO_DRUGS) -> Words:
    """The word lists of a folder, compiled. *drugs*: names by ``"drug class+class"``. Raises WordListError with every
    fault of every file."""
    words = lists.load(folder, drugs)
    read("", words)
    return words


def read(text: str, words: Words, kind: Kind = "pathology") -> Reading:
    """Everything that the text says. *kind* is what the report is; the caller knows."""
    leaf = page(text, words)
    mentioned = mentions(leaf, words)
    names = leaf.find(words["histology.name"])
    found: list[Said | Unread] = [
        *ihc.read(leaf, words, mentioned),
        *fish.read(leaf, words, mentioned),
        *size.read(leaf, words, kind),
        *grade.read(leaf, words),
        *counts.read(leaf, words, kind),
        *histology.read(leaf, words, kind, names),
        *sites.read(leaf, words, kind, names),
        *statements.read(leaf, words, kind),
        *margins.read(leaf, words, kind),
        *staging.read(leaf, kind),
        *treatments.read(leaf, words),
    ]
    said = [each for each in found if isinstance(each, Said)]
    unread = [each for each in found if isinstance(each, Unread)] if len(said) < len(found) else []
    said = _once(said)
    if leaf.amended:
        said = _corrected(leaf, said)
    return Reading(_in_order(said), tuple(sorted(unread, key=_SPAN)) if unread else ())


def _once(said: list[Said]) -> list[Said]:
    """The same words say the same thing once."""
    if len({each.span for each in said}) == len(said):
        return said
    words = {
        (each.concept, each.span, each.standing, each.value if isinstance(each.value, str) else ""): each
        for each in said
    }
    return list(words.values())


def _in_order(said: list[Said]) -> tuple[Said, ...]:
    return tuple(sorted(said, key=_PLACE))


def _corrected(leaf: Page, said: list[Said]) -> list[Said]:
    """What a supplement or correction says of a concept replaces what the rest of the text says of it."""
    ends = [(leaf.span(low, low + 1)[0], leaf.span(high - 1, high)[1]) for low, high in leaf.amended]

    def amended(each: Said) -> bool:
        return any(low <= each.span[0] < high for low, high in ends)

    renewed = {each.concept for each in said if amended(each) and each.standing != "pending"}
    return [each for each in said if amended(each) or each.concept not in renewed]


def one(text: str, words: Words, concept: str, kind: Kind = "pathology") -> Said | None:
    """A short value of a concept that is known already; None where it says nothing of it for certain.

    The text's own words win (``MDM2(+)`` as the value of MDM2); of several, the first that is final.
    """
    reading = read(text, words, kind)
    named = reading.of(concept)
    if named:
        return next((each for each in named if each.standing == "final"), named[0])
    leaf = page(text, words)
    return None if leaf.void(0) else _bare(leaf, words, concept, kind)


def yes_or_no(text: str, words: Words, concept: str, among: str) -> Said | None:
    """A short value that is yes or no and nothing else (``是``, ``无``); *among* names the list of such words."""
    leaf = page(text, words)
    return None if leaf.void(0) else statements.whole_answer(leaf, words, concept, among)


def _bare(leaf: Page, words: Words, concept: str, kind: Kind) -> Said | None:
    """The value alone, for a concept that needs no name beside it."""
    if concept.startswith("ihc-"):
        return next(ihc.bare(leaf, words, concept), None)
    if concept == size.CONCEPT:
        return _first_said(size.bare(leaf, words, kind))
    if concept in statements.SCALES:
        return statements.scale(leaf, words, concept)
    if concept in _READERS:
        return _READERS[concept](leaf, words)
    known = concept == treatments.RADIOTHERAPY or concept in statements.concepts(words)
    return statements.answer(leaf, words, concept) if known else None


def _first_said(found: Iterable[Said | Unread]) -> Said | None:
    return next((each for each in found if isinstance(each, Said)), None)


_READERS: dict[str, Callable[[Page, Words], Said | None]] = {
    fish.STATE: fish.bare,
    grade.FNCLCC: grade.bare,
    counts.MITOSES: counts.bare_mitoses,
    counts.NECROSIS: counts.bare_necrosis,
    sites.CONCEPT: sites.bare,
}
