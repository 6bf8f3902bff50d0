"""`natars-fhir form [PATIENT]`: the screening form, prefilled for one patient or blank, as FHIR's JSON."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from natars_fhir.bulk.screen import screen_files
from natars_fhir.cli import unread
from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.explain import is_named
from natars_fhir.cli.inputs import (
    Asked,
    AsOfOption,
    MappingsOption,
    SiteOption,
    VersionOption,
    asked,
    inputs,
    named_version,
)
from natars_fhir.cli.looked import noted_look
from natars_fhir.cli.problem import problem
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import opened
from natars_fhir.emit.bilingual import spoken
from natars_fhir.emit.identity import declared
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.emit.questionnaire_response import NOBODY, Statements, prefilled_response
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.pipeline import Outcome

_INDENT = 2


_OUT_OF_SCOPE = {
    "en": "The patient is not in the trial's scope: nothing suggests a sarcoma there.",
    "zh": "该患者不在试验范围内：未见肉瘤的线索。",
}


def form(
    patient: Annotated[str, typer.Argument(help="Patient/…, its id, or an identifier; else the form blank.")] = "",
    paths: Annotated[list[str] | None, typer.Argument(help="Files to read; without them the store is asked.")] = None,
    site: SiteOption = "",
    as_of: AsOfOption = "",
    language: Annotated[str, typer.Option("--language", help="en or zh: what the form speaks.")] = "en",
    to: Annotated[str, typer.Option("--to", help="R4 or R5: the version that is printed.")] = "R4",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Prints the screening form: a Questionnaire, or a patient's prefilled QuestionnaireResponse."""
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    printed = VERSIONS[named_version(to) or "R4"]
    what = asked(site, as_of, mappings, fhir_version)
    made, all_read = _filled(what, patient, paths or [], language) if patient else (_blank(what), True)
    if made is None:
        errors().print("No such patient in what was read.", markup=False)
        raise typer.Exit(FAULTS)
    told, _ = printed.from_r4(spoken(made, language))
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=_INDENT) + "\n")
    raise typer.Exit(DONE if all_read else PARTLY_READ)


def _blank(what: Asked) -> Node:
    return questionnaire(what.mappings.study, what.settings.canonical_base)


def _filled(what: Asked, patient: str, paths: list[str], language: str) -> tuple[Node | None, bool]:
    """The patient's form; and could all be read?"""
    stated, all_read = NOBODY, True
    if paths:
        found, all_read = _from_files(what, patient, paths, language)
    else:
        found, stated = _from_store(what, patient)
    if found is None:
        return None, all_read
    if not found.screening.in_scope:
        errors().print(_OUT_OF_SCOPE[language], markup=False)
    for issue in found.issues:
        line = problem("", issue.severity, issue.expression, issue.text, language)
        errors().print(line, markup=False, soft_wrap=True)
    known = what.reader.mapping.site.identifiers
    primary = declared(found.screening.patient, known[0] if known else "")
    base, now = what.settings.canonical_base, datetime.now(UTC)
    return prefilled_response(found.screening, what.mappings.study, base, now, primary, stated), all_read


def _from_files(what: Asked, patient: str, paths: list[str], language: str) -> tuple[Outcome | None, bool]:
    given: list[Path] = [one for one in inputs(paths) if isinstance(one, Path)]
    if len(given) < len(paths):
        raise typer.BadParameter("standard input is not read here: name a file")
    tally, outcomes = screen_files(given, what.reader, what.mappings.study, what.as_of)
    found = next((one for one in outcomes if is_named(one, patient)), None)
    unread.tell(errors(), tally, language)
    return found, tally.all_read


def _from_store(what: Asked, patient: str) -> tuple[Outcome | None, Statements]:
    """The patient out of the store, which is not made here: where there is none, nothing was ever pushed."""
    from natars_fhir.service.worklist.asking import explained, people_of

    study = what.mappings.study
    with opened(what.settings) as store:
        noted_look(what, store, patient)
        found, _ = explained(store, study, what.reader, patient, what.as_of)
        if found is None:
            return None, NOBODY
        return found, people_of(store, study, what.reader.site, found).people.counting
