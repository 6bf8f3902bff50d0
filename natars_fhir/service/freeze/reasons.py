"""Reasons: which facts of a subject are otherwise in a later freeze, and why, as far as their marks tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from natars_fhir.service.freeze.loaded import Loaded, Origin

#: What a fact says: its concept, which fact it is, and the mark of what it says.
Said = tuple[str, str, str]


class Facts(NamedTuple):
    """What changed of one concept of one subject, for one reason (`data`, `mapping`, `as-of` or `code`)."""

    concept: str
    why: str
    added: int = 0
    removed: int = 0
    changed: int = 0


def facts_changed(name: str, a: Loaded, b: Loaded) -> Iterator[Facts]:
    """What of the facts changed, by concept and reason. A fact that says something else under its own name is changed;
    other bytes, or another mapping, that say the same change nothing."""
    told: Counter[tuple[str, str, str]] = Counter()
    for before, after in _pairs(a.facts.get(name, ()), b.facts.get(name, ())):
        one = after or before
        what = "changed" if before and after else "added" if after else "removed"
        if one is not None:
            told[one.concept, _why(name, before, after, a, b), what] += 1
    for concept, why in sorted({(concept, why) for concept, why, _ in told}):
        yield Facts(concept, why, *(told[concept, why, what] for what in Facts._fields[2:]))


def _pairs(before: Iterable[Origin], after: Iterable[Origin]) -> Iterator[tuple[Origin | None, Origin | None]]:
    """What only one of them says, each beside what the other says of the same fact."""
    old, new = list(before), list(after)
    alike = Counter(map(_said, old)) & Counter(map(_said, new))
    removed, added = _without(old, alike), _without(new, alike)
    waiting: dict[str, list[Origin]] = {}
    for one in added:
        waiting.setdefault(one.fact, []).append(one)
    for one in removed:
        match = waiting.get(one.fact)
        yield one, match.pop(0) if match else None
    yield from ((None, one) for rest in waiting.values() for one in rest)


def _said(one: Origin) -> Said:
    return one.concept, one.fact, one.says


def _without(told: Iterable[Origin], alike: Counter[Said]) -> list[Origin]:
    left, rest = Counter(alike), []
    for one in told:
        if left[_said(one)]:
            left[_said(one)] -= 1
        else:
            rest.append(one)
    return rest


def _why(name: str, before: Origin | None, after: Origin | None, a: Loaded, b: Loaded) -> str:
    """By the bytes that told it: new or gone ones are new data; the same ones were read otherwise. Where nothing else
    is otherwise, other resources had a say."""
    if after is not None and not _knows(a, name, after.source):
        return "data"
    if after is None and before is not None and not _knows(b, name, before.source):
        return "data"
    return made_otherwise(a, b)[0]


def _knows(freeze: Loaded, name: str, source: str) -> bool:
    """Were these bytes in the store, the subject's or (for they told nothing) nobody's?"""
    return any(source in freeze.sources.get(whose, ()) for whose in (name, ""))


def made_otherwise(a: Loaded, b: Loaded) -> tuple[str, ...]:
    """What the two were made of or with that is not the same, the likeliest first; else the data."""
    told = {"mapping": "mapping", "as-of": "as_of", "trial-file": "trial_file", "code": "code"}
    found = tuple(why for why, name in told.items() if getattr(a.manifest, name) != getattr(b.manifest, name))
    return found or ("data",)
