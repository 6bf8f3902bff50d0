"""Observations: the code asks for a concept, the value answers; components are read each as if they stood alone.

The hot path: one look-up a coding, plain loops, closures made when the mapping loads (hot-path.md §2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from sys import intern
from typing import Any

from natars_fhir.domain.record import Standing
from natars_fhir.fhir.r4.structs import CodeableConcept, ObservationComponent
from natars_fhir.mapping.codes import Table
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.markers import marker
from natars_fhir.mapping.readers.beside import beside
from natars_fhir.mapping.readers.coded import PREGNANCY_TEST
from natars_fhir.mapping.readers.dates import earliest
from natars_fhir.mapping.readers.method import measured
from natars_fhir.mapping.readers.misnamed import misnamed, other_names, taken_back
from natars_fhir.mapping.readers.said_so import as_said
from natars_fhir.mapping.readers.spoken import words_of
from natars_fhir.mapping.readers.values import KINDS
from natars_fhir.mapping.readers.wholes import WHOLES, Answer
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.texts import plain_text
from natars_fhir.mapping.told import ReadValue, Told, plain

Plan = Callable[[Any, Sink], None]

#: How a value that is awaited or was never made is told: kinds whose concepts know these words.
_KNOWS_ABSENCE = ("ihc", "fish")


def asked(views: Sequence[View], lore: Lore) -> Plan:
    """All views whose code asks for a concept, as one plan: the code says which concept, its kind how to read it."""
    whole: dict[str, View] = {kind: view for view in views if not view.each for kind in view.kinds}
    parts: dict[str, View] = {kind: view for view in views if view.each for kind in view.kinds}
    read_whole, read_part = (_question(found, lore) for found in (whole, parts))
    place, void = next((view.each for view in parts.values()), ""), taken_back(lore)

    def plan(resource: Any, sink: Sink) -> None:
        answered = resource.hasMember is not None
        if resource.component is not None and place:
            for index, item in enumerate(getattr(resource, place)):
                answered |= read_part(item, resource, sink, f"Observation.{place}[{index}].", False)
        read_whole(resource, resource, sink, "Observation.", answered)
        if resource.note is not None and sink.facts:
            void(resource, sink)

    return plan


Question = Callable[[Any, Any, Sink, str, bool], bool]


def _question(views: dict[str, View], lore: Lore) -> Question:
    """Reads one result: the first coding that asks for something decides; else the text, where it names something."""
    by_kind = {
        kind: WHOLES[kind](view, lore)
        if kind in WHOLES
        else _answer(view, as_said(KINDS[kind](lore), lore), kind, lore)
        for kind, view in views.items()
    }
    answers = {name: by_kind[concept.kind] for name, concept in lore.concepts.items() if concept.kind in by_kind}
    asks, by_name = _Asks(lore.asked, answers), _by_name(views, lore)

    def question(node: Any, resource: Any, sink: Sink, place: str, answered: bool) -> bool:
        code = node.code
        codings = code.coding or ()
        for coding in codings:
            if (asked := asks[coding.system, coding.code]) is not None:
                return asked[0](node, resource, sink, asked[1], place, answered)
        named = by_name(code.text) if by_name is not None and code.text else None
        if named is not None and named in answers:
            return answers[named](node, resource, sink, named, place, answered)
        for coding in codings:
            sink.not_understood.append(("code", "Observation", coding.system or "", coding.code or ""))
        if not codings and code.text:
            sink.not_understood.append(("text", "Observation", "", "code.text"))
        return False

    return question


class _Asks(dict[tuple["str | None", "str | None"], "tuple[Answer, str] | None"]):
    """A coding → what makes its answer, and the concept that it asks for, where these views read it."""

    def __init__(self, table: Table[str], answers: dict[str, Answer]) -> None:
        super().__init__()
        self._table, self._answers = table, answers

    def __missing__(self, coding: tuple[str | None, str | None]) -> tuple[Answer, str] | None:
        if len(self) > _MOST_NAMES:
            self.clear()
        found = self._table[coding]
        answer = self._answers.get(found[0]) if found else None
        asked = self[coding] = None if answer is None else (answer, found[0])
        return asked


def _by_name(views: dict[str, View], lore: Lore) -> Callable[[str], str | None] | None:
    """What ``code.text`` asks for: by the site's own table; a marker by its name, where a view says so."""
    stains = "ihc" in views and "code.text" in views["ihc"].concept
    return asked_in_words(lore, stains=stains) if stains or lore.texts else None


