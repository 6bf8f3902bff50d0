"""What pydantic cannot see in the mapping files: names that must agree across files, and paths that must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from natars_fhir.fhir.path import fault as path_fault
from natars_fhir.mapping.codes import SPELLINGS
from natars_fhir.mapping.faults import Fault, line_of, nearest
from natars_fhir.mapping.schema import Code, Concept, Concepts, Drugs, LocalCode, Says, Site, System, View, Views
from natars_fhir.mapping.view import READERS, struct


def concepts_faults(path: Path, concepts: Concepts) -> list[Fault]:
    """Systems and spellings that exist, values that the concept can take, reasons for what is not verified."""
    source = path.read_text(encoding="utf-8")
    faults: list[tuple[str, str]] = []
    faults += _systems(concepts.systems)
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
        if concept.kind in ("number", "size") and concept.accepts and concept.unit not in concept.accepts:
            faults.append((f"[concepts.{name}]", f"«{name}» does not accept its own unit"))
    for kind, groups in concepts.values.items():
        faults += [(f"[[values.{kind}]]", text) for says in groups for c in says.codes for text in _code(c, concepts)]
    for kind, codes in concepts.reports.items():
        faults += [(kind, text) for code in codes for text in _code(code, concepts)]
    faults += _claimed_twice(concepts)
    return [Fault(str(path), line_of(source, word), text) for word, text in faults]


def _systems(systems: Mapping[str, System]) -> Iterator[tuple[str, str]]:
    for name, system in systems.items():
        if (spelling := system.spelling) not in SPELLINGS:
            yield name, f"system «{name}» has an unknown spelling «{spelling}»{nearest(spelling, SPELLINGS)}"


def _code(code: Code, concepts: Concepts) -> Iterator[str]:
    if code.system not in concepts.systems:
        yield f"unknown system «{code.system}»{nearest(code.system, concepts.systems)}"
    elif (code.first or code.apart) and not concepts.systems[code.system].hierarchical:
        yield f"a range in «{code.system}», which is not hierarchical"
    if not code.code and not (code.first and code.last):
        yield f"a row of «{code.system}» has neither a code nor a range"
    if not code.verified and not code.reason:
        yield f"«{code.code}» is not verified and gives no reason"


def _says(name: str, says: Says, concepts: Concepts) -> Iterator[str]:
    concept = concepts.concepts[name]
    allowed = ("present", "absent", "suspected") if concept.kind == "presence" else concept.values
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
    """Codes of known systems, and no name that two drugs share."""
    source = path.read_text(encoding="utf-8")
    codes = [code for drug in drugs.drug for code in drug.codes] + [c for group in drugs.group for c in group.codes]
    found = [text for code in codes for text in _code(code, concepts)]
    names: dict[str, str] = {}
    for drug in drugs.drug:
        for name in drug.names:
            if names.setdefault(name.casefold(), drug.name) != drug.name:
                found += [f"«{name}» names two drugs"]
    return [Fault(str(path), line_of(source, text.split("«")[1].partition("»")[0]), text) for text in found]


def view_faults(path: Path, views: Views) -> list[Fault]:
    """Readers, types and paths that exist."""
    source = path.read_text(encoding="utf-8")
    return [Fault(str(path), line_of(source, word), text) for view in views.view for word, text in _view(view)]


def _view(view: View) -> Iterator[tuple[str, str]]:
    if view.reader not in READERS:
        yield f'"{view.reader}"', f"unknown reader «{view.reader}»{nearest(view.reader, READERS)}"
    kind = struct(view.resource)
    if kind is None:
        yield f'"{view.resource}"', f"no Struct was generated for «{view.resource}»"
        return
    if view.about not in ("", view.resource) and (wrong := path_fault(kind, view.about)):
        yield f'"{view.about}"', wrong
    inner = f"{view.each}." if view.each else ""
    within = [(inner, paths) for paths in (view.value, view.concept)]
    for prefix, paths in (*within, ("", view.when), ("", view.known), ("", view.says), ("", view.text)):
        for one in paths:
            if wrong := path_fault(kind, prefix + one):
                yield one, f"«{one}»: {wrong}"


def site_faults(path: Path, site: Site, concepts: Concepts, drugs: Drugs) -> list[Fault]:
    """Local codes that name concepts, values and drugs which exist; systems and units that can be read."""
    source = path.read_text(encoding="utf-8")
    faults = [
        (code, text)
        for codes in site.codes.values()
        for code, local in codes.items()
        for text in _local(code, local, concepts, drugs)
    ]
    faults += _systems(site.systems)
    accepted = {unit for concept in concepts.concepts.values() for unit in concept.accepts}
    for spelling, unit in site.units.items():
        if unit not in accepted:
            near = nearest(unit, accepted)
            faults.append((spelling, f"«{spelling}» stands for «{unit}», which no concept accepts{near}"))
    if site.site != path.stem:
        faults.append((site.site, f"«{site.site}» stands in a file of another name"))
    return [Fault(str(path), line_of(source, word), text) for word, text in faults]


def _local(code: str, local: str | LocalCode, concepts: Concepts, drugs: Drugs) -> Iterable[str]:
    row = LocalCode(concept=local) if isinstance(local, str) else local
    if row.report:
        if row.report not in concepts.reports:
            yield f"«{code}»: unknown kind of report «{row.report}»{nearest(row.report, concepts.reports)}"
        return
    if row.concept and row.concept not in concepts.concepts:
        yield f"«{code}»: unknown concept «{row.concept}»{nearest(row.concept, concepts.concepts)}"
    elif row.concept and row.value:
        allowed = _allowed(concepts.concepts[row.concept], drugs)
        if allowed and row.value not in allowed:
            yield f"«{code}»: «{row.concept}» cannot be «{row.value}»{nearest(row.value, allowed)}"
    elif not row.concept and not row.value:
        yield f"«{code}» says nothing"
    elif not row.concept:
        words = {says.value for groups in concepts.values.values() for says in groups}
        if row.value not in words:
            yield f"«{code}»: no kind of concept has the value «{row.value}»{nearest(row.value, words)}"


def _allowed(concept: Concept, drugs: Drugs) -> tuple[str, ...]:
    """The values that a code may say of a concept; empty where any will do."""
    if concept.kind == "drug":
        return (*(drug.name for drug in drugs.drug), *(group.name for group in drugs.group))
    return ("present", "absent", "suspected") if concept.kind == "presence" else concept.values
