"""Subject: one person of the trial as statisticians know them: a pseudonym, the record, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from natars_fhir.domain.endpoints.derive import Endpoints
from natars_fhir.domain.record import Record


@dataclass(frozen=True, slots=True)
class Subject:
    """``record`` names the hospital's patient: it never goes out as it stands."""

    pseudonym: str
    site: str
    record: Record = field(repr=False)
    endpoints: Endpoints
