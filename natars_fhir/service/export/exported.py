"""Exported: the trial's record of every subject, out of the store as lines of pseudonymised FHIR R4 (NDJSON).

One subject after the other, in one order: the same store and question give the same bytes, and memory stays flat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Record
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.emit.research_study import master_study, site_study
from natars_fhir.export.allowed import told as told_of
from natars_fhir.export.lines import Line, Writer
from natars_fhir.export.plan import Plan
from natars_fhir.export.pseudonym import export_keys
from natars_fhir.export.research.whole import Whole
from natars_fhir.export.research.words import KINDS
from natars_fhir.export.said import naming, words_at
from natars_fhir.export.scrub import scrubber
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.endpoints import Known, Seen, Withheld, known, nobody
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store import changed, kept
from natars_fhir.store.engine import Store

__all__ = ["TYPES", "Asked", "Line", "exported"]

#: The resource types that can come out, in the order in which a subject's come.
TYPES: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to come out: of which sites, as known on which day; no types or subjects (pseudonyms) are all of them.

    ``since``: everything of those subjects alone of whom something came, was said, was read anew or is dated after that
    moment. ``texts``: the words that facts were read from too, scrubbed.
    """

    sites: tuple[Site, ...]
    as_of: date
    types: frozenset[str] = frozenset()
    since: datetime | None = None
    subjects: frozenset[str] = frozenset()
    texts: bool = False


def exported(
    store: Store,
    intake: Intake,
    asked: Asked,
    *,
    seen: Seen | None = None,
    withheld: Withheld = nobody,
    told: Callable[[Issue], object] = lambda _: None,
) -> Iterator[Line]:
    """Studies first, then subject by subject. *withheld*: site and arm of whoever withdrew the use of the data.
    *told*: what was left out, at the end, each place once. Raises ValueError for an installation without a plan."""
    if intake.plan is None:
        raise ValueError("an export needs the plan that the mappings give")
    with store.read() as connection:
        yield from _Export(connection, intake, intake.plan, asked).lines(seen, withheld, told)


class _Export:
    """One export, from one moment of the store."""

    def __init__(self, connection: Connection, intake: Intake, plan: Plan, asked: Asked) -> None:
        self._connection, self._intake, self._asked = connection, intake, asked
        study, base = intake.study, intake.canonical_base
        self._sites = {site.site: site for site in asked.sites}
        own = {name: site_study(study, name, site.en, base) for name, site in sorted(self._sites.items())}
        self._studies = {name: str(made["id"]) for name, made in own.items()}
        self._made = [master_study(study, base), *own.values()]
        named = frozenset(f"ResearchStudy/{made['id']}" for made in self._made)
        self._writer = Writer(plan, export_keys(intake.key, study.id), asked.as_of, named)
        form = questionnaire(study, base)
        self._form = f"{form['url']}|{form['version']}"
        self._left: Counter[tuple[str, str]] = Counter()

    def lines(self, seen: Seen | None, withheld: Withheld, told: Callable[[Issue], object]) -> Iterator[Line]:
        """All lines, and then what was left out."""
        asked = self._asked
        if not asked.types or "ResearchStudy" in asked.types:
            yield from self._of_studies()
        sites = [self._sites[name] for name in sorted(self._sites)]
        for one in known(
            self._connection, self._intake, sites, asked.as_of, seen=seen, withheld=withheld, asked=asked.subjects
        ):
            if self._is_asked_for(one):
                yield from self._of_subject(one)
        for issue in told_of(self._left):
            told(issue)

    def _of_studies(self) -> Iterator[Line]:
        mask = self._writer.mask("")
        for made in self._made:
            line = self._writer.line(made, mask)
            if line is not None:
                yield line
        self._left += mask.left

    def _is_asked_for(self, one: Known) -> bool:
        asked, subject = self._asked, one.subject
        if asked.since is None or _dated_since(subject.record, asked.since):
            return True
        return changed.since(self._connection, subject.site, self._intake.study.id, one.names, asked.since)

    def _of_subject(self, one: Known) -> Iterator[Line]:
        subject = one.subject
        resources = self._resources(one) if self._asked.texts else {}
        mask = self._writer.mask(subject.pseudonym, _scrub(resources.values()) if self._asked.texts else None)
        study = self._intake.study
        whole = Whole(
            subject, study.id, self._studies[subject.site], self._form, study.arms, one.findings, one.way,
            _texts(resources),
        )  # fmt: skip
        yield from self._writer.lines(whole, mask, self._asked.types)
        self._left += mask.left

    def _resources(self, one: Known) -> dict[str, Node]:
        """What the person's facts were read from, as it came: for its texts, and for the names in it."""
        connection, site = self._connection, one.subject.site
        keys = kept.about(connection, site, one.names)
        found = kept.newest(connection, site, keys)
        read = {key: _json(found[key].raw) for key in sorted(found)}
        return {key: node for key, node in read.items() if node is not None}


def _dated_since(record: Record, moment: datetime) -> bool:
    """Is something dated after that moment's day, or on it? It may have come earlier, and counts only now."""
    day = moment.astimezone(SHANGHAI).date().isoformat()
    return any((fact.when or "") >= day or (fact.known or "") >= day for fact in record.facts)


def _json(raw: bytes) -> Node | None:
    try:
        node: Any = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    return node if isinstance(node, dict) else None


def _scrub(resources: Iterable[Node]) -> Callable[[str], str]:
    return scrubber(text for resource in resources for text in naming(resource))


def _texts(resources: dict[str, Node]) -> Callable[[Fact], str]:
    return lambda fact: words_at(resources.get(fact.source.reference), fact)
