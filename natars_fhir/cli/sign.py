"""`natars-fhir sign PATIENT`: a named investigator says "eligible". Refused while a screening criterion is unknown or
bars."""

from __future__ import annotations

from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.speaking import AtOption, ByOption, PatientArgument, SiteOption, said


def sign(
    patient: PatientArgument, by: ByOption, site: SiteOption, at: AtOption = "", mappings: MappingsOption = None
) -> None:
    """Signs a screening: the patient is told as eligible from then on, while it holds."""
    said(patient, site, by, at, mappings)
