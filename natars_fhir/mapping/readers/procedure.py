"""Procedures: resections, biopsies, laparotomies and radiotherapy; a bare code is not yet this tumour's resection."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Standing, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import SHORT, Plan, coded, meanings, once, spoken, tell_of_narrative
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: A text → the names of the view's word lists of which it holds a word.
Words = Callable[[str], frozenset[str]]
#: (place, what is told there)
Found = tuple[str, Told]

#: Procedure.status → (what becomes of "present", how it stands); any other status tells nothing
_STATUS: dict[str, tuple[str, Standing]] = {
    "completed": ("present", "final"),
    "not-done": ("absent", "final"),
    "preparation": ("present", "pending"),
    "in-progress": ("present", "pending"),
    "on-hold": ("present", "pending"),
    "stopped": ("suspected", "final"),
    "unknown": ("suspected", "final"),
}


#: That no laparotomy was done says nothing of what a laparotomy may have removed; nor is an organ gone that may not
#: have been removed.
_UNSAID = {"absent": ("laparotomy", "organs-resected"), "suspected": ("organs-resected",)}


def procedure(view: View, lore: Lore) -> Plan:
    """Facts of a Procedure. ``words`` of the view: names of resections, of the site, of a biopsy without resection.

    The Condition that an operation was done for may come earlier or later: its key stands in the fact, and the record
    is where the two meet (`reconcile`).
    """
    codes, stamp, words = coded(view.resource, view.says, lore), stamped(view), _words(view)
    notes = spoken(view.resource, ("note.text",), lore, "operation", _of_the_tumour)
    relates, as_named = _relates(words, lore), _as_named(words, lore)

    def plan(resource: Any, sink: Sink) -> None:
        if (state := _STATUS.get(resource.status)) is None:
            return
        if resource.text is not None:
            tell_of_narrative(resource, resource.code, sink)
        texts, found = _texts(resource, words), codes(resource, sink)
        if texts:
            found += _by_name(texts)
        noted = notes(resource, sink)
        if not found and not noted:
            return
        stamp(resource, sink)
        value, sink.standing = state
        said = texts[0][1] if len(texts) == 1 else frozenset[str]().union(*[held for _, held in texts])
        if sink.standing == "final" and _is_undone(said, found):
            sink.standing = "hedged"  # a plan, a talk of it, or a note that it was not done, whatever the status says
        sink.add_each(operation(resource, found, value, said, sink) + noted if found else noted)

    def operation(resource: Any, found: list[Found], value: str, said: frozenset[str], sink: Sink) -> list[Found]:
        if (unsaid := _UNSAID.get(value)) is not None:
            found = [(place, told) for place, told in found if told.concept not in unsaid]
        resected = any(told.concept == "resection" for _, told in found)
        reasons = _reasons(resource, sink) if resected and resource.reasonReference is not None else ()
        related = resected and not _is_no_resection(said) and relates(resource, said)
        found = once(_weighed(as_named(resource, found), resected, related, "biopsy-only" in said))
        return [(place, _for_reason(_as_done(told, value, sink.standing), reasons)) for place, told in found]

    return plan


#: words by which nothing was done for certain
_UNDONE = frozenset({"planned", "about", "undone"})


#: what such an act of treatment tells
_TREATMENTS = frozenset({"radiotherapy", "antineoplastic-drug"})


def _is_undone(said: frozenset[str], found: list[Found]) -> bool:
    """Is it a plan, a talk of the deed, or said not to have been done? A team's meeting is a talk, and was held."""
    if not said:
        return False
    undone = _UNDONE & said
    return bool(undone) and not (undone == {"about"} and any(told.concept == "mdt-review" for _, told in found))


def _is_no_resection(said: frozenset[str]) -> bool:
    """Do its words tell a biopsy, a laparotomy or a failed attempt, and no resection?"""
    if "unresected" in said:
        return True
    return "resection" not in said and not said.isdisjoint(("biopsy", "laparotomy"))


def _as_named(words: Words, lore: Lore) -> Callable[[Any, list[Found]], list[Found]]:
    """What the codes tell of a treatment whose own name is another's (静脉输液, 骨密度检查) is in doubt."""
    drugs = lore.drugs.pattern

    def as_named(resource: Any, found: list[Found]) -> list[Found]:
        text = resource.code.text if resource.code is not None else None
        if not text or not any(told.concept in _TREATMENTS for _, told in found):
            return found
        held = words(text)
        named = {"radiotherapy": "radiotherapy-name" in held}
        named["antineoplastic-drug"] = "antineoplastic-drug-name" in held or drugs.search(text.casefold()) is not None
        return [(place, told if named.get(told.concept, True) else _in_doubt(told)) for place, told in found]

    return as_named


