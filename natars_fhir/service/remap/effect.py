"""Effect: what another version of a site's mapping would change, before it is made active. Reads alone.

Only resources that hold one of the changed codes are read again, and only their patients are screened: a site of ten
thousand patients is answered while somebody waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.record import Patient
from natars_fhir.domain.study import Study
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.heard.difference import Change, Counts, Stand, changes, counts, stand
from natars_fhir.mapping.narrative.normal import Characters
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS
from natars_fhir.mapping.terms.site_file import Line, lines
from natars_fhir.mapping.texts import TEST_NAMES, plain_text
from natars_fhir.pipeline import outcomes
from natars_fhir.service.remap.reread import Kept, reread
from natars_fhir.service.screening.lives import caused, told_by_office
from natars_fhir.store import opened, patients, readings
from natars_fhir.store.engine import Store

#: Of more patients the first are compared, and the rest only counted.
MOST_PATIENTS = 1_000


_NONE = Counts(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes: resources that are read otherwise, the changes by patient, and patients who were not compared."""

    resources: int = 0
    changes: tuple[Change, ...] = ()
    counts: Counts = _NONE
    not_compared: int = 0
    to_send_again: int = 0
    #: reference → the patient of a change
    patients: Mapping[str, Patient] = field(default_factory=dict, repr=False)


def effect(
    store: Store, study: Study, before: SiteMapping, after: SiteMapping, texts: tuple[str, str], day: date
) -> Effect:
    """What *after* would change; *texts* are what stands over the site's file in both."""
    changed = changed_lines(*texts)
    if not changed:
        return Effect()
    site, found, again = before.site.site, _Found({}, {}), 0
    old, new = DocumentReader(before), DocumentReader(after)
    with store.of(site).read() as connection:
        for one in readings.holding(connection, site, holds(changed, after)):
            kept = Kept(*one)
            was = kept.reading if kept.head.mapping == before.hash else reread(kept, old) or kept.reading
            fresh = reread(kept, new)
            again += fresh is None
            if fresh is not None and _says(fresh) != _says(was):
                found.take(kept.head.key, was, fresh)
        persons = _persons(connection, site, found)
        chosen = dict(sorted(persons.items())[:MOST_PATIENTS])
        told, who = _compared(connection, study, site, chosen, found, day)
    return Effect(len(found.after), tuple(told), counts(told), len(persons) - len(chosen), again, who)


def changed_lines(old: str, new: str) -> list[Line]:
    """The lines that one text has and the other has not, or that say something else there."""
    before, after = ({(one.table, one.code): one for one in lines(text)} for text in (old, new))
    keys = sorted({*before, *after})
    return [
        after.get(key) or before[key]
        for key in keys
        if (before.get(key) and before[key].value) != (after.get(key) and after[key].value)
    ]


def holds(changed: Iterable[Line], mapping: SiteMapping) -> Callable[[bytes], bool]:
    """May a resource hold one of these codes? Where a system spells its codes in several ways, or builds them one upon
    another, every resource may; so may one that writes signs as escapes."""
    systems, needles, names = mapping.lore.systems, set[bytes](), set[str]()
    for one in changed:
        if one.table == TEST_NAMES:
            names.add(plain_text(one.code, mapping.lore.words.characters))
            continue
        system = systems.by_name.get(one.table)
        if one.table != UNIT_SPELLINGS and system is not None and (system.spelling or system.hierarchical):
            return lambda _: True
        needles.add(json.dumps(one.code.strip(), ensure_ascii=False)[1:-1].encode())
    wanted = tuple(needles)
    called = _called(names, mapping.lore.words.characters)
    return lambda raw: any(needle in raw for needle in wanted) or b"\\" in raw or called(raw)


class _Code(Struct):
    text: Any = None


class _Part(Struct):
    code: _Code | None = None


class _Named(_Part):
    component: list[_Part] = []


def _called(names: Collection[str], characters: Characters) -> Callable[[bytes], bool]:
    """Is a resource, or a component of it, called so in words, however they are written?"""
    if not names:
        return lambda _: False
    decode = msgspec.json.Decoder(_Named).decode

    def holds(raw: bytes) -> bool:
        try:
            said = decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return True
        texts = [one.code.text for one in (said, *said.component) if one.code is not None]
        return any(isinstance(text, str) and plain_text(text, characters) in names for text in texts)

    return holds


@dataclass(frozen=True, slots=True)
class _Found:
    """Key of a resource → how it is read now, and how it would be."""

    before: dict[str, Reading]
    after: dict[str, Reading]

    def take(self, key: str, was: Reading, fresh: Reading) -> None:
        self.before[key], self.after[key] = replace(was, key=key), replace(fresh, key=key)


def _says(one: Reading) -> tuple[object, ...]:
    """What is read of a resource, whichever mapping read it, and wherever in a Bundle it stood."""
    facts = tuple(fact._replace(source=fact.source._replace(mapping="")) for fact in one.facts)
    return one.subject, facts, tuple((issue.severity, issue.code, issue.text) for issue in one.issues)


def _persons(connection: Connection, site: str, found: _Found) -> dict[str, set[str]]:
    """Everybody of whom a changed resource tells, by itself or through another."""
    names = {one.subject for read in (found.before, found.after) for one in read.values() if one.subject}
    others = {key for key, one in found.after.items() if one.subject is None}
    names |= {name for told in readings.told_of(connection, site, others).values() for name in told}
    return patients.persons(connection, site, names) if names else {}


def _compared(
    connection: Connection, study: Study, site: str, persons: Mapping[str, Collection[str]], found: _Found, day: date
) -> tuple[list[Change], dict[str, Patient]]:
    stands: tuple[dict[str, Stand], dict[str, Stand]] = ({}, {})
    who: dict[str, Patient] = {}
    for names in persons.values():
        own = list(opened.one(connection, site, names))
        besides = told_by_office(site, caused(connection, study, site, names, day))
        for read, into in zip((found.before, found.after), stands, strict=True):
            gathered, there = Gathered(site), {one.key: one for one in own}
            # what told nothing before is not among what is known of a person
            there |= {key: one for key, one in read.items() if key in there or one.subject in names}
            for one in there.values():
                gathered.add(one if one.kind == "Patient" else replace(one, aliases=()))
            for told in outcomes(gathered, study, day, besides):
                into[told.record.patient.reference] = stand(told.record, told.screening)
                who[told.record.patient.reference] = told.record.patient
    return changes(*stands), who