def asked_in_words(lore: Lore, *, stains: bool = True) -> Callable[[str], str | None]:
    """What the name of a test asks for, if anything; each name is looked at once. What people of the site said of the
    whole name counts first, then the marker of a stain.

    A gene, an antibody in the blood or a control is another question, though it bears the marker's name.
    """
    own, characters = lore.texts, lore.words.characters

    def find(text: str) -> str | None:
        said = own.get(plain_text(text, characters)) if own else None
        return said or (_stain(lore, text) if stains else None)

    return _Names(find).__getitem__


class _Names(dict[str, "str | None"]):
    """The name of a test → what it asks for: a plain dict look-up for all but new names."""

    def __init__(self, find: Callable[[str], str | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, text: str) -> str | None:
        if len(self) > _MOST_NAMES:
            self.clear()
        found = self[text] = self._find(text)
        return found


_MOST_NAMES = 50_000
#: What makes the name of a test another question than a stain of the tumour.
_OTHER_TEST = re.compile(
    r"fish|原位杂交|基因|扩增|拷贝|突变|测序|比值|对照|抗体|血清|血浆|cep ?12|ratio|amplif|gene|copy|mutation"
    r"|sequenc|control|serum|plasma|antibod|mrna|pcr|\brs\d",
    re.IGNORECASE,
)


def _stain(lore: Lore, text: str) -> str | None:
    concept = marker(text, lore.words)
    if concept not in lore.concepts:
        return None
    if _OTHER_TEST.search(text) is None:
        return concept
    asks_fish = concept == "ihc-mdm2" and re.search(r"fish|原位杂交|扩增|amplif", text, re.IGNORECASE)
    return "fish-mdm2" if asks_fish and not re.search(r"cep ?12|ratio|比值|对照|control", text, re.IGNORECASE) else None


def _answer(view: View, read: ReadValue, kind: str, lore: Lore) -> Answer:
    """How a view answers for a concept whose kind it reads. One frame does it all, for it is the hottest of them."""
    values = tuple(map(_valued, view.value))
    (usual_when, when), (usual_known, known) = earliest(view.when), earliest(view.known)
    standings: dict[str, Standing] = {**dict.fromkeys(view.pending, "pending"), **dict.fromkeys(view.status, "final")}
    absences = lore.values.get(kind) if kind in _KNOWS_ABSENCE else None
    flagged = "interpretation" in view.value
    sized = measured(lore) if kind == "size" else None
    agreed, names = beside(read), other_names(lore, kind)
    flag_says = _flags(lore, kind, read)

    def answer(node: Any, resource: Any, sink: Sink, concept: str, place: str, answered: bool) -> bool:
        standing = standings.get(resource.status)
        if standing is None:
            return _not_read(resource, sink, concept)
        sink.standing = standing
        said = usual_when(resource)
        sink.when = intern(said) if said.__class__ is str else when(resource)
        said = usual_known(resource)
        sink.known = intern(said) if said.__class__ is str else known(resource)
        seen = ""
        for path, get, whole in values:
            if (value := get(node)) is None:
                continue
            if value.__class__ is list:
                told, value = _of_each(value, concept, node, read), value[0]
            else:
                told = read(value, concept, node)
            where = whole if node is resource else place + path
            if told and (sized is not None or (value.__class__ is CodeableConcept and value.text and value.coding)):
                told = sized(told, node, resource) if sized is not None else agreed(value, concept, told, where, sink)
            if told:
                if names is not None and node.code.text and names[node.code.text, concept]:
                    told = misnamed(told, place, sink)
                sink.add_all(told, where if told[0].span is None else where + _of_text(value))
                if flagged and node.interpretation and path != "interpretation" and _disputed(kind, concept):
                    _dispute(node, concept, flag_says, told, place, sink)
                return True
            seen = seen or path
        return _absent(node, sink, concept, place, answered, absences, seen)

    return answer


def _valued(path: str) -> tuple[str, Callable[[Any], Any], str]:
    """A path to a value, what gets it, and the path in the resource."""
    return path, attrgetter(path), f"Observation.{path}"


def _of_each(flags: list[Any], concept: str, node: Any, read: ReadValue) -> tuple[Told, ...]:
    """Of several interpretations each that is understood counts."""
    return tuple(dict.fromkeys(one for flag in flags for one in read(flag, concept, node)))


def _not_read(resource: Any, sink: Sink, concept: str) -> bool:
    """Cancelled, or in error: nothing. Of an unknown status nobody can say what it is: it is told."""
    if resource.status == "unknown":
        sink.tell("value", "Observation.status", f"A result of «{concept}» whose status is unknown: it is not read.")
    return False


def _of_text(value: Any) -> str:
    """A span counts in a text: of a CodeableConcept that is its own text."""
    return "" if value.__class__ is str else ".text"


def _disputed(kind: str, concept: str) -> bool:
    """May an interpretation say otherwise than the value of such a result?"""
    return kind in _KNOWS_ABSENCE or kind == "presence" or concept == PREGNANCY_TEST


def _flags(lore: Lore, kind: str, read: ReadValue) -> ReadValue:
    """What reads a flag beside a value. Beside what is there or not it is positive or negative, as of any test; alone
    it answers nothing."""
    if kind != "presence":
        return read
    word_of, words = words_of(lore, "ihc"), {"positive": "present", "negative": "absent"}

    def of_presence(flag: Any, concept: str, _: Any) -> tuple[Told, ...]:
        word = words.get(word_of(flag) or "")
        return () if word is None else plain(concept, word)

    return of_presence


def _dispute(node: Any, concept: str, read: ReadValue, told: tuple[Told, ...], place: str, sink: Sink) -> None:
    """An interpretation that says otherwise than the value stands beside it: the two conflict, and a person looks."""
    said = {one.value for one in told}
    flags = [one for flag in node.interpretation for one in read(flag, concept, node)]
    sink.add_all([one for one in flags if one.value not in said], place + "interpretation")


#: The elements that a value may stand in.
_VALUES = tuple(name for name in ObservationComponent.__struct_fields__ if name.startswith("value"))


def _absent(node: Any, sink: Sink, concept: str, place: str, answered: bool, absences: Any, seen: str) -> bool:
    """No value, or none that is understood (it was *seen*): not done or awaited where a reason says so; else told,
    unless components or members answer."""
    if seen:
        sink.tell("value", place + seen, f"A value of «{concept}» that is not understood: it is not read.")
        sink.not_understood.append(("value", "Observation", concept, seen))
        return False
    for coding in (node.dataAbsentReason.coding or ()) if node.dataAbsentReason and absences is not None else ():
        if words := absences[coding.system, coding.code]:
            sink.add(Told(concept, words[0]), place + "dataAbsentReason")
            return True
    if (other := next((name for name in _VALUES if getattr(node, name) is not None), None)) is not None:
        sink.tell("value", place + other, f"A value of «{concept}» that is not understood: it is not read.")
        sink.not_understood.append(("value", "Observation", concept, other))
    elif not answered and node.dataAbsentReason is None:
        sink.tell("required", f"{place}value[x]", f"«{concept}» without a value: nothing is read.", "information")
    return False
