"""Unmapped: the list of gaps for people, as rows, as lines of a site's file, and as a draft ConceptMap.

A draft ConceptMap, for a gap is a code that waits for a target: a terminologist fills the target in, makes the map
active, and it is taken in as any other (`concept_map_reader`). A code without a hint is an element without a target,
which says "not mapped yet"; `unmatched` would say that there is no such thing among our concepts, which nobody knows.
https://hl7.org/fhir/R4/conceptmap.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import msgspec

from natars_fhir.fhir.build import Node, extension, said
from natars_fhir.mapping.codes import CODE
from natars_fhir.mapping.heard.gaps import Gap, declared, is_answer, is_name, is_own
from natars_fhir.mapping.heard.suggest import Suggester, Suggestion
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.mapping.terms.concept_map import Publisher, products
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Row, Target
from natars_fhir.mapping.texts import TEST_NAMES, answers_to, plain_text

#: Whose the gap is to mend. `own`: the hospital's code or unit. `standard`: a code of a standard system that the trial
#: does not ask for, mostly rightly. `undeclared`: a system that the site's file does not name.
Standing = Literal["own", "standard", "undeclared"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One gap as people see it. ``first`` and ``last``: when it came, or, of files, where it stands. The hint is never
    applied by itself."""

    gap: Gap
    display: str
    count: int
    first: str
    last: str
    standing: Standing
    hint: Suggestion | None


def listed(
    mapping: SiteMapping, suggester: Suggester, counted: Iterable[tuple[Gap, str, int, str, str]]
) -> list[Listed]:
    """What is not understood, each with its hint; what the mapping knows by now is left out."""
    return [
        Listed(gap, display, count, first, last, standing(mapping, gap), suggester.of(gap, display))
        for gap, display, count, first, last in counted
        if open_still(mapping, gap)
    ]


def standing(mapping: SiteMapping, gap: Gap) -> Standing:
    """Whose it is to mend."""
    if gap.what != "code" or is_own(mapping, gap.about):
        local = gap.what != "element" or bool(gap.about)
        return "own" if local else "standard"
    return "standard" if declared(mapping, gap.about) else "undeclared"


def open_still(mapping: SiteMapping, gap: Gap) -> bool:
    """Is it still not understood by the mapping of today?"""
    lore, coding = mapping.lore, (gap.about, gap.item)
    if gap.what == "unit":
        units = lore.units.get(gap.about)
        return units is None or units.factor(None, gap.item) is None
    if gap.what == "element" and not gap.about:
        return gap.kind not in mapping.kinds
    if is_name(gap):
        return plain_text(gap.item, lore.words.characters) not in lore.texts
    if is_answer(gap):
        return plain_text(gap.item, lore.words.characters) not in lore.answers.get(gap.about, ())
    if gap.what != "code" or not gap.item:
        return True
    if gap.concept:
        return not any(table[coding] for table in lore.values.values())
    return not (lore.asked[coding] or lore.says[coding] or lore.reports[coding])


def row_of(gap: Gap, hint: Suggestion, system: str, display: str = "") -> Row | None:
    """The line that would mend the gap, if the hint is right; none for a hint that is only a neighbour."""
    if hint.because == "neighbour" or not gap.item:
        return None
    if gap.what == "unit":
        return Row(Code(system=UNIT_SPELLINGS, code=gap.item), hint.target)
    if is_name(gap):
        return Row(Code(system=TEST_NAMES, code=gap.item), hint.target)
    if is_answer(gap):
        return Row(Code(system=answers_to(gap.about), code=gap.item), hint.target)
    return Row(Code(system=system, code=gap.item), hint.target, display) if gap.what == "code" else None


class Listing(NamedTuple):
    """A row of the list, in plain values: for a table, CSV, JSON or a page."""

    what: str
    standing: str
    resource: str
    about: str
    item: str
    display: str
    times: int
    first: str
    last: str
    hint: str
    because: str
    like: str


def listing(one: Listed) -> Listing:
    """One gap as a row."""
    gap, hint = one.gap, one.hint
    meant = "" if hint is None else " = ".join(filter(None, [hint.target.code, hint.target.value]))
    return Listing(
        gap.what, one.standing, gap.kind, gap.about or gap.concept, gap.item, one.display, one.count,
        one.first, one.last, meant, hint.because if hint else "", hint.like if hint else "",
    )  # fmt: skip


def draft_map(gaps: Iterable[Listed], publisher: Publisher) -> Node | None:
    """The codes and units as one draft ConceptMap, a group a system; None where there is none to map.

    Texts are left out: they are no codes, and may speak of a person.
    """
    groups: dict[tuple[str, str], list[Node]] = {}
    for one in gaps:
        if one.gap.item and CODE.fullmatch(one.gap.item) and one.standing == "own" and one.gap.what in ("code", "unit"):
            unit = one.gap.what == "unit"
            source = publisher.source(UNIT_SPELLINGS if unit else publisher.systems.name(one.gap.about))
            target = publisher.target("unit" if unit else _part(one))
            groups.setdefault((source, target), []).append(_element(one, publisher))
    made = [said({"source": s, "target": t, "element": found}) for (s, t), found in groups.items()]
    ident = f"{publisher.owner}-not-mapped"
    if not made:
        return None
    return {
        "resourceType": "ConceptMap",
        "id": ident,
        "url": f"{publisher.base}/ConceptMap/{ident}",
        "version": sha256(msgspec.json.encode(made)).hexdigest()[:12],
        "name": "NatarsNotMapped",
        "title": f"{publisher.owner}: codes that are not mapped yet",
        "status": "draft",
        "description": _DESCRIPTION,
        "group": made,
    }


_DESCRIPTION = (
    "Codes and units that came and were not understood. A target is a hint: a person puts the right one in its place, "
    "gives its equivalence, and makes the map active."
)


def _part(one: Listed) -> Any:
    hinted = one.hint is not None and one.hint.because != "neighbour"
    return one.hint.target.part if one.hint and hinted else ("value" if one.gap.concept else "asked")


def _element(one: Listed, publisher: Publisher) -> Node:
    seen = [
        ("count", "Integer", one.count),
        ("first", "String", one.first),
        ("last", "String", one.last),
    ]
    extensions = [extension(publisher.structure(name), kind, value) for name, kind, value in seen if value]
    hint = one.hint
    targets = (
        []
        if hint is None or hint.because == "neighbour"
        else [_hinted(hint.target, f"a hint, by its {hint.because}", publisher)]
    )
    return said({"extension": extensions, "code": one.gap.item, "display": one.display, "target": targets})


def _hinted(target: Target, comment: str, publisher: Publisher) -> Node:
    told = {"code": target.code, "equivalence": "relatedto", "comment": comment}
    return said({**told, "product": products(target, publisher)})
