"""Suggest: what a code, a unit or a text that was not understood may mean. A hint for a person, never applied.

By the name beside the code, by the code's own letters, and by its neighbours in the map, in this order. A neighbour
tells only where to look: two items of one form stand side by side and ask for different things.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from typing import Literal

from natars_fhir.mapping.codes import Systems
from natars_fhir.mapping.heard.gaps import Gap, is_name
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import one
from natars_fhir.mapping.schema import Site
from natars_fhir.mapping.terms.crosswalk import Remarks, Row, Target, local_rows

Because = Literal["name", "similar name", "code", "spelling", "neighbour"]

_MARK = re.compile(r"[\s()（）\[\]【】\-_/·:：,，.#*＊]+")
#: The Chinese, and the Latin, of a name that mixes them.
_RUN = re.compile("[\u3400-\u9fff]+|[a-z][a-z0-9]+")
_CLOSE, _CLOSE_LATIN = 0.75, 0.85
_NEAR = 0.8
#: A name of one Chinese character, or of two letters, says too little.
_LEAST = 2
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What it may mean; ``like`` is the name, the code or the unit that it resembles."""

    target: Target
    because: Because
    like: str


@dataclass(frozen=True, slots=True)
class Suggester:
    """The names that a site's codes may go by: our words, the narrative's names, the remarks of its own file."""

    lore: Lore
    names: Mapping[str, Target]
    codes: Mapping[str, Mapping[str, Target]]
    #: two signs in a row → the names that have them
    pairs: Mapping[tuple[str, str], Sequence[str]]
    _known: dict[tuple[Gap, str], Suggestion | None] = field(default_factory=dict, compare=False)

    def of(self, gap: Gap, display: str = "") -> Suggestion | None:
        """The best hint for one gap; None where nothing resembles it. Remembered: lists are shown again and again."""
        key = (gap, display)
        if key not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[key] = self._look(gap, display)
        return self._known[key]

    def _look(self, gap: Gap, display: str) -> Suggestion | None:
        if gap.what == "unit":
            return self._unit(gap)
        if is_name(gap):
            named = self._named(gap.item)
            return named if named and named.target.part == "asked" else None
        if gap.what == "text":
            return self._answer(gap.concept or gap.about, gap.item)
        if gap.what != "code" or not gap.item:
            return None
        if gap.concept:
            return self._answer(gap.concept, display) or self._neighbour(gap)
        return self._named(display) or self._letters(gap.item) or self._neighbour(gap)

    def _named(self, display: str) -> Suggestion | None:
        whole = plain(display)
        said = [name for name in (whole, *_RUN.findall(whole)) if len(name) >= _LEAST]
        for name in said:
            if name in self.names:
                return Suggestion(self.names[name], "name", name)
        within = max((known for known in self.names if _within(known, whole)), key=len, default="")
        if within:
            return Suggestion(self.names[within], "name", within)
        for name in said:
            cutoff = _CLOSE_LATIN if name.isascii() else _CLOSE
            if close := get_close_matches(name, self._alike(name), n=1, cutoff=cutoff):
                return Suggestion(self.names[close[0]], "similar name", close[0])
        return None

    def _alike(self, name: str) -> set[str]:
        """The known names that share two signs in a row: the others are not worth a comparison."""
        return {known for pair in pairwise(name) for known in self.pairs.get(pair, ())}

    def _letters(self, code: str) -> Suggestion | None:
        """A code that is itself the name of a concept: ``ALT``, ``ECOG``."""
        name = plain(code)
        return Suggestion(self.names[name], "code", name) if name in self.names else None

    def _neighbour(self, gap: Gap) -> Suggestion | None:
        known = self.codes.get(self.lore.systems.name(gap.about), {})
        close = _numbered(gap.item, known) or get_close_matches(gap.item, known, n=1, cutoff=_NEAR)
        return Suggestion(known[close[0]], "neighbour", close[0]) if close else None

    def _answer(self, concept: str, text: str) -> Suggestion | None:
        """What the words say of the concept, as a report's would."""
        if not text or concept not in self.lore.concepts:
            return None
        said = one(text, self.lore.words, concept)
        if said is not None and isinstance(said.value, str) and said.concept == concept:
            return Suggestion(Target("value", said.value), "name", text)
        return None

    def _unit(self, gap: Gap) -> Suggestion | None:
        units = self.lore.units.get(gap.about)
        if units is None or not gap.item:
            return None
        known = {spelling: unit for spelling, unit in units.spellings.items() if unit in units.accepts}
        known |= {unit: unit for unit in units.accepts if unit}
        alike = {unit_letters(spelling): unit for spelling, unit in known.items()}
        letters = unit_letters(gap.item)
        if letters in alike:
            return Suggestion(Target("unit", alike[letters]), "spelling", alike[letters])
        close = get_close_matches(letters, alike, n=1, cutoff=_NEAR)
        return Suggestion(Target("unit", alike[close[0]]), "spelling", alike[close[0]]) if close else None


