"""Scopes: what a client may do with which type of resource. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html

Version 2 (`system/Observation.cruds`, letters in this order), and version 1 (`.read`, `.write`, `.*`) as another way to
write it. Scopes with a search (`?…`), of a patient or of a user are not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_LETTERS = "cruds"
_EARLIER = {"read": "rs", "write": "cud", "*": _LETTERS}
_SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?|read|write|\*)")


@dataclass(frozen=True, slots=True)
class Scopes:
    """Type of resource (``*``: every one) → letters, in order."""

    by_type: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_type)

    def __str__(self) -> str:
        return " ".join(f"system/{kind}.{letters}" for kind, letters in sorted(self.by_type.items()))

    def allows(self, kind: str, letters: str) -> bool:
        """May any of *letters* be done with this type?"""
        mine = self.by_type.get(kind, "") + self.by_type.get("*", "")
        return any(letter in mine for letter in letters)

    def within(self, other: Scopes) -> Scopes:
        """What is in both."""
        pairs = [
            (mine if theirs == "*" else theirs, [letter for letter in letters if letter in more])
            for mine, letters in self.by_type.items()
            for theirs, more in other.by_type.items()
            if mine == theirs or "*" in (mine, theirs)
        ]
        return _scopes((kind, "".join(letters)) for kind, letters in pairs if letters)


def scopes(text: str) -> Scopes:
    """What a text asks for; what is no scope of ours is left out."""
    found = (_SCOPE.fullmatch(word) for word in _words(text))
    return _scopes((one[1], _EARLIER.get(one[2], one[2])) for one in found if one and one[2])


def not_scopes(text: str) -> list[str]:
    """The words of a text that are no scope of ours."""
    return [word for word in _words(text) if not scopes(word)]


def _words(text: str) -> list[str]:
    """Between spaces, and nothing else that looks like one."""
    return [word for word in text.split(" ") if word]


def _scopes(pairs: Iterable[tuple[str, str]]) -> Scopes:
    """Letters of one type together; what is asked for every type need not be said again of one."""
    told: dict[str, set[str]] = {}
    for kind, letters in pairs:
        told.setdefault(kind, set()).update(letters)
    every = told.get("*", set())
    kept = {kind: letters if kind == "*" else letters - every for kind, letters in told.items()}
    return Scopes(
        {kind: "".join(one for one in _LETTERS if one in letters) for kind, letters in kept.items() if letters}
    )
