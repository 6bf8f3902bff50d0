"""Difference: what another mapping would make of everything that is kept of a site. Reads alone; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from natars_fhir.domain.study import Study
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.heard.difference import Stand, stand
from natars_fhir.pipeline import outcomes
from natars_fhir.service.remap.reread import everything, reread
from natars_fhir.store.engine import Store


@dataclass(frozen=True, slots=True)
class Stands:
    """Patient → what is found, with one mapping; and how many resources would have to be sent again."""

    by_patient: Mapping[str, Stand]
    to_send_again: int


def stands(store: Store, reader: DocumentReader, study: Study, as_of: date) -> Stands:
    """Everything that is kept of the reader's site, read with its mapping."""
    gathered, again = Gathered(reader.site), 0
    with store.read() as connection:
        for one in everything(connection, reader.site):
            fresh = reread(one, reader)
            again += fresh is None
            found = replace(one.reading if fresh is None else fresh, key=one.head.key)
            # under which key a resource counts was settled when it came: only Patients bring names along
            gathered.add(found if found.kind == "Patient" else replace(found, aliases=()))
    told = outcomes(gathered, study, as_of)
    return Stands({one.record.patient.reference: stand(one.record, one.screening) for one in told}, again)
