"""Procedures: resections, biopsies, laparotomies and radiotherapy; a bare code is not yet this tumour's resection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Standing, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.entity import SHORT, Plan, coded, dated, meanings, once, spoken, tell_of_narrative
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: A text → the names of the view's word lists of which it holds a word.
Words = Callable[[str], frozenset[str]]

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


def procedure(view: View, lore: Lore) -> Plan:
    """Facts of a Procedure. ``words`` of the view: names of resections, of the site, of a biopsy without resection.

    The Condition that an operation was done for may come earlier or later: its key stands in the fact, and the record
    is where the two meet (`reconcile`).
    """
    codes, notes, stamp = coded(view.says, lore), spoken(("note.text",), lore, "operation"), dated(view)
    words = _words(view)
    relates = _relates(words, lore)

    def plan(resource: Any, sink: Sink) -> None:
        if (state := _STATUS.get(resource.status)) is None:
            return
        tell_of_narrative(resource, resource.code, sink)
        texts = [(place, held) for place, text in _texts(resource) if (held := words(text))]
        found = codes(resource, sink) + _by_name(texts)
        noted = [(place, told) for place, told in notes(resource, sink) if _about(told)]
        if not found and not noted:
            return
        stamp(resource, sink)
        value, sink.standing = state
        said = frozenset[str]().union(*[held for _, held in texts])
        if sink.standing == "final" and "planned" in said:
            sink.standing = "hedged"  # a plan in its own words, whatever the status says
        if found:
            sink.add_each(operation(resource, found, value, said, sink))
        sink.add_each(noted)

    def operation(
        resource: Any, found: list[tuple[str, Told]], value: str, said: frozenset[str], sink: Sink
    ) -> Iterator[tuple[str, Told]]:
        if value == "absent":  # that no laparotomy was done says nothing of what a laparotomy may have removed
            found = [(place, told) for place, told in found if told.concept != "laparotomy"]
        if value != "present":  # nor is an organ gone that may not have been removed
            found = [(place, told) for place, told in found if told.concept != "organs-resected"]
        reasons = tuple(key for reason in resource.reasonReference or () if (key := sink.key_of(reason, "Condition")))
        related = any(told.concept == "resection" for _, told in found) and relates(resource, said)
        for place, told in once(_weighed(found, related, "biopsy-only" in said)):
            yield place, _for_reason(_as_done(told, value, sink.standing), reasons)

    return plan


def _as_done(told: Told, value: str, standing: Standing) -> Told:
    """What the status makes of it: a drug keeps its name, and says whether it was given."""
    if told.concept == "antineoplastic-drug":
        given = (
            {"present": "given", "absent": "not-given"}.get(value, "unclear") if standing == "final" else "requested"
        )
        return told._replace(detail=tuple(sorted({**dict(told.detail), "given": given}.items())))
    return told._replace(value=value) if value != "present" else told


def _about(told: Told) -> bool:
    """Of an operation's note only what it says of the tumour: the operation itself is told by the resource."""
    return told.concept not in ("prior-resection", "biopsy", "laparotomy-biopsy-only")


def _texts(resource: Any) -> list[tuple[str, str]]:
    """The words that name the operation, each with its place: its text and its notes."""
    named = [("Procedure.code.text", resource.code.text if resource.code is not None else None)]
    if resource.note is not None:
        named += [(f"Procedure.note[{index}].text", note.text) for index, note in enumerate(resource.note)]
    return [(place, text) for place, text in named if text]


def _words(view: View) -> Words:
    """Which of the view's words a text holds, in any case. Names of operations come again and again: each is searched
    once."""

    def search(text: str) -> frozenset[str]:
        lower = text.casefold()
        return frozenset(name for name, words in view.words.items() if any(word in lower for word in words))

    known = lru_cache(maxsize=4_096)(search)
    return lambda text: known(text) if len(text) <= SHORT else search(text)


_NAMED = (
    ("resection", "suspected"),
    ("biopsy", "present"),
    ("laparotomy", "present"),
    ("radiotherapy", "present"),
)


def _by_name(texts: list[tuple[str, frozenset[str]]]) -> list[tuple[str, Told]]:
    """What the operation's name says where no code does, at the first place that says it."""
    if not texts:
        return []
    found: list[tuple[str, Told]] = []
    for concept, value in _NAMED:
        place = next((place for place, words in texts if concept in words), None)
        if place is not None:
            found.append((place, Told(concept, value)))
    return found


def _weighed(found: list[tuple[str, Told]], related: bool, biopsy_only: bool) -> list[tuple[str, Told]]:
    """A resection counts as this tumour's when it is related to it; a laparotomy by what was done in it."""
    resected = any(told.concept == "resection" for _, told in found)
    weighed: list[tuple[str, Told]] = []
    for place, told in found:
        if told.concept == "resection":
            weighed.append((place, told._replace(value="present" if related else told.value)))
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
        return any(about_tumour(concept) for concept in (*(resource.bodySite or ()), *(resource.reasonCode or ())))

    return relates


def _tumour(told: Told) -> bool:
    return told.concept == "histology" or (told.concept == "primary-site" and told.value == "retroperitoneum")
