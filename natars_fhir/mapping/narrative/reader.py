"""The reader: all that a Chinese or English report says for the trial, with the place of every value.

Deterministic; logic here, words in ``mappings/narrative/`` (clinical.md §5). Doubt and delay never give a final value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from natars_fhir.mapping.narrative import counts, fish, grade, ihc, sentences, sites, size, statements, treatments
from natars_fhir.mapping.narrative import words as lists
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread
from natars_fhir.mapping.narrative.words import Words


def load(folder: Path, drugs: Mapping[str, list[str]] = lists.NO_DRUGS) -> Words:
    """The word lists of a folder, compiled. *drugs*: names by ``"drug class+class"``. Raises WordListError with every
    fault of every file."""
    words = lists.load(folder, drugs)
    read("", words)
    return words


def read(text: str, words: Words, kind: Kind = "pathology") -> Reading:
    """Everything that the text says. *kind* is what the report is; the caller knows."""
    return sentences.read(text, words, kind)


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