def _numbered(code: str, known: Iterable[str]) -> list[str]:
    """The nearest code that differs in its number alone: items of one form stand side by side."""
    head, number = _split(code)
    alike = [other for other in known if number is not None and _split(other)[0] == head]
    near = sorted((abs((_split(other)[1] or 0) - (number or 0)), other) for other in alike)
    return [other for _, other in near[:1]]


def _split(code: str) -> tuple[str, int | None]:
    head = code.rstrip("0123456789")
    digits = code[len(head) :]
    return head, int(digits) if digits.isascii() and digits else None


def suggester(lore: Lore, site: Site, remarks: Remarks) -> Suggester:
    """What the mapping files say, as names."""
    rows = list(local_rows(site, remarks))
    names: dict[str, Target] = {}
    for name, target in (*_remarked(rows), *_worded(lore)):
        if len(said := plain(name)) >= _LEAST:
            names.setdefault(said, target)
    pairs: dict[tuple[str, str], list[str]] = {}
    for name in names:
        for pair in set(pairwise(name)):
            pairs.setdefault(pair, []).append(name)
    return Suggester(lore, names, _codes(rows, lore.systems), pairs)


def _remarked(rows: list[Row]) -> Iterator[tuple[str, Target]]:
    yield from ((row.remark, row.target) for row in rows if row.remark and row.target.part in ("asked", "says"))


def _worded(lore: Lore) -> Iterator[tuple[str, Target]]:
    for name, concept in lore.concepts.items():
        yield from ((word, Target("asked", name)) for word in (concept.zh, concept.en, name))
    for tag, words in lore.words["markers.marker"].words.items():
        if tag in lore.concepts:
            yield from ((word, Target("asked", tag)) for word in words)
    for word, meant in lore.drugs.drugs.items():
        yield word, Target("says", meant.concept, meant.value)


def _codes(rows: list[Row], systems: Systems) -> dict[str, dict[str, Target]]:
    found: dict[str, dict[str, Target]] = {}
    for row in rows:
        if row.target.part != "unit":
            found.setdefault(systems.name(row.code.system), {})[row.code.code] = row.target
    return found


def plain(text: str) -> str:
    """A name without letter case, width, blanks and signs: ``CDK-4（免疫组化）`` → ``cdk4免疫组化``."""
    return _MARK.sub("", unicodedata.normalize("NFKC", text).casefold())


def _within(known: str, name: str) -> bool:
    """Does a name hold a known one? Of Latin letters only as a word of its own, and no short one."""
    if known not in name or len(known) == len(name):
        return False
    if not known.isascii():
        return True
    at = name.index(known)
    before, after = name[at - 1 : at], name[at + len(known) : at + len(known) + 1]
    return (
        len(known) > _LEAST
        and not (before.isascii() and before.isalnum())
        and not (after.isascii() and after.isalnum())
    )


_UNIT_SIGNS = str.maketrans("µμ", "uu", "×✕*^ ()")


def unit_letters(text: str) -> str:
    """What is left of a unit's spelling without signs of powers, width and letter case: for likeness, never to read."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_UNIT_SIGNS).removeprefix("x")
