"""Texts: what a test is called in words alone, and how it is answered, where people of the site said what that means.

Only the whole text counts, in normal form: full width or half, traditional or simplified, capitals or small letters,
and how much white space stands within make no difference. Nothing is guessed of a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from natars_fhir.mapping.narrative.normal import Characters

#: Under this name texts stand among a site's code systems; no hospital's system is called so.
TEST_NAMES = "test-name"
#: So begin the names under which answers in words stand among them, one for each concept.
_ANSWERS = "answer-to "


def answers_to(concept: str) -> str:
    """The name under which the answers to a concept stand."""
    return f"{_ANSWERS}{concept}"


def answered(table: str) -> str:
    """The concept whose answers stand under this name; empty for any other name."""
    return table.removeprefix(_ANSWERS) if table.startswith(_ANSWERS) else ""


def plain_text(text: str, characters: Characters) -> str:
    """The normal form of a text."""
    return " ".join(characters.folded(text).lower().split())


def alike(texts: Iterable[str], characters: Characters) -> list[tuple[str, str]]:
    """Texts that are one text in normal form, and so would have two meanings."""
    seen: dict[str, str] = {}
    pairs = [(seen.setdefault(plain_text(text, characters), text), text) for text in texts]
    return [(first, other) for first, other in pairs if first != other]
