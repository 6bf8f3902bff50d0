"""The reader: all that a Chinese or English report says for the trial, with the place of every value.

Deterministic; logic here, words in ``mappings/narrative/`` (clinical.md §5). Doubt and delay never give a final value.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from natars_fhir.mapping.narrative import counts, fish, grade, histology, ihc, sites, size, statements
from natars_fhir.mapping.narrative import words as lists
from natars_fhir.mapping.narrative.markers import mentions
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread
from natars_fhir.mapping.narrative.words import Words

_METHODS: dict[Kind, str] = {"imaging": "imaging", "pathology": "pathology", "operation": "operation", "other": "other"}


def load(folder: Path) -> Words:
    """The word lists of a folder, compiled. Raises WordFaults with every fault of every file."""
    words = lists.load(folder)
    read("", words)
    return words


def read(text: str, words: Words, kind: Kind = "pathology") -> Reading:
    """Everything that the text says. *kind* is what the report is; the caller knows."""
    leaf = page(text, words)
    mentioned = mentions(leaf, words)
    found: list[Said | Unread] = [
        *ihc.read(leaf, words, mentioned),
        *fish.read(leaf, words, mentioned),
        *size.read(leaf, words, _METHODS[kind]),
        *grade.read(leaf, words),
        *counts.read(leaf, words),
        *histology.read(leaf, words, kind),
        *sites.read(leaf, words, kind),
        *statements.read(leaf, words, kind),
    ]
    said = [each for each in dict.fromkeys(found) if isinstance(each, Said)]
    unread = [each for each in found if isinstance(each, Unread)]
    return Reading(_in_order(_corrected(leaf, said)), tuple(sorted(unread, key=lambda each: each.span)))


def _in_order(said: list[Said]) -> tuple[Said, ...]:
    return tuple(sorted(said, key=lambda each: (each.span, each.concept)))


def _corrected(leaf: Page, said: list[Said]) -> list[Said]:
    """What a supplement or correction says of a concept replaces what the rest of the text says of it."""
    if not leaf.amended:
        return said
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
    bare = _BARE.get(concept) or (_stain if concept.startswith("ihc-") else _answer)
    found = bare(leaf, words, concept, kind)
    if not found or leaf.void(0):
        return None
    return found


Bare = Callable[[Page, Words, str, Kind], Said | None]


def _stain(leaf: Page, words: Words, concept: str, kind: Kind) -> Said | None:
    found = list(ihc.bare(leaf.text, concept, leaf, words))
    return next(iter(found), None)


def _answer(leaf: Page, words: Words, concept: str, kind: Kind) -> Said | None:
    return statements.answer(leaf, words, concept) if concept in statements.concepts(words) else None


def _first_said(found: list[Said | Unread]) -> Said | None:
    return next((each for each in found if isinstance(each, Said)), None)


_BARE: dict[str, Bare] = {
    fish.STATE: lambda leaf, words, _, kind: _first_said(list(fish.bare(leaf, words))),
    size.CONCEPT: lambda leaf, words, _, kind: _first_said(list(size.bare(leaf, words, _METHODS[kind]))),
    grade.FNCLCC: lambda leaf, words, _, kind: grade.bare(leaf, words),
    counts.MITOSES: lambda leaf, words, concept, kind: counts.bare(leaf, words, concept),
    counts.NECROSIS: lambda leaf, words, concept, kind: counts.bare(leaf, words, concept),
    "asa-class": lambda leaf, words, concept, kind: statements.scale(leaf, words, concept),
    "ecog": lambda leaf, words, concept, kind: statements.scale(leaf, words, concept),
}
