"""Intake: what an installation brings to every push, and the readers of its sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from natars_fhir.domain.study import Study
from natars_fhir.emit.identity import Key
from natars_fhir.export.plan import Plan
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.site import compiled


@dataclass(frozen=True, slots=True)
class Intake:
    """The study that patients are screened for, and how we call them."""

    study: Study
    key: Key = field(repr=False)
    canonical_base: str
    most_entries: int = 10_000
    #: by what an export is made; without it there is none
    plan: Plan | None = field(default=None, repr=False)
    #: whom a push touches is marked as due, and screened soon after (`service.screening.due`); else in its transaction
    after: bool = False
    #: so long they may wait for more of the same patients, unless whoever takes it in works them off before
    patience: timedelta = timedelta()
    #: what a push makes of its patients is found before it is its turn to write (`service.screening.foreseen`)
    ahead: bool = False


def readers(
    mappings: Mappings, sites: Iterable[str], versions: Iterable[Name]
) -> Mapping[str, Mapping[Name, DocumentReader]]:
    """Site → FHIR version → what reads its documents. Raises KeyError for a site without a file."""
    names = tuple(versions)
    made = {site: compiled(mappings, site) for site in {*sites}}
    return MappingProxyType(
        {site: {name: DocumentReader(mapping, name) for name in names} for site, mapping in made.items()}
    )
