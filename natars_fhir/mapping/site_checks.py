"""What is checked of a site's file beyond its shape: names that exist, systems that can match, feeds that can come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from natars_fhir.mapping.checks import system_faults
from natars_fhir.mapping.codes import CODE, Systems
from natars_fhir.mapping.faults import Fault, line_at, line_of, nearest
from natars_fhir.mapping.narrative.normal import Characters
from natars_fhir.mapping.schema import Concept, Concepts, Drugs, LocalCode, Site
from natars_fhir.mapping.texts import alike
from natars_fhir.mapping.view import struct, types


def site_faults(path: Path, site: Site, concepts: Concepts, drugs: Drugs) -> list[Fault]:
    """Everything that is checked of a site's file."""
    source = path.read_text(encoding="utf-8")
    faults = lines_faults(str(path), source, site, concepts, drugs)
    if site.site != path.stem:
        text = f"«{site.site}» stands in a file of another name"
        faults.append(Fault(str(path), line_of(source, site.site), text))
    return faults


def lines_faults(name: str, source: str, site: Site, concepts: Concepts, drugs: Drugs) -> list[Fault]:
    """Local codes that name concepts, values and drugs which exist; systems and units that can be read. The lines are
    those of *source*, which people know by its *name*."""
    faults = [
        (code, text)
        for codes in site.codes.values()
        for code, local in codes.items()
        for text in _local(code, local, concepts, drugs)
    ]
    faults += _tables(site, concepts)
    faults += _same(site, concepts)
    faults += _expected(site, concepts)
    faults += _pulled(site)
    faults += [(url, f"«{url}» is no http address") for url in _addresses(site) if not url.startswith(_HTTP)]
    accepted = {unit for concept in concepts.concepts.values() for unit in concept.accepts}
    for spelling, unit in site.units.items():
        if unit not in accepted:
            near = nearest(unit, accepted)
            faults.append((spelling, f"«{spelling}» stands for «{unit}», which no concept accepts{near}"))
    faults += [(one, text) for one in site.complete if (text := _never_complete(one, concepts))]
    systems = system_faults(site.systems, concepts.systems)
    told = [Fault(name, line_at(source, "systems", system), text) for system, text in systems]
    return [*told, *(Fault(name, line_of(source, word), text) for word, text in faults)]


def words_faults(
    name: str, source: str, site: Site, concepts: Concepts, drugs: Drugs, characters: Characters
) -> list[Fault]:
    """Names of tests, and answers, in words: each stands once, for what there is."""
    told = _texts(site, concepts, characters)
    for concept, said in site.answers.items():
        told += [(f"[answers.{concept}]", text, fault) for text, fault in _answered(concept, said, concepts, drugs)]
        told += [(concept, other, f"«{text}» and «{other}» are one text") for text, other in alike(said, characters)]
    return [Fault(name, line_of(source, table, f'"{text}"'), fault) for table, text, fault in told]


def _answered(concept: str, said: Mapping[str, str], concepts: Concepts, drugs: Drugs) -> Iterator[tuple[str, str]]:
    found = concepts.concepts.get(concept)
    if found is None:
        yield concept, f"answers: unknown concept «{concept}»{nearest(concept, concepts.concepts)}"
        return
    words = answers_of(found, concepts, drugs)
    if not words:
        yield concept, f"answers: «{concept}» is a {found.kind}: its answers in words cannot be told one by one"
        return
    for text, value in said.items():
        if value not in words:
            yield text, f"«{text}»: «{concept}» cannot be «{value}»{nearest(value, words)}"
        elif not text.strip():
            yield text, f"«{text}» is no answer to anything"


def answers_of(concept: Concept, concepts: Concepts, drugs: Drugs) -> tuple[str, ...]:
    """The values that an answer in words may stand for; none of a number, a date, a text or a drug."""
    return () if concept.kind == "drug" else allowed(concept, concepts, drugs)


def _texts(site: Site, concepts: Concepts, characters: Characters) -> list[tuple[str, str, str]]:
    """Texts that name concepts which exist, each once."""
    known = concepts.concepts
    told = [
        (text, f"«{text}»: unknown concept «{concept}»{nearest(concept, known)}")
        for text, concept in site.texts.items()
        if concept not in known
    ]
    told += [(text, f"«{text}» is no name of anything") for text in site.texts if not text.strip()]
    pairs = alike(site.texts, characters)
    told += [(other, f"«{first}» and «{other}» are one text") for first, other in pairs]
    return [("[texts]", text, said) for text, said in told]


def _never_complete(name: str, concepts: Concepts) -> str:
    """Only what is there or not can be none by silence: a stain that was not made is not negative."""
    if name not in concepts.concepts:
        return f"complete: unknown concept «{name}»{nearest(name, concepts.concepts)}"
    kind = concepts.concepts[name].kind
    return "" if kind == "presence" else f"complete: «{name}» is of the kind {kind}: silence says nothing of it"


