"""Faults of the CDISC map: what names a dataset, variable, concept, value, unit or code list that there is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from natars_fhir.domain.nearest import unknown
from natars_fhir.export.cdisc.plan import Dataset, Placed, Plan, Told, Variable
from natars_fhir.export.cdisc.readings import READINGS

#: Code lists that are made: of the arms.
MADE = ("ARMCD",)
#: Words that stand in the file one below the other, for the line of a fault.
Words = tuple[str, ...]
Fault = tuple[Words, str]


def faults(plan: Plan, concepts: Mapping[str, Told]) -> list[Fault]:
    """Everything that is wrong, each with the words at which it stands."""
    return [
        *_twice("variable", (one.name for one in plan.variable)),
        *_twice("dataset", (one.name for one in plan.dataset)),
        *_twice("concept", [*(one.name for one in plan.concept), *(one.concept for one in plan.left_out)]),
        *(fault for one in plan.variable for fault in _variable(one, plan)),
        *(fault for one in plan.dataset for fault in _dataset(one, plan)),
        *(fault for one in plan.concept for fault in _placed(one, plan, concepts)),
        *(
            ((f'concept = "{one.concept}"',), f"left_out: {unknown(one.concept, concepts, 'concept')}")
            for one in plan.left_out
            if one.concept not in concepts
        ),
        *(_units(plan, concepts) if _named(plan) else ()),
        *(_codes(plan, concepts) if _named(plan) else ()),
    ]


def _named(plan: Plan) -> bool:
    return all(one.dataset in {each.name for each in plan.dataset} for one in plan.concept)


def _twice(what: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield (f'"{name}"',), f"{what} {name} stands {count} times"


def _unknown(
    at: tuple[str, ...], place: str, names: Iterable[str], known: Collection[str], what: str
) -> Iterator[Fault]:
    return ((at, f"{place}: {unknown(name, known, what)}") for name in names if name not in known)


def _variable(one: Variable, plan: Plan) -> Iterator[Fault]:
    at, place = (f'name = "{one.name}"',), f"variable {one.name}"
    if bool(one.source) == bool(one.constant):
        yield at, f"{place}: either `from` or a `constant` says what fills it"
    if one.source:
        yield from _unknown(at, place, [one.source], READINGS, "filling")
    if one.terms:
        yield from _unknown(at, place, [one.terms], {*plan.terms, *MADE}, "code list")


def _dataset(one: Dataset, plan: Plan) -> Iterator[Fault]:
    at, place = (f'name = "{one.name}"',), f"dataset {one.name}"
    known = {each.name: each for each in plan.variable}
    yield from _unknown(at, place, one.variables, known, "variable")
    names = [known[name].named(one.name) for name in one.variables if name in known]
    yield from ((at, f"{place}: {name} stands twice") for name, count in Counter(names).items() if count > 1)
    for name in one.variables:
        rows = READINGS[known[name].source].rows if name in known and known[name].source in READINGS else ()
        if rows and one.rows not in rows:
            yield at, f"{place}: a row is a {one.rows}, which cannot fill {name}"


def _placed(one: Placed, plan: Plan, concepts: Mapping[str, Told]) -> Iterator[Fault]:
    at, place = (f'name = "{one.name}"',), f"concept {one.name}"
    members = _members(one, concepts)
    if not members:
        yield at, f"{place}: {unknown(one.name, concepts, 'concept')}"
    datasets = {each.name: each for each in plan.dataset}
    yield from _unknown(at, place, filter(None, (one.dataset, one.of_trial)), datasets, "dataset")
    if one.dataset in datasets:
        yield from _called(one, datasets[one.dataset], at, place)
    for name in members:
        if concepts[name].values:
            words = {*concepts[name].values, "*", "present", "absent", "suspected", "not-done"}
            yield from _unknown(at, place, one.values, words, "value")


def _members(one: Placed, concepts: Mapping[str, Told]) -> list[str]:
    if one.name.endswith("*"):
        return [name for name in concepts if name.startswith(one.name[:-1])]
    return [one.name] if one.name in concepts else []


def _called(one: Placed, dataset: Dataset, at: Words, place: str) -> Iterator[Fault]:
    family = one.name.endswith("*")
    if dataset.rows == "time":
        yield at, f"{place}: the rows of {dataset.name} are no facts"
    if dataset.rows == "subject" and one.code not in dataset.variables:
        yield at, f"{place}: its code must name a variable of {dataset.name}"
    if dataset.rows == "fact" and not family and "--TESTCD" in dataset.variables and not one.code:
        yield at, f"{place}: {dataset.name} asks for a code"
    if not family and not one.term:
        yield at, f"{place}: its term is missing"


def _units(plan: Plan, concepts: Mapping[str, Told]) -> Iterator[Fault]:
    """A number whose unit CDISC has no name for would go out without one."""
    measured = {one.name for one in plan.dataset if "--STRESU" in one.variables}
    for name, place in plan.places(concepts).items():
        unit = concepts[name].unit
        if unit and place.dataset in measured and unit not in plan.units:
            yield ("[units]",), f"units: {unit}, the unit of {name}, has no name"


def _codes(plan: Plan, concepts: Mapping[str, Told]) -> Iterator[Fault]:
    """Two concepts of one dataset under one code could not be told apart."""
    codes = Counter((one.dataset, one.code) for one in plan.places(concepts).values() if one.code)
    for (dataset, code), count in codes.items():
        if count > 1:
            yield (f'code = "{code}"',), f"dataset {dataset}: {count} concepts have the code {code}"
