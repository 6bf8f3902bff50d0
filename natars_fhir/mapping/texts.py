"""Texts: what a test is called in words alone, where people of the site said which concept that asks for.

Only the whole text counts, in normal form: full width or half, traditional or simplified, capitals or small letters,
and how much white space stands within make no difference. Nothing is guessed of a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from natars_fhir.mapping.narrative.normal import Characters

#: Under this name texts stand among a site's code systems; no hospital's system is called so.
TEST_NAMES = "test-name"


def plain_text(text: str, characters: Characters) -> str:
    """The normal form of a text."""
    return " ".join(characters.folded(text).lower().split())


def alike(texts: Iterable[str], characters: Characters) -> list[tuple[str, str]]:
    """Texts that are one text in normal form, and so would have two meanings."""
    seen: dict[str, str] = {}
    pairs = [(seen.setdefault(plain_text(text, characters), text), text) for text in texts]
    return [(first, other) for first, other in pairs if first != other]
