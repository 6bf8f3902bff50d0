"""`natars-fhir attest PATIENT`: a named person answers what the data leaves open, or corrects a misreading."""

from __future__ import annotations

from typing import Annotated

import typer

from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.speaking import AtOption, ByOption, PatientArgument, SiteOption, said


def attest(
    patient: PatientArgument,
    criterion: Annotated[str, typer.Option("--criterion", help="The criterion's id, such as I-15.")],
    answer: Annotated[str, typer.Option("--answer", help="yes or no: is the criterion's sentence true?")],
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept and shown beside the answer.")],
    site: SiteOption,
    at: AtOption = "",
    mappings: MappingsOption = None,
) -> None:
    """Keeps a named person's answer to one criterion, beside the data's own. It waives nothing."""
    if answer not in ("yes", "no"):
        raise typer.BadParameter(f"«{answer}» is not yes or no")
    said(patient, site, by, at, mappings, (criterion, answer, reason))
