"""`natars-fhir subject …`: the trial's subjects by their pseudonyms: where each stands, and what a person causes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import Asked, MappingsOption, asked, day
from natars_fhir.cli.looked import intake_of, write_json
from natars_fhir.cli.screens import errors, output
from natars_fhir.cli.speaking import now
from natars_fhir.cli.stored import opened
from natars_fhir.cli.subject_shown import listed, shown, way
from natars_fhir.domain.sentence import Language

if TYPE_CHECKING:
    from natars_fhir.mapping.schema import Site
    from natars_fhir.service.ingest.answer import Answer
    from natars_fhir.service.ingest.intake import Intake
    from natars_fhir.service.people.moves import Said
    from natars_fhir.store.engine import Store

app = typer.Typer(help="The trial's subjects: where each stands, and what moves it.", no_args_is_help=True)

PseudonymArgument = Annotated[str, typer.Argument(help="The subject's pseudonym, as `subject list` tells it.")]
ByOption = Annotated[str, typer.Option("--by", help="Who says it: of the site's delegation list or the trial office.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
DayOption = Annotated[str, typer.Option("--day", help="YYYY-MM-DD: when it was; else today.")]
StyleOption = Annotated[str, typer.Option("--format", help="table, or json.")]
LanguageOption = Annotated[str, typer.Option("--language", help="en or zh, for the table.")]

_NOBODY: dict[Language, str] = {
    "en": "There is no subject: nobody of the site is in the trial's scope.", "zh": "该中心尚无范围内患者。",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Here:
    what: Asked
    store: Store
    intake: Intake
    now: datetime


@app.callback()
def group() -> None:
    """The trial's subjects."""


