"""Readiness: does a site's feed tell what the trial needs? For every needed element, of the patients in scope.

The figure: of each element that counts, the share of the patients it is asked of who have a final value; and of these
shares the mean. Values are counted by word, and only those that come from a list of the trial's: a date, a number or a
text is told by its kind alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from natars_fhir.domain.record import Record, Value
from natars_fhir.domain.study import Need
from natars_fhir.mapping.heard.unmapped import Listed
from natars_fhir.mapping.lore import Lore

#: `read`: of everyone; `partly`; `doubtful`: only pending or with doubt; `not understood`: it came and was not read;
#: `not mapped`: a code came that may mean it; `missing`: nothing came that looks like it; `not asked`: of nobody here.
State = Literal["read", "partly", "doubtful", "not understood", "not mapped", "missing", "not asked"]

#: Kinds whose values are words of the trial's own lists.
_WORDS = frozenset({"ihc", "fish", "grade", "class", "histology", "coded", "presence", "answer", "drug"})

#: Kinds whose numbers are steps of a short scale.
_STEPS = frozenset({"class", "grade"})


@dataclass(frozen=True, slots=True)
class Element:
    """One needed element: of how many patients it is asked, how many have it, what it was read as."""

    need: Need
    asked: int
    read: int
    doubtful: int
    values: dict[str, int]
    #: what was sent of it and not understood; codes that may mean it
    unread: tuple[Listed, ...]
    hints: tuple[Listed, ...]

    @property
    def missing(self) -> int:
        """Patients of whom nothing is known."""
        return self.asked - self.read - self.doubtful

    @property
    def state(self) -> State:
        """In one word."""
        if not self.asked:
            return "not asked"
        if self.read:
            return "read" if self.read == self.asked else "partly"
        if self.doubtful:
            return "doubtful"
        return "not understood" if self.unread else "not mapped" if self.hints else "missing"


@dataclass(frozen=True, slots=True)
class Readiness:
    """All elements, in the trial's order."""

    patients: int
    in_scope: int
    elements: tuple[Element, ...]

    @property
    def figure(self) -> float:
        """0 to 1; 0 where nobody is in scope, for then nothing is shown."""
        shares = [one.read / one.asked for one in self.elements if one.asked and not one.need.helps]
        return sum(shares) / len(shares) if shares else 0.0


def readiness(
    patients: Iterable[tuple[Record, bool]], needs: Sequence[Need], gaps: Sequence[Listed], lore: Lore
) -> Readiness:
    """What is told of *patients* (record, in scope?), and what of their feed was not understood."""
    told = [_Told(need) for need in needs]
    everybody = in_scope = 0
    for record, concerned in patients:
        everybody += 1
        in_scope += concerned
        for one in told if concerned else ():
            one.take(record, lore)
    return Readiness(everybody, in_scope, tuple(one.element(gaps) for one in told))


class _Told:
    """Counts one element while the patients pass."""

    def __init__(self, need: Need) -> None:
        self._need = need
        self._asked = self._read = self._doubtful = 0
        self._values: Counter[str] = Counter()

    def take(self, record: Record, lore: Lore) -> None:
        types = {fact.value for fact in record.about("histology") if fact.standing == "final"}
        if self._need.of and not types.intersection(self._need.of):
            return
        self._asked += 1
        facts = record.about(*self._need.any_of)
        final = [fact for fact in facts if fact.standing == "final"]
        self._read += bool(final)
        self._doubtful += bool(facts) and not final
        self._values.update({_word(fact.concept, fact.value, lore) for fact in final})

    def element(self, gaps: Sequence[Listed]) -> Element:
        concepts = set(self._need.any_of)
        unread = tuple(one for one in gaps if concepts & {one.gap.about, one.gap.concept})
        hints = tuple(one for one in gaps if one not in unread and _may_mean(one, concepts))
        values = dict(self._values.most_common())
        return Element(self._need, self._asked, self._read, self._doubtful, values, unread, hints)


def _may_mean(one: Listed, concepts: set[str]) -> bool:
    return one.hint is not None and one.hint.because != "neighbour" and one.hint.target.code in concepts


def _word(concept: str, value: Value, lore: Lore) -> str:
    """A word of the trial's lists as it is; anything else by its kind."""
    kind = lore.kind(concept)
    if isinstance(value, str):
        return value if kind in _WORDS else f"a {kind}"
    if kind in _STEPS:
        return str(value.low) if value.low == value.high else f"{value.low}–{value.high}"
    return f"a number in {value.unit}" if value.unit else "a number"
