"""Asking: one patient out of the store, with the resources behind the evidence, for people who want to see why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.fhir.decode import Decoder
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.pipeline import Outcome
from natars_fhir.service.screening.screened import outcome, peoples_part
from natars_fhir.store import attestations, patients, versions
from natars_fhir.store.engine import Store


def explained(
    store: Store, study: Study, reader: DocumentReader, name: str, as_of: date
) -> tuple[Outcome | None, dict[str, Any]]:
    """The patient whom *name* means (a reference, an id, or a business identifier) as known at the end of *as_of*, and
    key → Struct of the resources that the answers stand on; None where nobody goes by that name."""
    site = reader.site
    with store.read() as connection:
        for key in keys_of(name, reader.mapping.site.identifiers):
            (names,) = patients.persons(connection, site, [key]).values()
            found = outcome(connection, study, site, names, as_of)
            if found is not None:
                wanted = {(f.source.reference, f.source.version) for _, g in found.screening.findings for f in g.facts}
                return found, {
                    ref: got for ref, v in wanted if (got := _resource(connection, reader, ref, v)) is not None
                }
    return None, {}


def people_of(store: Store, study: Study, site: str, found: Outcome) -> PeoplesPart:
    """What people said of this patient, as it stands beside the screening."""
    with store.read() as connection:
        (names,) = patients.persons(connection, site, [found.record.patient.reference]).values()
        return peoples_part(found, study, attestations.said_of(connection, site, study.id, names))


def keys_of(name: str, systems: Collection[str]) -> Iterable[str]:
    """The keys that a person may mean by *name*."""
    yield name
    if "/" not in name:
        yield f"Patient/{name}"
    yield from (f"Patient?identifier={system}|{name}" for system in systems)
    if "|" in name:
        yield f"Patient?identifier={name}"


def _resource(connection: Any, reader: DocumentReader, key: str, version: str) -> Any:
    """The resource of a key in the version that was read: of several with one number the last that came."""
    decode = Decoder(reader.mapping.kinds)
    for kept in reversed(list(versions.versions(connection, reader.site, key))):
        resource = decode(kept.raw).resource
        if resource is not None and (resource.meta.versionId or "" if resource.meta else "") == version:
            return resource
    return None
