"""`natars-fhir screen`: files in, one prefilled screening a patient out. Needs no server and no store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from natars_fhir.bulk.engines import ENGINES
from natars_fhir.bulk.screen import screen_files
from natars_fhir.bulk.spark_session import Where
from natars_fhir.cli.exits import DONE, PARTLY_READ
from natars_fhir.cli.inputs import (
    Asked,
    AsOfOption,
    Input,
    MappingsOption,
    SiteOption,
    VersionOption,
    asked,
    found,
    inputs,
)
from natars_fhir.cli.report import Report, summary
from natars_fhir.cli.screens import errors, output, progress
from natars_fhir.cli.whole import Options, checked, screen_whole
from natars_fhir.emit.prefilled import as_json, prefilled


def screen(
    paths: Annotated[
        list[str], typer.Argument(help="Bundles (JSON), NDJSON, folders, .gz of them; - is standard input.")
    ],
    site: SiteOption = "",
    as_of: AsOfOption = "",
    style: Annotated[
        str, typer.Option("--format", help="table, or json: one object a patient and line; with --to json or parquet.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
    routed: Annotated[
        bool, typer.Option("--routed", help="Lets results go unchecked that no criterion asks for: faster.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="How many processes share the work.")] = 1,
    engine: Annotated[
        str, typer.Option("--engine", help=f"{', '.join(ENGINES)}; else the number of workers tells.")
    ] = "",
    to: Annotated[Path | None, typer.Option("--to", help="A folder for the results: parts, and report.json.")] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="A folder where what is finished is kept: the same command goes on.")
    ] = None,
    needles: Annotated[
        bool, typer.Option("--needles", help="Searches the bytes first: who cannot matter is not screened.")
    ] = False,
    matcher: Annotated[str, typer.Option("--matcher", help="ahocorasick or hyperscan, for --needles.")] = "ahocorasick",
    master: Annotated[str, typer.Option("--master", help="Spark's master: spark://host:7077; else this machine.")] = "",
    remote: Annotated[str, typer.Option("--remote", help="Spark Connect: sc://host:15002.")] = "",
) -> None:
    """Screens every patient of the input against the trial. Exit code 2 when some input could not be read."""
    options = Options(workers, engine, to, resume, style, language, matcher if needles else "", Where(master, remote))
    if style not in ("", "table", "json") and not options.asked:
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    given, whole = inputs(paths), options.asked
    options = checked(options, given)
    what = asked(site, as_of, mappings, fhir_version, routed=routed)
    if whole:
        raise typer.Exit(screen_whole(what, given, options, routed=routed))
    raise typer.Exit(_here(what, given, style, language))


def _here(what: Asked, given: list[Input], style: str, language: str) -> int:
    """Screens within this process, patient by patient, and prints; gives the exit code."""
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
    summary(errors(), tally, what.reader.mapping, language)
    return DONE if tally.all_read else PARTLY_READ
