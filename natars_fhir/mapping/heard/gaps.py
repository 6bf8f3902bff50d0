"""Gaps: what a site sent and we did not understand, with what it takes to mend the mapping: code, unit, text, element.

A reading says only that something was not understood, for it must hold no value; here the resource is looked at once
more. What is shown belongs to the site's own users. Of a system that the site has not declared no code is taken out at
all, for even a code can identify a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from natars_fhir.mapping.readers.observation import asked_in_words
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.site import SiteMapping

What = Literal["code", "unit", "text", "element"]

#: A longer text is a report, and not a value that somebody could put into a list.
MOST_TEXT = 80


class Gap(NamedTuple):
    """One thing that was not understood. ``about``: of a code its system, else the concept that was asked for.

    ``item``: the code, the unit or text as it was written, the element; empty where it is not shown, or not there.
    """

    what: What
    kind: str
    about: str
    item: str
    #: the concept whose answer it is, where it is one
    concept: str = ""


#: A gap with the name that the sender gives the code beside it.
Named = tuple[Gap, str]


def gaps_of(reading: Reading, raw: bytes, mapping: SiteMapping) -> list[Named]:
    """What of a resource was not understood; nothing, and no time, where everything was."""
    if reading.fate == "let-go":
        return [(Gap("element", reading.kind, "", ""), "")]
    if not reading.not_understood:
        return []
    resource = _decoded(raw)
    found: list[Named] = []
    for what, kind, about, item in reading.not_understood:
        if what == "code":
            found.append(_code(resource, mapping, kind, about, item))
        elif what == "value":
            found += _value(resource, mapping, kind, about, item)
        elif item == "code.text":
            found += [(Gap("text", kind, about, _short(text)), "") for text in _called(resource, mapping)]
        else:
            found.append((Gap("text", kind, about, ""), ""))
    return list(dict.fromkeys(found))


def declared(mapping: SiteMapping, system: str) -> bool:
    """May codes of this system be shown? Only of those that the site, or the standard, has named."""
    return bool(system) and (
        mapping.lore.systems.name(system) in mapping.lore.systems.by_name or is_own(mapping, system)
    )


def is_own(mapping: SiteMapping, system: str) -> bool:
    """Is it one of the hospital's own systems?"""
    name = mapping.lore.systems.name(system)
    return name not in mapping.standard and (name in mapping.site.codes or name in mapping.site.systems)


def is_name(gap: Gap) -> bool:
    """Is it what a test is called in words, so that a line can say which concept it asks for?"""
    return gap.what == "text" and bool(gap.item) and not (gap.about or gap.concept)


def is_answer(gap: Gap) -> bool:
    """Is it an answer in words, so that a line can say what it stands for?"""
    return gap.what == "text" and bool(gap.item) and bool(gap.about)


def _code(resource: Any, mapping: SiteMapping, kind: str, system: str, code: str, concept: str = "") -> Named:
    if not declared(mapping, system):
        return Gap("code", kind, system, "", concept), ""
    return Gap("code", kind, system, code, concept), _short(_display(resource, system, code))


def _called(resource: Any, mapping: SiteMapping) -> list[str]:
    """What the result, or a component of it, is called in words alone; a name that is understood only where there is
    no other."""
    codes = [one.get("code") for one in (resource, *_list(resource.get("component")))]
    texts = [_texts(code) for code in codes if isinstance(code, dict) and not code.get("coding")]
    named = asked_in_words(mapping.lore)
    return [text for text in texts if text and named(text) is None] or [_texts(resource.get("code"))]


def _display(node: Any, system: str, code: str) -> str:
    """The name beside a code, wherever in the resource it stands."""
    if isinstance(node, list):
        return next((found for one in node if (found := _display(one, system, code))), "")
    if not isinstance(node, dict):
        return ""
    if node.get("code") == code and node.get("system", "") == system and isinstance(node.get("display"), str):
        return str(node["display"])
    found = next((found for one in node.values() if (found := _display(one, system, code))), "")
    if not found and any(_is(coding, system, code) for coding in _list(node.get("coding"))):
        return _texts(node)  # a concept's text names it, where the coding does not
    return found


def _is(coding: Any, system: str, code: str) -> bool:
    return isinstance(coding, dict) and coding.get("code") == code and coding.get("system", "") == system


def _value(resource: Any, mapping: SiteMapping, kind: str, concept: str, path: str) -> Iterator[Named]:
    """Why a value of *concept* at *path* was not read: its unit, its words, its code, or its shape."""
    values = [node[path] for node in (resource, *_list(resource.get("component"))) if path in node]
    told = [named for value in values for named in _of(value, mapping, kind, concept)]
    yield from told or [(Gap("element", kind, concept, path), "")]


def _of(value: Any, mapping: SiteMapping, kind: str, concept: str) -> Iterator[Named]:
    if isinstance(value, list):
        yield from (named for one in value[:1] for named in _of(one, mapping, kind, concept))
    elif isinstance(value, str):
        yield Gap("text", kind, concept, _short(value)), ""
    elif isinstance(value, dict) and ("coding" in value or "text" in value):
        codings = [one for one in _list(value.get("coding")) if isinstance(one.get("code"), str)]
        for one in codings:
            yield _code(value, mapping, kind, str(one.get("system", "")), one["code"], concept)
        if not codings:
            yield Gap("text", kind, concept, _short(_texts(value))), ""
    elif isinstance(value, dict):
        yield from _units(value, mapping, kind, concept)


def _units(value: dict[str, Any], mapping: SiteMapping, kind: str, concept: str) -> Iterator[Named]:
    """The units of a quantity or a range that the concept does not accept."""
    units = mapping.lore.units.get(concept)
    ends = [end for end in (value.get("low"), value.get("high")) if isinstance(end, dict)] or [value]
    for end in ends:
        code, unit, system = (end.get(name) if isinstance(end.get(name), str) else None for name in _UNIT)
        if units is not None and units.factor(code, unit, system) is None:
            yield Gap("unit", kind, concept, _short(unit or code or "")), ""


_UNIT = ("code", "unit", "system")


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _list(node: Any) -> list[dict[str, Any]]:
    return [one for one in node if isinstance(one, dict)] if isinstance(node, list) else []


def _texts(concept: Any) -> str:
    text = concept.get("text") if isinstance(concept, dict) else None
    return text if isinstance(text, str) else ""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_TEXT else ""
