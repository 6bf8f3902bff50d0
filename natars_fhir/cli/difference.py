"""`natars-fhir mappings diff`: what a changed folder would change, before it is made active."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from natars_fhir.bulk.survey import survey
from natars_fhir.cli import unread
from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.inputs import Asked, AsOfOption, VersionOption, day, inputs, known_site, named_version
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import at_the_desk, opened
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.heard.difference import Change, changes, counts, stand
from natars_fhir.mapping.site import compiled
from natars_fhir.settings import Settings

_SHOWN = 200


def diff(
    old: Annotated[Path, typer.Argument(help="The mappings folder that counts now.")],
    new: Annotated[Path, typer.Argument(help="The changed folder.")],
    paths: Annotated[list[str] | None, typer.Argument(help="Files to read; without them the store is asked.")] = None,
    site: Annotated[str, typer.Option("--site", help="The site whose data is read.")] = "generic",
    as_of: AsOfOption = "",
    style: Annotated[str, typer.Option("--format", help="table, or json: one object.")] = "table",
    fhir_version: VersionOption = "",
) -> None:
    """Tells which values, answers and verdicts a changed folder changes. Exit code 1 where there is a difference."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    settings, when = Settings(), day(as_of)
    folders = [load(folder, settings.trial) for folder in (old, new)]
    readers = [DocumentReader(compiled(f, known_site(f, site)), named_version(fhir_version)) for f in folders]
    if paths:
        found, all_read = _of_files(paths, folders, readers, when)
    else:
        found, all_read = _of_store(settings, folders, readers, when), True
    _show(style, found)
    raise typer.Exit(FAULTS if found else DONE if all_read else PARTLY_READ)


def _of_files(
    paths: list[str], folders: Sequence[Mappings], readers: Sequence[DocumentReader], when: date
) -> tuple[list[Change], bool]:
    if "-" in paths:
        raise typer.BadParameter("standard input cannot be read twice: name a file")
    told, all_read = [], True
    for folder, reader in zip(folders, readers, strict=True):
        made, outcomes = survey(inputs(paths), reader, folder.study, when)
        told.append({one.record.patient.reference: stand(one.record, one.screening) for one in outcomes})
        all_read &= made.tally.all_read
    unread.tell(errors(), made.tally)
    return changes(*told), all_read


def _of_store(
    settings: Settings, folders: Sequence[Mappings], readers: Sequence[DocumentReader], when: date
) -> list[Change]:
    from natars_fhir.service.remap.difference import stands

    with opened(settings) as store:
        found = [at_the_desk(Asked(settings, *one, when), store) for one in zip(folders, readers, strict=True)]
        before, after = (stands(store, one.reader, one.mappings.study, when) for one in found)
    if after.to_send_again:
        text = "resources must be sent again to be read anew: their Bundle alone tells whose they are"
        errors().print(f"{after.to_send_again} {text}", soft_wrap=True)
    return changes(before.by_patient, after.by_patient)


def _show(style: str, found: Sequence[Change]) -> None:
    number = counts(found)
    if style == "json":
        told = {**number._asdict(), "changes": [one._asdict() for one in found]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("patient", "what", "name", "before", "after", "place", expand=False)
    for one in found[:_SHOWN]:
        table.add_row(*(escape(cell) for cell in (one.patient, one.what, one.name, one.before, one.after, one.place)))
    if found:
        output().print(table)
    if len(found) > _SHOWN:
        output().print(f"… and {len(found) - _SHOWN} more: --format json lists all.")
    output().print(
        f"{_many(number.values, 'value')} in {_many(number.patients, 'patient')}, {_many(number.answers, 'answer')}, "
        f"{_many(number.verdicts, 'verdict')}."
    )


def _many(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
