"""Exporting: the plan of an export, made of the mappings: places, codes, the words that may go out, the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from natars_fhir.domain.answer import Reason
from natars_fhir.domain.endpoints.morbidity import Followed
from natars_fhir.domain.endpoints.never_operated import Why
from natars_fhir.domain.endpoints.time_to_event import Parameter, Status
from natars_fhir.domain.phrases import PHRASES
from natars_fhir.domain.study import Study
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.export.plan import NUMBERS, Place, Plan, every_text
from natars_fhir.export.research.questionnaire_response import answer
from natars_fhir.export.research.value import quality
from natars_fhir.export.research.whole import meta
from natars_fhir.export.research.words import PROFILES, REASONS, written
from natars_fhir.fhir.build import Node, coding, concept
from natars_fhir.mapping import exporting
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import Concept

_PRESENCE = ("present", "absent", "suspected")
#: Kind → the values that its concepts can have beside their own.
_VALUES: dict[str, tuple[str, ...]] = {
    "presence": _PRESENCE,
    "ihc": ("positive", "negative", "equivocal", "not-done", "pending", "unknown"),
    "answer": ("yes", "no"),
}
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_SURGICAL = concept(coding("http://snomed.info/sct", "387713003"))


def plan_of(mappings: Mappings, base: str) -> Plan:
    """Everything that an export of this folder is made by."""
    read, places, out = mappings.exporting, dict[str, Place](), dict[str, str]()
    for name, one in mappings.concepts.concepts.items():
        where = read.place(name, one)
        if where.out:
            out[name] = where.out
        else:
            places[name] = _place(mappings, name, one, where, base)
    details = {name: NUMBERS if one.number else frozenset(one.words) for name, one in read.placed.details.items()}
    tumour = concept(*(_coded(mappings, code) for code in read.placed.tumour.codes))
    tables = {table: {name: how for name, (how, _) in rows.items()} for table, rows in read.allowed.allow.items()}
    words = frozenset(_words(mappings, base, places, details.values())) | every_text(tumour)
    malignant = frozenset(read.placed.tumour.types)
    trial = mappings.study.id
    metas = {(one, text): meta(base, trial, one, text=text) for one in ("", *PROFILES) for text in (False, True)}
    qualities = {one: quality(base, one[0], {"valueCode": one[1]}) for one in _qualities(details)}
    answers = {
        (word, why): answer(base, word, why) for word in ("yes", "no", "unknown") for why in ("", *get_args(Reason))
    }
    return Plan(
        base,
        {site: mappings.hash_of(site) for site in mappings.sites},
        read.hash,
        places,
        out,
        details,
        tumour,
        malignant,
        qualities,
        answers,
        metas,
        tables,
        words,
    )


def _qualities(details: dict[str, frozenset[str] | str]) -> Iterator[tuple[str, str]]:
    """Everything that may qualify a fact, or tell how an endpoint was come by: name and word."""
    for name, allowed in details.items():
        yield from ((name, word) for word in (allowed if isinstance(allowed, frozenset) else ()))
    yield from (("standing", word) for word in ("pending", "hedged"))
    yield from (("status", word) for word in get_args(Status))
    yield from (("followed", word) for word in get_args(Followed))
    yield from (("reason", word) for word in REASONS)
    yield "imputed", "yes"
    yield from (("derivation", word) for word in _steps())


def _steps() -> Iterator[str]:
    """The decisions that lead to an endpoint: section of the rules, and which."""
    steps = [key.removeprefix("endpoint.") for key in PHRASES["en"] if key.startswith("endpoint.")]
    yield from (f"6.{section} {step}" for section in range(1, 9) for step in steps)


def _place(mappings: Mappings, name: str, one: Concept, where: exporting.Place, base: str) -> Place:
    own = coding(f"{base}/CodeSystem/concept", name, one.en)
    values = dict(_values(mappings, name, one, where, base))
    category = _SURGICAL if where.category == "surgical" else concept(coding(_CATEGORY, where.category))
    return Place(
        name, one.kind, where.target or "within", concept(*(_coded(mappings, code) for code in where.codes), own),
        values, category if where.category else None, one.unit, where.profile,
    )  # fmt: skip


def _values(
    mappings: Mappings, name: str, one: Concept, where: exporting.Place, base: str
) -> Iterator[tuple[str, Node]]:
    """Each value of a concept: its standard codes, and our own word."""
    if one.kind == "drug":
        yield from _drugs(mappings, base)
        return
    arms = [arm.name for arm in mappings.study.arms] if name == "allocation" else []
    for value in dict.fromkeys((*_VALUES.get(one.kind, ()), *one.values, *where.values, *arms)):
        codes = (_coded(mappings, code) for code in where.values.get(value, ()))
        yield value, concept(*codes, coding(f"{base}/CodeSystem/value", value))


def _drugs(mappings: Mappings, base: str) -> Iterator[tuple[str, Node]]:
    """A drug by its verified ATC codes, and by the trial's name of it."""
    names = [drug.name for drug in mappings.drugs.drug] + [group.name for group in mappings.drugs.group]
    codes = {
        drug.name: [one for one in drug.codes if one.system == "atc" and one.verified] for drug in mappings.drugs.drug
    }
    for name in dict.fromkeys((*names, "none", "unspecified")):
        told = (_coded(mappings, f"atc|{one.code}") for one in codes.get(name, ())[:1] if one.code)
        yield name, concept(*told, coding(f"{base}/CodeSystem/drug", name))


def _coded(mappings: Mappings, written_code: str) -> Node:
    """``system|code`` of the mappings as a Coding."""
    system, _, code = written_code.partition("|")
    return coding(mappings.concepts.systems[system].uri, code)


def _words(
    mappings: Mappings, base: str, places: dict[str, Place], details: Iterable[frozenset[str] | str]
) -> Iterator[str]:
    """Every text that may go out as a word."""
    study = mappings.study
    for place in places.values():
        yield from every_text(place.code, place.category, place.unit, place.profile, [*place.values.values()])
    for allowed in details:
        yield from allowed if isinstance(allowed, frozenset) else ()
    yield from mappings.exporting.placed.details
    yield from written(base)
    yield from _of_study(study, base)
    for literal in (Reason, Parameter, Status, Why, Followed):
        yield from get_args(literal)
    yield from _steps()
    yield from (f"morbidity-{window}" for window in study.conventions.windows)


def _of_study(study: Study, base: str) -> Iterator[str]:
    form = questionnaire(study, base)
    yield f"{form['url']}|{form['version']}"
    yield study.id
    yield from (text for arm in study.arms for text in (arm.name, arm.slug))
    yield from (criterion.id for criterion in study.criteria)
    yield from study.life.causes
    yield from (text for one in study.life.states.values() for text in (one.id, one.r5))
