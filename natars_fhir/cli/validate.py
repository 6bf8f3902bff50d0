"""`natars-fhir validate`: every problem of files, each with file, line and FHIRPath. Needs no mappings and no store."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.inputs import VersionOption, found, inputs, named_version
from natars_fhir.cli.screens import errors, progress
from natars_fhir.collector import spare_the_collector
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import Level
from natars_fhir.fhir.ndjson import Document, every_document
from natars_fhir.fhir.validate import validate as problems

_LEVELS: dict[str, Level] = {"readable": "readable", "conformant": "conformant"}


def validate(
    paths: Annotated[
        list[str], typer.Argument(help="Bundles (JSON), resources, NDJSON, folders, .gz of them; - is standard input.")
    ],
    level: Annotated[str, typer.Option("--level", help="readable (what a push must be) or conformant.")] = "conformant",
    style: Annotated[str, typer.Option("--format", help="table, or json: one object a problem and line.")] = "table",
    fhir_version: VersionOption = "",
) -> None:
    """Checks FHIR files. Exit code 1 where there are errors, 2 where some input could not be read."""
    if level not in _LEVELS:
        raise typer.BadParameter(f"«{level}» is not readable or conformant")
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    version, given, tally = named_version(fhir_version), inputs(paths), Counter[str]()
    spare_the_collector()
    say = _object if style == "json" else _line
    with progress(found(given)) as seen:
        for document in every_document(given):
            if seen is not None:
                seen(document.name, document.offset)
            issues = list(document.issues) or problems(document.raw, _LEVELS[level], version)
            sys.stdout.writelines(say(document, issue) for issue in issues)
            _count(tally, document, issues)
    sys.stdout.flush()
    errors().print(_summary(tally, level), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(PARTLY_READ if tally["unreadable"] else FAULTS if tally["error"] else DONE)


def _line(document: Document, issue: Issue) -> str:
    """As compilers write it, so that editors find the place."""
    place = f"{document.name}:{document.line}" if document.line else document.name
    return f"{place}: {issue.severity}: {issue.expression or 'document'}: {issue.text} [{issue.code}]\n"


def _object(document: Document, issue: Issue) -> str:
    said = {
        "file": document.name,
        "line": document.line,
        "severity": issue.severity,
        "code": issue.code,
        "expression": issue.expression,
        "text": issue.text,
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


def _count(tally: Counter[str], document: Document, issues: list[Issue]) -> None:
    severities = [issue.severity for issue in issues]
    tally.update(severities)
    tally["documents"] += bool(document.raw)
    tally["faulty"] += "error" in severities
    tally["unreadable"] += not document.raw or "fatal" in severities


def _summary(tally: Counter[str], level: str) -> str:
    return (
        f"{tally['documents']} documents checked at the level {level}. Errors: {tally['error']} (in {tally['faulty']} "
        f"documents), warnings: {tally['warning']}, not readable: {tally['unreadable']}."
    )
