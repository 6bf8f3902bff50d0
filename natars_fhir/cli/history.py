"""`natars-fhir history PATIENT`: what changed of a patient in the store, step by step, each with its cause."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption, asked
from natars_fhir.cli.looked import noted_look
from natars_fhir.cli.screens import errors, output
from natars_fhir.cli.stored import opened


def history(
    patient: Annotated[str, typer.Argument(help="Patient/…, its id, or a business identifier.")],
    site: Annotated[str, typer.Option("--site", help="The patient's site.")],
    style: Annotated[str, typer.Option("--format", help="table, or json: one object a step and line.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
) -> None:
    """Prints every change of findings: the resource versions behind it, values, answers, verdict, people's part."""
    from natars_fhir.service.worklist.asking import keys_of  # the store is heavy: it is imported where it is asked
    from natars_fhir.service.worklist.history import lines, steps_of

    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, "", mappings)
    with opened(what.settings) as store:
        noted_look(what, store, patient)
        steps = steps_of(store, site, list(keys_of(patient, what.reader.mapping.site.identifiers)))
    if not steps:
        errors().print("No such patient in scope, now or before.", markup=False)
        raise typer.Exit(FAULTS)
    if style == "json":
        for step in steps:
            typer.echo(json.dumps(step.as_json(), ensure_ascii=False))
    else:
        for at, line in lines(steps, "zh" if language == "zh" else "en"):
            output().print(f"{at}  {line}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE)
