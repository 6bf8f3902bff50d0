"""`natars-fhir screen`: files in, one prefilled screening a patient out. Needs no server and no store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from natars_fhir.bulk.screen import screen_files
from natars_fhir.cli.exits import DONE, PARTLY_READ
from natars_fhir.cli.inputs import AsOfOption, MappingsOption, SiteOption, VersionOption, asked, found, inputs
from natars_fhir.cli.report import Report, summary
from natars_fhir.cli.screens import errors, output, progress
from natars_fhir.emit.prefilled import as_json, prefilled


def screen(
    paths: Annotated[
        list[str], typer.Argument(help="Bundles (JSON), NDJSON, folders, .gz of them; - is standard input.")
    ],
    site: SiteOption = "",
    as_of: AsOfOption = "",
    style: Annotated[str, typer.Option("--format", help="table, or json: one object a patient and line.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
    routed: Annotated[
        bool, typer.Option("--routed", help="Lets results go unchecked that no criterion asks for: faster.")
    ] = False,
) -> None:
    """Screens every patient of the input against the trial. Exit code 2 when some input could not be read."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what, given = asked(site, as_of, mappings, fhir_version, routed=routed), inputs(paths)
    with progress(found(given)) as seen:
        tally, outcomes = screen_files(
            given, what.reader, what.mappings.study, what.as_of, what.settings.facts_in_memory, seen
        )
    if style == "json":
        write = sys.stdout.buffer.write
        for outcome in outcomes:
            write(as_json(prefilled(outcome.screening, outcome.record.facts, outcome.issues)) + b"\n")
        sys.stdout.flush()
    else:
        report = Report(language)
        for outcome in outcomes:
            report.add(outcome)
        report.show(output(), what.as_of)
    summary(errors(), tally, what.reader.mapping)
    raise typer.Exit(DONE if tally.all_read else PARTLY_READ)
