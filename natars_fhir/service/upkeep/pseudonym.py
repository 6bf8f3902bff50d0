"""Pseudonym: what the audit calls a patient and a person, so that nobody without the key can tell who is meant."""

from __future__ import annotations

from natars_fhir.domain.record import Patient
from natars_fhir.emit.identity import Key, identity, keyed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake


def subject_of(intake: Intake, site: Site, patient: Patient) -> str:
    """The patient as the site's ResearchSubject calls it, whether or not there is one yet."""
    primary = site.identifiers[0] if site.identifiers else ""
    return identity(patient, intake.study.id, intake.key, intake.canonical_base, primary).pseudonym


def person_of(key: Key, site: str, name: str) -> str:
    """Somebody of a site's staff (or, of no site, who runs a command), by identifier or name; empty for nobody."""
    return keyed(key, "person", site, name) if name else ""
