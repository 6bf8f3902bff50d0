"""What `attest` and `sign` share: a person of the delegation list says something of a patient of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from natars_fhir.cli.exits import CONFIGURATION, DONE, FAULTS
from natars_fhir.cli.inputs import asked
from natars_fhir.cli.screens import errors, output
from natars_fhir.cli.stored import opened
from natars_fhir.domain.answer import Answer

PatientArgument = Annotated[str, typer.Argument(help="Patient/…, its id, or a business identifier.")]
ByOption = Annotated[str, typer.Option("--by", help="Who says it: name or identifier of the delegation list.")]
SiteOption = Annotated[str, typer.Option("--site", help="The patient's site.")]
AtOption = Annotated[str, typer.Option("--at", help="When it was said, with its zone: 2024-06-15T09:30:00+08:00.")]


def said(
    patient: str, site: str, by: str, at: str, mappings: Path | None, told: tuple[str, str, str] | None = None
) -> None:
    """Says it (criterion, yes or no, reason; without them: signs), prints what became of it, and ends the command."""
    # the store is heavy: it is imported where it is asked
    from natars_fhir.service.ingest.intake import Intake
    from natars_fhir.service.people.people import Spoken, speak
    from natars_fhir.service.people.sayings import Saying
    from natars_fhir.service.upkeep.secret import SecretError, secret
    from natars_fhir.service.worklist.asking import keys_of

    what, moment_now = asked(site, "", mappings), now()
    here, study = what.reader.mapping.site, what.mappings.study
    if told and told[0] not in [criterion.id for criterion in study.criteria]:
        raise typer.BadParameter(f"«{told[0]}» is no criterion of this trial")
    sayings = (Saying(told[0], Answer.of(told[1] == "yes"), told[2]),) if told else ()
    names = tuple(keys_of(patient, here.identifiers))
    spoken = Spoken(names, (by,), moment(at) if at else moment_now, sayings, signs=told is None)
    with opened(what.settings) as store:
        try:
            key = secret(what.settings.key_file, store)
        except SecretError as fault:
            errors().print(str(fault), markup=False, soft_wrap=True)
            raise typer.Exit(CONFIGURATION) from None
        intake = Intake(study, key, what.settings.canonical_base, what.settings.most_entries)
        answer = speak(store, intake, here, spoken, moment_now)
    console = output() if answer.status < 300 else errors()
    for issue in answer.body["issue"]:
        console.print(f"{issue['severity']}: {issue.get('diagnostics', '')}", markup=False, soft_wrap=True)
    raise typer.Exit(DONE if answer.status < 300 else FAULTS)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def moment(text: str) -> datetime:
    """A moment with its zone. Raises typer.BadParameter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"«{text}» is no moment (2024-06-15T09:30:00+08:00)") from wrong
    if found.tzinfo is None:
        raise typer.BadParameter(f"«{text}» has no time zone")
    return found
