"""Difference: what a changed mappings folder changes, before it is made active: values, answers, verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from natars_fhir.domain.record import Fact, Record, Value
from natars_fhir.domain.screening import Screening

What = Literal["value", "answer", "verdict", "scope"]


class Change(NamedTuple):
    """One thing of one patient that is read otherwise. An empty side: it is new, or gone."""

    patient: str
    what: What
    #: the concept, or the criterion
    name: str
    before: str
    after: str
    #: the resource and the place in it; of a value only
    place: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """What one patient comes to with one mapping, as far as it is compared."""

    facts: Counter[tuple[str, str, str]]
    answers: Mapping[str, str]
    verdict: str
    in_scope: bool


def stand(record: Record, screening: Screening) -> Stand:
    """The values with their places, the answers and the verdict; never the mapping that they were read with."""
    facts = Counter((fact.concept, _place(fact), _value(fact)) for fact in record.facts)
    answers = {criterion.id: found.answer.word for criterion, found in screening.findings}
    return Stand(facts, answers, screening.verdict, screening.in_scope)


NOBODY = Stand(Counter(), {}, "", in_scope=False)


def changes(old: Mapping[str, Stand], new: Mapping[str, Stand]) -> list[Change]:
    """Everything that differs, patient by patient."""
    return [
        change
        for patient in sorted({*old, *new})
        for change in _of(patient, old.get(patient, NOBODY), new.get(patient, NOBODY))
    ]


def _of(patient: str, old: Stand, new: Stand) -> Iterable[Change]:
    if old.verdict != new.verdict:
        yield Change(patient, "verdict", "", old.verdict, new.verdict)
    if old.in_scope != new.in_scope:
        yield Change(patient, "scope", "", _scope(old), _scope(new))
    for name in {**old.answers, **new.answers}:
        before, after = old.answers.get(name, ""), new.answers.get(name, "")
        if before != after:
            yield Change(patient, "answer", name, before, after)
    yield from _values(patient, old.facts - new.facts, new.facts - old.facts)


def _values(patient: str, gone: Counter[tuple[str, str, str]], come: Counter[tuple[str, str, str]]) -> Iterable[Change]:
    """Another value of the same concept at the same place is one change, and not two."""
    before, after = _by_place(gone), _by_place(come)
    for key in sorted({*before, *after}):
        left, right = before.get(key, []), after.get(key, [])
        for at in range(max(len(left), len(right))):
            pair = (left[at] if at < len(left) else "", right[at] if at < len(right) else "")
            yield Change(patient, "value", key[0], *pair, place=key[1])


def _by_place(facts: Counter[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for concept, place, value in sorted(facts.elements()):
        found.setdefault((concept, place), []).append(value)
    return found


class Counts(NamedTuple):
    """How much differs: ``14 values in 9 patients, 1 verdict``."""

    values: int
    patients: int
    answers: int
    verdicts: int


def counts(found: Iterable[Change]) -> Counts:
    """The figures of a list of changes."""
    every = list(found)
    number = Counter(one.what for one in every)
    return Counts(number["value"], len({one.patient for one in every}), number["answer"], number["verdict"])


def _scope(one: Stand) -> str:
    return "in scope" if one.in_scope else "not in scope"


def _place(fact: Fact) -> str:
    span = f" {fact.span[0]}–{fact.span[1]}" if fact.span else ""
    return f"{fact.source.reference} {fact.path}{span}"


def _value(fact: Fact) -> str:
    """The value in words, with the day and its standing: what of these changes is a change."""
    told = [_words(fact.value), *(f"{key} {_detail(value)}" for key, value in fact.detail)]
    told += [fact.when] if fact.when else []
    return ", ".join([*told, *([fact.standing] if fact.standing != "final" else [])])


def _detail(value: Value | tuple[str, ...]) -> str:
    return "/".join(value) if isinstance(value, tuple) else _words(value)


def _words(value: Value) -> str:
    if isinstance(value, str):
        return value
    ends = f"{value.low}" if value.low == value.high else f"{_end(value.low)}–{_end(value.high)}"
    return f"{ends} {value.unit}".strip()


def _end(point: object) -> str:
    return "…" if point is None else str(point)