@app.command("list")
def list_(
    site: Annotated[str, typer.Option("--site", help="The subjects' site.")],
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Lists the subjects of a site: pseudonym, state, since when, arm, and what the site is asked."""
    from natars_fhir.service.people.subjects import (  # the store is heavy: it is imported where asked
        as_json,
        subjects_of,
    )

    chosen = _language(style, language)
    with _here(site, mappings) as here, here.store.read() as connection:
        found = list(subjects_of(connection, here.intake, here.what.reader.mapping.site, here.now))
    if style == "json":
        write_json([as_json(one) for one in found])
    else:
        output().print(listed(found, chosen) if found else _NOBODY[chosen])
    raise typer.Exit(DONE)


@app.command("show")
def show(
    pseudonym: PseudonymArgument,
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Shows one subject: the way so far, each step with its cause and reason, and what is missing."""
    from natars_fhir.service.people.subjects import as_json, subject_of

    chosen = _language(style, language)
    with _here("", mappings) as here, here.store.read() as connection:
        found = subject_of(connection, here.intake, pseudonym, here.now)
    if found is None:
        _nobody()
    elif style == "json":
        write_json(as_json(found))
    else:
        shown(output(), found, chosen)
    raise typer.Exit(DONE)


@app.command("history")
def history(
    pseudonym: PseudonymArgument,
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Tells everything that was said and noticed of a subject, and each state as it came out then."""
    from natars_fhir.service.people.subjects import history as everything
    from natars_fhir.service.people.subjects import subject_of

    chosen = _language(style, language)
    with _here("", mappings) as here, here.store.read() as connection:
        found = subject_of(connection, here.intake, pseudonym, here.now)
        lines = way(found, everything(connection, found)) if found else []
    if found is None:
        _nobody()
    for line in lines:
        if style == "json":
            typer.echo(json.dumps(line.as_json(), ensure_ascii=False))
        else:
            output().print(line.told(chosen), markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE)


@app.command("move")
def move(
    pseudonym: PseudonymArgument,
    cause: Annotated[str, typer.Option("--cause", help="A cause of the trial file that people tell.")],
    by: ByOption,
    reason: ReasonOption,
    at: DayOption = "",
    strikes: Annotated[str, typer.Option("--strikes", help="With corrected: the cause that is taken back.")] = "",
    mappings: MappingsOption = None,
) -> None:
    """Moves a subject by a cause: opened, submitted, treatment-stopped, completed, corrected …"""
    from natars_fhir.service.people.moves import Said

    _say(pseudonym, mappings, Said(cause, by, _day(at), reason, strikes=strikes))


@app.command("allocate")
def allocate(
    pseudonym: PseudonymArgument,
    arm: Annotated[str, typer.Option("--arm", help="An arm of the trial file, by its slug.")],
    by: ByOption,
    at: DayOption = "",
    mappings: MappingsOption = None,
) -> None:
    """Records the arm that the trial office gave. Refused before the signature and the consent."""
    from natars_fhir.service.people.moves import ALLOCATED, Said

    _say(pseudonym, mappings, Said(ALLOCATED, by, _day(at), arm=arm))


@app.command("withdraw")
def withdraw(
    pseudonym: PseudonymArgument,
    what: Annotated[str, typer.Option("--from", help="treatment, follow-up, or use: of the data.")],
    by: ByOption,
    reason: ReasonOption,
    at: DayOption = "",
    mappings: MappingsOption = None,
) -> None:
    """Records that the patient withdrew: the data is kept to that day; or, from its use, is used no more."""
    from natars_fhir.service.people.moves import WITHDRAWALS, Said

    if what not in WITHDRAWALS:
        raise typer.BadParameter(f"«{what}» is not {', '.join(WITHDRAWALS)}")
    _say(pseudonym, mappings, Said(WITHDRAWALS[what], by, _day(at), reason))


@app.command("decline-task")
def decline_task(
    pseudonym: PseudonymArgument, by: ByOption, reason: ReasonOption, mappings: MappingsOption = None
) -> None:
    """Closes the request for missing data: it stays closed unless something else is missing."""
    from natars_fhir.service.people.moves import decline

    with _here("", mappings) as here:
        _tell(decline(here.store, here.intake, _site(here, pseudonym), pseudonym, by, reason, here.now))


@app.command("purge")
def purge(pseudonym: PseudonymArgument, by: ByOption, reason: ReasonOption, mappings: MappingsOption = None) -> None:
    """Removes everything of a subject who withdrew the use of the data, and prints the certificate (JSON)."""
    from natars_fhir.service.upkeep.purge import purge as purged

    with _here("", mappings) as here:
        done = purged(here.store, here.intake, _site(here, pseudonym), pseudonym, (by, reason), here.now)
    if done.certificate is not None:
        write_json(done.certificate)
        raise typer.Exit(DONE)
    for issue in done.issues:
        errors().print(f"{issue.severity}: {issue.text}", markup=False, soft_wrap=True)
    raise typer.Exit(FAULTS)


def _say(pseudonym: str, mappings: Path | None, said: Said) -> None:
    from natars_fhir.service.people.moves import move as moved

    with _here("", mappings) as here:
        _tell(moved(here.store, here.intake, _site(here, pseudonym), pseudonym, said, here.now))


def _tell(answer: Answer) -> None:
    """Prints what became of it, and ends the command."""
    console = output() if answer.status < 300 else errors()
    for issue in answer.body["issue"]:
        console.print(f"{issue['severity']}: {issue.get('diagnostics', '')}", markup=False, soft_wrap=True)
    raise typer.Exit(DONE if answer.status < 300 else FAULTS)


@contextmanager
def _here(site: str, mappings: Path | None) -> Iterator[_Here]:
    what = asked(site, "", mappings)
    with opened(what.settings) as store:
        yield _Here(what, store, intake_of(what, store), now())


def _site(here: _Here, pseudonym: str) -> Site:
    """The site of a pseudonym. Ends the command where nobody has it, or its site has no file any more."""
    from natars_fhir.service.people.subjects import site_of

    with here.store.read() as connection:
        name = site_of(connection, here.intake, pseudonym)
    found = here.what.mappings.sites.get(name) if name else None
    return found if found is not None else _nobody()


def _nobody() -> Site:
    errors().print("No subject of this pseudonym.", markup=False)
    raise typer.Exit(FAULTS)


def _day(text: str) -> date | None:
    return day(text) if text else None


def _language(style: str, language: str) -> Language:
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    return "zh" if language == "zh" else "en"
