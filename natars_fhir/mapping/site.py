"""One site's mapping, compiled: the folder's tables and the site's own dialect, ready to read resources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.mapping.codes import Meaning, Systems, Table
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.lore import DrugNames, Lore
from natars_fhir.mapping.route import Route, route
from natars_fhir.mapping.schema import Code, Concepts, Drugs, LocalCode, Says, Site
from natars_fhir.mapping.texts import answers_to, plain_text
from natars_fhir.mapping.units import Units
from natars_fhir.mapping.view import Read, subject_of, together


@dataclass(frozen=True, slots=True)
class SiteMapping:
    """What the pipeline needs of a site: how to read each type, whom it is about, which types are wanted."""

    site: Site
    hash: str
    reads: Mapping[str, Read]
    subjects: Mapping[str, str]
    kinds: frozenset[str]
    lore: Lore
    route: Route
    #: code systems that are not the hospital's, though its file may give them further addresses
    standard: frozenset[str]


@lru_cache(maxsize=16)
def compiled(mappings: Mappings, site: str) -> SiteMapping:
    """The mapping of *site*, made once. Raises KeyError for a site without a file."""
    found = mappings.sites[site]
    lore = lore_of(mappings, found)
    reads = together(mappings.views, lore)
    kinds, subjects = frozenset(reads), subject_of(mappings.views)
    unasked = route(lore, mappings.views, reads)
    standard = frozenset(mappings.concepts.systems)
    return SiteMapping(found, mappings.hash_of(site), reads, subjects, kinds, lore, unasked, standard)


def lore_of(mappings: Mappings, site: Site) -> Lore:
    """The tables of the folder, with the site's own rows before the standard ones."""
    concepts, local = mappings.concepts, list(_local(site))
    answers = _answers(mappings, site)
    systems = Systems({**concepts.systems, **site.systems})
    return Lore(
        site=site.site,
        hash=mappings.hash_of(site.site),
        concepts=concepts.concepts,
        of_tumours=concepts.of_tumours(),
        systems=systems,
        asked=Table(systems, _asked(concepts, local), key=str),
        says=Table(systems, _says(concepts, mappings.drugs, local, answers), key=lambda meant: meant.concept),
        values=_values(systems, concepts, local, answers),
        reports=Table(systems, _reports(concepts, local), key=str),
        units=_units(concepts, site),
        drugs=_drug_names(mappings.drugs),
        texts={plain_text(text, mappings.words.characters): name for text, name in site.texts.items()},
        answers=answers,
        words=mappings.words,
        consent_names=site.consent,
        arms={name.casefold(): arm.name for arm in mappings.study.arms for name in (arm.name, arm.slug)},
    )


def _local(site: Site) -> Iterator[tuple[Code, LocalCode]]:
    for system, codes in site.codes.items():
        for code, said in codes.items():
            row = LocalCode(concept=said) if isinstance(said, str) else said
            yield Code(system=system, code=code, source=site.site), row


#: concept → answers in words, in normal form → value
_Answers = dict[str, dict[str, str]]


def _answers(mappings: Mappings, site: Site) -> _Answers:
    characters = mappings.words.characters
    return {
        concept: {plain_text(text, characters): value for text, value in said.items()}
        for concept, said in site.answers.items()
    }


def _asked(concepts: Concepts, local: list[tuple[Code, LocalCode]]) -> Iterator[tuple[Code, str]]:
    yield from ((code, row.concept) for code, row in local if row.concept and not row.value)
    for name, concept in concepts.concepts.items():
        yield from ((code, name) for code in concept.asked)


def _says(
    concepts: Concepts, drugs: Drugs, local: list[tuple[Code, LocalCode]], answers: _Answers
) -> Iterator[tuple[Code, Meaning]]:
    for name, said in answers.items():
        if _table(name, concepts) not in concepts.values:
            yield from (
                (Code(system=answers_to(name), code=text), Meaning(name, value)) for text, value in said.items()
            )
    classes = {drug.name: drug.classes for drug in drugs.drug} | {group.name: group.classes for group in drugs.group}
    for code, row in local:
        if row.concept == "antineoplastic-drug" and row.value:
            yield code, _drug(row.value, classes[row.value])
        elif row.concept and row.value:
            yield code, Meaning(row.concept, row.value)
    for name, concept in concepts.concepts.items():
        yield from ((code, _meaning(name, says)) for says in concept.says for code in says.codes)
    for substance in drugs.drug:
        yield from ((code, _drug(substance.name, substance.classes)) for code in substance.codes)
    for group in drugs.group:
        yield from ((code, _drug(group.name, group.classes)) for code in group.codes)


def _meaning(concept: str, says: Says) -> Meaning:
    return Meaning(concept, says.value, detail(**says.detail), says.standing)


def _drug(name: str, classes: tuple[str, ...]) -> Meaning:
    return Meaning("antineoplastic-drug", name, (("class", classes),))


def _table(concept: str, concepts: Concepts) -> str:
    """Where the values of a concept stand: under its own name, or that of its kind; what people attest is there or
    not."""
    kind = concepts.concepts[concept].kind
    return concept if concept in concepts.values else "presence" if kind == "answer" else kind


#: What people attest, as what is there or not.
_ATTESTED = {"yes": "present", "no": "absent"}


def _values(
    systems: Systems, concepts: Concepts, local: list[tuple[Code, LocalCode]], answers: _Answers
) -> dict[str, Table[str]]:
    """Kind → coding → word; a local code of a value alone serves every kind that has the word, an answer in words the
    concept that it answers."""
    in_words: dict[str, list[tuple[Code, str]]] = {}
    for name, said in answers.items():
        codes = (
            (Code(system=answers_to(name), code=text), _ATTESTED.get(value, value)) for text, value in said.items()
        )
        in_words.setdefault(_table(name, concepts), []).extend(codes)
    plain = [(code, row.value) for code, row in local if row.value and not row.concept]
    tables: dict[str, Table[str]] = {}
    for kind, groups in concepts.values.items():
        words = {says.value for says in groups}
        standard = [(code, says.value) for says in groups for code in says.codes]
        own = [*in_words.get(kind, ()), *((c, w) for c, w in plain if w in words)]
        tables[kind] = Table(systems, [*own, *standard], key=str)
    return tables


def _reports(concepts: Concepts, local: list[tuple[Code, LocalCode]]) -> Iterator[tuple[Code, str]]:
    yield from ((code, row.report) for code, row in local if row.report)
    for kind, codes in concepts.reports.items():
        yield from ((code, kind) for code in codes)


def _units(concepts: Concepts, site: Site) -> dict[str, Units]:
    spellings = {**concepts.units, **site.units}
    return {
        name: Units(concept.unit, concept.accepts, spellings)
        for name, concept in concepts.concepts.items()
        if concept.accepts or concept.kind in ("number", "size")
    }


def _drug_names(drugs: Drugs) -> DrugNames:
    """Longest names first; a Latin name must stand as a word of its own."""
    named: dict[str, Any] = {
        name.casefold(): _drug(drug.name, drug.classes) for drug in drugs.drug for name in drug.names
    }
    parts = [_word(name) for name in sorted(named, key=len, reverse=True)]
    return DrugNames(re.compile("|".join(parts)), named)


def _word(name: str) -> str:
    escaped = re.escape(name)
    return rf"(?<![a-z]){escaped}(?![a-z])" if name.isascii() else escaped
