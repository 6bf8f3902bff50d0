"""Masks: how one value goes out of one subject's export; each rule of mappings/export/allowed.toml by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from natars_fhir.export.pseudonym import ExportKeys, keyed_id
from natars_fhir.export.shift import shifted
from natars_fhir.fhir.build import absent

#: A date that stays: said by an extension in its place.
MASKED = absent("masked")
#: Instead of a value that has no form in which it may go out.
GONE = object()
#: Of a free text no more goes out, in characters.
_LONGEST = 500
_HEXADECIMAL = re.compile("[0-9a-f]{6,64}")


@dataclass(slots=True)
class Mask:
    """One subject's export: by how many days, under which name, with which words; and what was left out."""

    keys: ExportKeys
    words: frozenset[str]
    subject: str = ""
    back: int = 0
    as_of: str = ""
    scrub: Callable[[str], str] | None = None
    #: (place, why) → how often
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: reference → what it is told as
    ids: dict[str, str] = field(default_factory=dict)
    _days: dict[str, str | None] = field(default_factory=dict)

    def key(self, kind: str, handle: str) -> str:
        """The id that stands for *handle*."""
        return self.named(f"{kind}/{handle}")[len(kind) + 1 :]

    def named(self, reference: str) -> str:
        """A reference (``Type/handle``) with the id that stands for the handle."""
        found = self.ids.get(reference)
        if found is None:
            kind, _, handle = reference.partition("/")
            found = self.ids[reference] = f"{kind}/{keyed_id(self.keys, self.subject, kind, handle)}"
        return found

    def day(self, written: str) -> str | None:
        """The day as it goes out: many things are of one day."""
        if written not in self._days:
            self._days[written] = shifted(written, self.back)
        return self._days[written]

    def leave(self, place: str, why: str) -> Any:
        """Leaves something out, and remembers where."""
        self.left[place, why] += 1
        return None


#: What one rule makes of one value; None where it does not go out.
Rule = Callable[[Any, Mask], Any]
Made = Callable[[str], Rule]


def word(value: Any, mask: Mask) -> Any:
    """A text of ours; whatever else stands there (a number, an object) is none. Tables know this rule by itself."""
    return value if value.__class__ is str and value in mask.words else mask.leave("Element", "word")


def _word(_: str) -> Rule:
    return word


def _name(place: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        ours = value.__class__ is str and (value == mask.subject or value in mask.words)
        return value if ours else mask.leave(place, "word")

    return rule


def _number(place: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return value if isinstance(value, int | Decimal) else mask.leave(place, "number")

    return rule


def _day(_: str) -> Rule:
    def rule(value: Any, mask: Mask) -> Any:
        return (mask.day(value) if value.__class__ is str else None) or GONE

    return rule


def _keyed(place: str) -> Rule:
    kind = place.partition(".")[0]

    def rule(value: Any, mask: Mask) -> Any:
        return mask.key(kind, value) if value.__class__ is str else mask.leave(place, "word")

    return rule


def _reference(place: str) -> Rule:
    """``Type/handle`` of a resource that goes out; a study's id is told as it is."""

    def rule(value: Any, mask: Mask) -> Any:
        if value.__class__ is not str:
            return mask.leave(place, "word")
        if (same := mask.ids.get(value)) is not None:
            return same
        kind = value.partition("/")[0]
        if kind == "ResearchStudy":
            return value if value in mask.words else mask.leave(place, "word")
        return mask.named(value) if kind in mask.words else mask.leave(place, "word")

    return rule


def _as_of(_: str) -> Rule:
    return lambda _, mask: mask.as_of


def _digest(place: str) -> Rule:
    """A digest of a folder of ours."""

    def rule(value: Any, mask: Mask) -> Any:
        ours = value.__class__ is str and _HEXADECIMAL.fullmatch(value)
        return value if ours else mask.leave(place, "word")

    return rule


def _text(_: str) -> Rule:
    """Free text: never, unless it was asked for, and then scrubbed; cut only afterwards, for half a number is none."""
    return lambda value, mask: mask.scrub(value)[:_LONGEST] if mask.scrub is not None else None


def _trial(_: str) -> Rule:
    return lambda value, _: value


def _out(_: str) -> Rule:
    return lambda _, __: None


#: How an element may go out.
RULES: Mapping[str, Made] = {
    "word": _word,
    "name": _name,
    "number": _number,
    "day": _day,
    "keyed": _keyed,
    "reference": _reference,
    "as-of": _as_of,
    "digest": _digest,
    "text": _text,
    "trial": _trial,
    "out": _out,
}
