"""Exported: the trial's record of every subject, out of the store as lines of pseudonymised FHIR R4 (NDJSON)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.schema import Site
from natars_fhir.service.endpoints import Seen
from natars_fhir.service.intake import Intake
from natars_fhir.store.engine import Store

#: The resource types that can come out, in the order in which a subject's come.
TYPES: tuple[str, ...] = (
    "ResearchStudy",
    "Patient",
    "ResearchSubject",
    "Condition",
    "Observation",
    "Procedure",
    "MedicationAdministration",
    "AdverseEvent",
    "QuestionnaireResponse",
    "Provenance",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to come out: of which sites, as known on which day; no types or subjects (pseudonyms) are all of them."""

    sites: tuple[Site, ...]
    as_of: date
    types: frozenset[str] = frozenset()
    since: datetime | None = None
    subjects: frozenset[str] = frozenset()
    texts: bool = False


class Line(NamedTuple):
    """One resource: ``raw`` is one line of JSON without its newline, ``subject`` the pseudonym, empty of a study."""

    kind: str
    id: str
    raw: bytes
    subject: str


def exported(
    store: Store,
    intake: Intake,
    asked: Asked,
    *,
    seen: Seen | None = None,
    withheld: Callable[[str, str], object] = lambda site, arm: None,
    told: Callable[[Issue], object] = lambda issue: None,
) -> Iterator[Line]:
    """Studies first, then subject by subject, in one order: the same store gives the same bytes."""
    raise NotImplementedError
