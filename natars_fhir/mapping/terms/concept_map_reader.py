"""ConceptMaps taken in: what a terminology server holds, as rows of a site's file. `concept_map` turned round.

A map is believed only where it is active, and only where its target says no more than the code does: a narrower or an
uncertain target would make a fact of a guess. https://hl7.org/fhir/R4/valueset-concept-map-equivalence.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Row, Target
from natars_fhir.mapping.units import UCUM

#: Equivalences under which the target holds wherever the source does.
_BELIEVED = frozenset({"equal", "equivalent", "wider", "subsumes"})
#: What says that there is no target: nothing to take in, and nothing wrong.
_NONE = frozenset({"unmatched", "disjoint"})

Found = tuple[list[Row], list[Issue]]


def rows_of(concept_map: Any, lore: Lore) -> Found:
    """The rows that a ConceptMap tells for the site of *lore*, and what of it is not taken in. Never raises."""
    if not isinstance(concept_map, dict) or concept_map.get("resourceType") != "ConceptMap":
        return [], [_issue("structure", "", "This is no ConceptMap.")]
    if concept_map.get("status") != "active":
        text = "Only an active map is taken in: a person reviews a draft, and then makes it active."
        return [], [_issue("business-rule", "ConceptMap.status", text)]
    issues: list[Issue] = []
    groups = enumerate(_list(concept_map, "group"))
    rows = [row for at, group in groups for row in _group(group, f"ConceptMap.group[{at}]", lore, issues)]
    return _once(rows, issues), issues


def _group(group: Mapping[str, Any], place: str, lore: Lore, issues: list[Issue]) -> Iterator[Row]:
    source, system = _text(group, "source"), _text(group, "target")
    name = UNIT_SPELLINGS if source.endswith(f"/CodeSystem/{UNIT_SPELLINGS}") else lore.systems.name(source)
    for at, element in enumerate(_list(group, "element")):
        for number, target in enumerate(_list(element, "target")):
            where = f"{place}.element[{at}].target[{number}]"
            if (word := _text(target, "equivalence")) in _NONE:
                continue
            if word not in _BELIEVED:
                text = "Not taken in: only a target that is equal to the code, or wider, may be believed."
                issues.append(_issue("business-rule", f"{where}.equivalence", text))
                continue
            found = _target(system, target, name, lore)
            if found is None:
                issues.append(_issue("not-found", where, "Not taken in: the mapping files know no such target."))
            elif code := _text(element, "code"):
                remark = " ".join((_text(target, "comment") or _text(element, "display")).split())
                yield Row(Code(system=name, code=code, source=lore.site), found, remark)


def _target(system: str, target: Mapping[str, Any], source: str, lore: Lore) -> Target | None:
    """One of our own targets; else what the standard code says that the map leads to."""
    code = _text(target, "code")
    if source == UNIT_SPELLINGS:
        return Target("unit", code) if system == UCUM and code else None
    ours = system.rpartition("/CodeSystem/")[2]
    if ours == "value":
        return Target("value", code) if code else None
    if ours == "report":
        return Target("report", code) if code else None
    if ours == "concept":
        return _concept(code, _product(target)) if code in lore.concepts else None
    return _standard(lore, system, code)


def _concept(code: str, value: str) -> Target:
    return Target("says", code, value) if value else Target("asked", code)


def _product(target: Mapping[str, Any]) -> str:
    ends = "/StructureDefinition/mapping-value"
    return next((_text(p, "value") for p in _list(target, "product") if _text(p, "property").endswith(ends)), "")


def _standard(lore: Lore, system: str, code: str) -> Target | None:
    """What a standard code means, where it means one thing: a map to LOINC is as good as a map to us."""
    asked, reports = lore.asked[system, code], lore.reports[system, code]
    words = {word for table in lore.values.values() for word in table[system, code]}
    found = [Target("asked", concept) for concept in asked[:1]]
    found += [Target("says", meant.concept, meant.value) for meant in lore.says[system, code]]
    found += [Target("report", kind) for kind in reports[:1]]
    found += [Target("value", word) for word in sorted(words)]
    return found[0] if len(found) == 1 else None


def _once(rows: Sequence[Row], issues: list[Issue]) -> list[Row]:
    """A code has one meaning in a site's file: of two that are told the code keeps neither."""
    meant: dict[tuple[str, str], set[Target]] = {}
    for row in rows:
        meant.setdefault((row.code.system, row.code.code), set()).add(row.target)
    if any(len(targets) > 1 for targets in meant.values()):
        text = "A code that leads to two targets: a site's file holds one meaning a code, so neither is taken in."
        issues.append(_issue("multiple-matches", "ConceptMap.group.element", text))
    kept = {(r.code.system, r.code.code): r for r in rows if len(meant[r.code.system, r.code.code]) == 1}
    return list(kept.values())


def _issue(code: str, place: str, text: str) -> Issue:
    return Issue("error", code, place, text)


def _list(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = node.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(node: Mapping[str, Any], name: str) -> str:
    found = node.get(name)
    return found if isinstance(found, str) else ""
