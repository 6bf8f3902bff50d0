"""What pydantic cannot see in the mapping files: names that must agree across files, and paths that must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from natars_fhir.domain.choice import GREATEST
from natars_fhir.domain.dates import CLOCK
from natars_fhir.domain.questions.drugs import CLASSES
from natars_fhir.fhir.path import fault as path_fault
from natars_fhir.mapping.codes import SPELLINGS
from natars_fhir.mapping.faults import Fault, line_at, line_of, nearest
from natars_fhir.mapping.narrative.said import Kind as Report
from natars_fhir.mapping.ranges import codes as codes_of
from natars_fhir.mapping.schema import Code, Concept, Concepts, Drug, DrugClass, Drugs, Kind, Says, System, View, Views
from natars_fhir.mapping.view import READERS, struct, types

NONE: Mapping[str, System] = MappingProxyType({})


def concepts_faults(path: Path, concepts: Concepts) -> list[Fault]:
    """Systems and spellings that exist, values that the concept can take, reasons for what is not verified."""
    source = path.read_text(encoding="utf-8")
    faults: list[tuple[str, str]] = []
    for name, concept in concepts.concepts.items():
        for code in concept.asked:
            faults += [(f"[concepts.{name}]", text) for text in _code(code, concepts)]
        for says in concept.says:
            faults += [(f"[concepts.{name}]", text) for text in _says(name, says, concepts)]
        faults += [
            (f"[concepts.{name}]", f"«{name}» spells a value that it does not have: «{value}»")
            for value in concept.spelt
            if value not in concept.values
        ]
        faults += [
            (f"[concepts.{name}]", text)
            for text in (*_choice(name, concept), *_implied(name, concept, concepts), *_tumour(name, concept, concepts))
        ]
        if concept.kind in ("number", "size") and concept.accepts and concept.unit not in concept.accepts:
            faults.append((f"[concepts.{name}]", f"«{name}» does not accept its own unit"))
    faults += [("[tumour]", f"«{kind}» always and never tells what a tumour is") for kind in _both(concepts)]
    faults += _units(concepts)
    for kind, groups in concepts.values.items():
        if kind not in _KINDS and kind not in concepts.concepts:
            faults.append((f"[[values.{kind}]]", f"unknown kind of concept «{kind}»{nearest(kind, _KINDS)}"))
        faults += [(f"[[values.{kind}]]", text) for says in groups for c in says.codes for text in _code(c, concepts)]
    for kind, codes in concepts.reports.items():
        if kind not in _REPORTS:
            faults.append((kind, f"unknown kind of report «{kind}»{nearest(kind, _REPORTS)}"))
        faults += [(kind, text) for code in codes for text in _code(code, concepts)]
    faults += _claimed_twice(concepts)
    told = [Fault(str(path), line_at(source, "systems", name), text) for name, text in system_faults(concepts.systems)]
    return [*told, *(Fault(str(path), line_of(source, word), text) for word, text in faults)]


def system_faults(systems: Mapping[str, System], beside: Mapping[str, System] = NONE) -> Iterator[tuple[str, str]]:
    """(name, fault): spellings that exist, and no address that two systems claim, those *beside* included."""
    others = {name: one for name, one in beside.items() if name not in systems}
    seen = {address: name for name, one in others.items() for address in (one.uri, *one.also)}
    for name, system in systems.items():
        if (spelling := system.spelling) not in SPELLINGS:
            yield name, f"system «{name}» has an unknown spelling «{spelling}»{nearest(spelling, SPELLINGS)}"
        for address in (system.uri, *system.also):
            if (other := seen.setdefault(address, name)) != name:
                yield name, f"«{address}» is the address of both «{other}» and «{name}»"


def _implied(name: str, concept: Concept, concepts: Concepts) -> Iterator[str]:
    """Values that the concept has, of which concepts that exist are told a value that they have."""
    for value, others in concept.implies.items():
        if value not in concept.values:
            yield f"«{name}» cannot be «{value}»{nearest(value, concept.values)}"
        for other, said in others.items():
            if other not in concepts.concepts:
                yield f"unknown concept «{other}»{nearest(other, concepts.concepts)}"
            elif said not in (allowed := _allowed(concepts.concepts[other])):
                yield f"«{other}» cannot be «{said}»{nearest(said, allowed)}"


def _both(concepts: Concepts) -> list[str]:
    return sorted(set(concepts.tumour.always) & set(concepts.tumour.never))


def _tumour(name: str, concept: Concept, concepts: Concepts) -> Iterator[str]:
    """Whether it tells what a tumour is: by its kind, or by its own word, and not by both."""
    by_kind = concept.kind in (*concepts.tumour.always, *concepts.tumour.never)
    if by_kind and concept.tumour is not None:
        yield f"«{name}» says what its kind «{concept.kind}» tells already: leave «tumour» out"
    elif not by_kind and concept.tumour is None:
        yield f"«{name}» must say whether it tells what a tumour is: tumour = true or false"


#: Kinds of which the greatest can be told.
_ORDERED = ("number", "size", "grade", "class")


def _choice(name: str, concept: Concept) -> Iterator[str]:
    """A choice rule that the concept's values, and the trial's clock, allow."""
    if concept.choose in GREATEST and not (concept.kind in _ORDERED or (concept.choose == "worst" and concept.values)):
        yield f"«{name}» has no {concept.choose} value: its values have no order"
    if name in CLOCK and concept.choose != "earliest":
        yield f"«{name}» tells when the trial began: its choice is «earliest»"


_KINDS: tuple[str, ...] = get_args(Kind)
_REPORTS: tuple[str, ...] = get_args(Report)


def _units(concepts: Concepts) -> Iterator[tuple[str, str]]:
    """Factors that can be, spellings of units that some concept accepts, and spellings of values that say one thing."""
    accepted = {unit for concept in concepts.concepts.values() for unit in concept.accepts}
    for spelling, unit in concepts.units.items():
        if unit not in accepted:
            yield (
                f'"{spelling}"',
                f"«{spelling}» stands for «{unit}», which no concept accepts{nearest(unit, accepted)}",
            )
    for name, concept in concepts.concepts.items():
        for unit, factor in concept.accepts.items():
            if factor <= 0:
                yield f"[concepts.{name}]", f"«{name}» accepts «{unit}» with a factor that is not above 0"
        seen: dict[str, str] = {}
        for value, texts in concept.spelt.items():
            for text in texts:
                if (other := seen.setdefault(text.casefold(), value)) != value:
                    yield f"[concepts.{name}]", f"«{text}» spells both «{other}» and «{value}» of «{name}»"


def _code(code: Code, concepts: Concepts) -> Iterator[str]:
    if code.system not in concepts.systems:
        yield f"unknown system «{code.system}»{nearest(code.system, concepts.systems)}"
    elif (code.first or code.apart) and not concepts.systems[code.system].hierarchical:
        yield f"a range in «{code.system}», which is not hierarchical"
    if not code.code and not (code.first and code.last):
        yield f"a row of «{code.system}» has neither a code nor a range"
    if not code.verified and not code.reason:
        yield f"«{code.code}» is not verified and gives no reason"
    yield from _range(code, concepts)


def _range(code: Code, concepts: Concepts) -> Iterator[str]:
    """A range that can be written out code by code, and whose codes are written as they are compared."""
    if code.first and code.last:
        try:
            codes_of(code.first, code.last)
        except ValueError as error:
            yield str(error)
    if code.system not in concepts.systems or not (code.first or code.apart):
        return
    spelt = SPELLINGS.get(concepts.systems[code.system].spelling, str.strip)
    for one in (code.code, code.first, code.last, *code.apart):
        if one and spelt(one) != one:
            yield f"«{one}» is written «{spelt(one)}» in a range or an exception of «{code.system}»"


def _allowed(concept: Concept) -> tuple[str, ...]:
    return ("present", "absent", "suspected") if concept.kind == "presence" else concept.values


def _says(name: str, says: Says, concepts: Concepts) -> Iterator[str]:
    concept = concepts.concepts[name]
    allowed = _allowed(concept)
    if says.value not in allowed:
        yield f"«{name}» cannot be «{says.value}»{nearest(says.value, allowed)}"
    for code in says.codes:
        yield from _code(code, concepts)


def _claimed_twice(concepts: Concepts) -> Iterator[tuple[str, str]]:
    """Two concepts that are asked by one code: nobody could say which is meant."""
    seen: dict[tuple[str, str], str] = {}
    for name, concept in concepts.concepts.items():
        for code in concept.asked:
            other = seen.setdefault((code.system, code.code), name)
            if other != name:
                yield f"[concepts.{name}]", f"«{code.code}» asks for both «{other}» and «{name}»"


def drugs_faults(path: Path, drugs: Drugs, concepts: Concepts) -> list[Fault]:
    """Codes of known systems, classes that a criterion may ask for, and no name that two drugs share."""
    source = path.read_text(encoding="utf-8")
    rows: list[tuple[str, int, Drug | DrugClass]] = [("drug", at, row) for at, row in enumerate(drugs.drug)]
    rows += [("group", at, row) for at, row in enumerate(drugs.group)]
    told = [(table, at, text) for table, at, row in rows for text in _drug(row, concepts)]
    names: dict[str, str] = {}
    for at, drug in enumerate(drugs.drug):
        shared = [name for name in drug.names if names.setdefault(name.casefold(), drug.name) != drug.name]
        told += [("drug", at, f"«{name}» names two drugs") for name in shared]
    return [Fault(str(path), line_at(source, table, at), text) for table, at, text in told]


def _drug(row: Drug | DrugClass, concepts: Concepts) -> Iterator[str]:
    for code in row.codes:
        yield from _code(code, concepts)
    for one in row.classes:
        if one not in CLASSES:
            yield f"«{row.name}» has an unknown class «{one}»{nearest(one, CLASSES)}"


def view_faults(path: Path, views: Views, concepts: Collection[str]) -> list[Fault]:
    """Readers, types, concepts and paths that exist. Without *concepts* these are not checked."""
    source = path.read_text(encoding="utf-8")
    told = ((at, word, text) for at, view in enumerate(views.view) for word, text in _view(view, concepts))
    return [Fault(str(path), line_at(source, "view", at, word), text) for at, word, text in told]


def _view(view: View, concepts: Collection[str]) -> Iterator[tuple[str, str]]:
    if view.fact and concepts and view.fact not in concepts:
        yield f'"{view.fact}"', f"unknown concept «{view.fact}»{nearest(view.fact, concepts)}"
    if view.reader not in READERS:
        yield f'"{view.reader}"', f"unknown reader «{view.reader}»{nearest(view.reader, READERS)}"
    kind = struct(view.resource)
    if kind is None:
        yield f'"{view.resource}"', f"no Struct was generated for «{view.resource}»{nearest(view.resource, types())}"
        return
    if view.about not in ("", view.resource) and (wrong := path_fault(kind, view.about)):
        yield f'"{view.about}"', wrong
    if view.each and (wrong := path_fault(kind, view.each)):
        yield f'"{view.each}"', wrong
        return
    inner = f"{view.each}." if view.each else ""
    within = [(inner, paths) for paths in (view.value, view.concept)]
    within += [("", paths) for paths in view.beside.values()]
    for prefix, paths in (*within, ("", view.when), ("", view.known), ("", view.says), ("", view.text)):
        for one in paths:
            if wrong := path_fault(kind, prefix + one):
                yield one, f"«{one}»: {wrong}"