def _local(code: str, local: str | LocalCode, concepts: Concepts, drugs: Drugs) -> Iterator[str]:
    row = LocalCode(concept=local) if isinstance(local, str) else local
    if not CODE.fullmatch(code.strip()):
        yield f"«{code}» has blanks that no FHIR code has: it could never match"
    if row.report:
        yield from _report(code, row, concepts)
    elif row.concept and row.concept not in concepts.concepts:
        yield f"«{code}»: unknown concept «{row.concept}»{nearest(row.concept, concepts.concepts)}"
    elif row.concept and row.value:
        yield from _said(code, row, concepts, drugs)
    elif row.value:
        words = {says.value for groups in concepts.values.values() for says in groups}
        if row.value not in words:
            yield f"«{code}»: no kind of concept has the value «{row.value}»{nearest(row.value, words)}"
    elif not row.concept:
        yield f"«{code}» says nothing"


def _report(code: str, row: LocalCode, concepts: Concepts) -> Iterator[str]:
    if row.report not in concepts.reports:
        yield f"«{code}»: unknown kind of report «{row.report}»{nearest(row.report, concepts.reports)}"
    if row.concept or row.value:
        yield f"«{code}» is a kind of report, and says a concept or a value too: one of the two"


def _said(code: str, row: LocalCode, concepts: Concepts, drugs: Drugs) -> Iterator[str]:
    concept = concepts.concepts[row.concept]
    words = allowed(concept, concepts, drugs)
    if not words:
        yield f"«{code}»: a code cannot say a value of «{row.concept}», which is a {concept.kind}"
    elif row.value not in words:
        yield f"«{code}»: «{row.concept}» cannot be «{row.value}»{nearest(row.value, words)}"


def allowed(concept: Concept, concepts: Concepts, drugs: Drugs) -> tuple[str, ...]:
    """The values that a code may say of a concept; none of a number, a date or a text."""
    if concept.kind == "drug":
        return (*(drug.name for drug in drugs.drug), *(group.name for group in drugs.group))
    if concept.kind in ("presence", "answer"):
        return ("present", "absent", "suspected") if concept.kind == "presence" else ("yes", "no")
    if concept.values:
        return concept.values
    names = (concept.kind, *(name for name, one in concepts.concepts.items() if one is concept))
    return tuple(dict.fromkeys(says.value for name in names for says in concepts.values.get(name, ())))


def _tables(site: Site, concepts: Concepts) -> Iterator[tuple[str, str]]:
    """Each table of codes stands under a system's name, or under the address of one that has no name."""
    systems = {**concepts.systems, **site.systems}
    named = {address: name for name, system in systems.items() for address in (system.uri, *system.also)}
    for table in site.codes:
        if table in named:
            yield (
                table,
                f"the codes of «{table}» must stand under its name, «{named[table]}»: so they would never match",
            )
        elif table and table not in systems and ":" not in table:
            yield table, f"unknown system «{table}»{nearest(table, systems)}"


def _same(site: Site, concepts: Concepts) -> Iterator[tuple[str, str]]:
    """Two spellings of one code would give it two meanings."""
    systems = Systems({**concepts.systems, **site.systems})
    for table, codes in site.codes.items():
        seen: dict[str, str] = {}
        for code in codes:
            if (other := seen.setdefault(systems.spelt(table, code), code)) != code:
                yield f'"{code}"', f"«{other}» and «{code}» of «{table}» are one code"


def _expected(site: Site, concepts: Concepts) -> Iterator[tuple[str, str]]:
    """What is expected can come: a type of resource, or a concept."""
    for kind in site.expects.types:
        if struct(kind) is None:
            yield f'"{kind}"', f"no view can read «{kind}»{nearest(kind, types())}"
    for kind in site.expects.each:
        if struct(kind) is None and kind not in concepts.concepts:
            yield kind, f"«{kind}» is neither a type nor a concept{nearest(kind, (*types(), *concepts.concepts))}"


def _pulled(site: Site) -> Iterator[tuple[str, str]]:
    """What is fetched can be read, and from somewhere."""
    if site.pull is None:
        return
    if site.pull.source is None and site.endpoint is None:
        yield "[pull", "pull: no server is named: write [pull.source], or [endpoint]"
    for kind in site.pull.types:
        if struct(kind) is None:
            yield kind, f"pull: no view can read «{kind}»{nearest(kind, types())}"


_HTTP = ("http://", "https://")


def _addresses(site: Site) -> tuple[str, ...]:
    source = site.pull.source if site.pull else None
    return (*site.bases, *(one.url for one in (site.endpoint, source) if one))
