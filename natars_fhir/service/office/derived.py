"""Derived: one subject by pseudonym, as the office sees it: the way through the trial, and every endpoint with each
line of its derivation, in days and without a date, as a freeze tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from natars_fhir.domain.life import Event
from natars_fhir.export.derivation import derivation
from natars_fhir.export.figures.beside import Table
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.endpoints import known_one
from natars_fhir.service.freeze.cut import named
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.subjects import Subject, history, may_be_used, subject_of
from natars_fhir.service.screening.screened import today
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Declined, Stood


@dataclass(frozen=True, slots=True)
class Derived:
    """``told`` is what `export.derivation` tells; empty for who was never enrolled. ``facts``: a fact's mark → what it
    is of. ``used``: may the subject's data be used at all?"""

    subject: Subject = field(repr=False)
    history: tuple[list[Event], list[Stood], list[Declined]] = field(repr=False)
    used: bool
    told: Mapping[str, Any]
    facts: Mapping[str, str]


def derived(
    store: Store, intake: Intake, sites: Mapping[str, Site], pseudonym: str, now: datetime, site: str = ""
) -> Derived | None:
    """The subject of this pseudonym, of *site* or of any; None where nobody is."""
    with store.read() as connection:
        found = subject_of(connection, intake, pseudonym, now, site)
        if found is None or found.site not in sites:
            return None
        used, told, facts = may_be_used(found), {}, {}
        known = known_one(connection, intake, sites[found.site], found.names, today(now))
        if known is not None:
            name = partial(named, intake.key)
            told = derivation(known.subject, name)
            facts = {name(fact): fact.concept for fact in known.subject.record.facts}
        return Derived(found, history(connection, found), used, told, facts)


def lines(told: Mapping[str, Any], facts: Mapping[str, str]) -> Table:
    """The derivation as a table: a row a decision, in order; ``of`` is the parameter, empty of what is common."""
    head = ("subject", "of", "status", "reason", "days", "line", "rule", "decision", "en", "zh", "facts")
    return Table(head, [*_rows(told, facts)])


def _rows(told: Mapping[str, Any], facts: Mapping[str, str]) -> Iterator[tuple[str | int | None, ...]]:
    common = {"parameter": "", "status": "", "reason": "", "days": None, "trace": told.get("trace", ())}
    for one in (common, *told.get("times", ())):
        head = (told.get("subject", ""), one["parameter"], one["status"], one["reason"], one["days"])
        for number, step in enumerate(one["trace"], 1):
            marks = " ".join(f"{facts.get(mark, '')}:{mark}" for mark in step["facts"])
            yield (*head, number, step["rule"], step["decision"], step["en"], step["zh"], marks)