def _in_doubt(told: Told) -> Told:
    return told._replace(value="suspected") if told.value == "present" else told._replace(standing="hedged")


def _reasons(resource: Any, sink: Sink) -> tuple[str, ...]:
    """The keys of the conditions that an operation was done for."""
    return tuple([key for reason in resource.reasonReference if (key := sink.key_of(reason, "Condition"))])


def _as_done(told: Told, value: str, standing: Standing) -> Told:
    """What the status makes of it: a drug keeps its name, and says whether it was given."""
    if told.concept == "antineoplastic-drug":
        given = (
            {"present": "given", "absent": "not-given"}.get(value, "unclear") if standing == "final" else "requested"
        )
        return told._replace(detail=tuple(sorted({**dict(told.detail), "given": given}.items())))
    return told._replace(value=value) if value != "present" else told


def _of_the_tumour(told: Told) -> Told | None:
    """Of an operation's note only what it says of the tumour: the operation itself is told by the resource."""
    return told if told.concept not in ("prior-resection", "biopsy", "laparotomy-biopsy-only") else None


def _texts(resource: Any, words: Words) -> list[tuple[str, frozenset[str]]]:
    """The texts that name the operation, its own and its notes, by their places: which words each holds, if any."""
    named: list[tuple[str, frozenset[str]]] = []
    code, notes = resource.code, resource.note
    if code is not None and code.text and (held := words(code.text)):
        named.append(("Procedure.code.text", held))
    for index, note in enumerate(notes or ()):
        if note.text and (held := words(note.text)):
            named.append((f"Procedure.note[{index}].text", held))
    return named


def _words(view: View) -> Words:
    """Which of the view's words a text holds, in any case. Names of operations come again and again: each is searched
    once."""

    def search(text: str) -> frozenset[str]:
        lower = f"{text.casefold()}。"
        return frozenset(name for name, words in view.words.items() if any(word in lower for word in words))

    known = lru_cache(maxsize=4_096)(search)
    return lambda text: known(text) if len(text) <= SHORT else search(text)


_NAMED = (
    Told("resection", "suspected"),
    Told("biopsy", "present"),
    Told("laparotomy", "present"),
    Told("radiotherapy", "present"),
)


def _by_name(texts: list[tuple[str, frozenset[str]]]) -> list[Found]:
    """What the operation's name says where no code does, at the first place that says it."""
    found: list[Found] = []
    for told in _NAMED:
        for place, words in texts:
            if told.concept in words:
                found.append((place, told))
                break
    return found


def _weighed(found: list[Found], resected: bool, related: bool, biopsy_only: bool) -> list[Found]:
    """A resection counts as this tumour's when it is related to it; a laparotomy by what was done in it."""
    weighed: list[Found] = []
    for place, told in found:
        if told.concept == "resection":
            weighed.append((place, told._replace(value="present") if related else told))
        elif told.concept != "laparotomy":
            weighed.append((place, told))
        elif biopsy_only:
            weighed.append((place, Told("laparotomy-biopsy-only", "present")))
        elif not resected:
            weighed.append((place, Told("prior-resection", "suspected", detail(origin="laparotomy"))))
    return weighed


def _for_reason(told: Told, reasons: tuple[str, ...]) -> Told:
    """A resection that nothing relates yet keeps the keys of the conditions that it was done for."""
    if told.concept != "resection" or told.value != "suspected" or not reasons:
        return told
    return told._replace(detail=detail(reason=reasons, **dict(told.detail)))


def _relates(words: Words, lore: Lore) -> Callable[[Any, frozenset[str]], bool]:
    """Is the operation related to the tumour: by its site, by its reason, or by its own words?"""
    says = meanings(lore)

    def about_tumour(concept: Any) -> bool:
        if any(_tumour(told) for coding in concept.coding or () for told in says(coding.system, coding.code)):
            return True
        return concept.text is not None and words(concept.text) >= {"site", "tumour"}

    def relates(resource: Any, said: frozenset[str]) -> bool:
        if "site" in said:
            return True
        return any(map(about_tumour, (*(resource.bodySite or ()), *(resource.reasonCode or ()))))

    return relates


def _tumour(told: Told) -> bool:
    return told.concept == "histology" or (told.concept == "primary-site" and told.value == "retroperitoneum")
