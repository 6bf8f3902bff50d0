"""What `log` and `missing` share: the patients of a site in scope, out of files or out of the store."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from natars_fhir.bulk.screen import screen_files
from natars_fhir.cli import unread
from natars_fhir.cli.exits import DONE, PARTLY_READ
from natars_fhir.cli.inputs import Asked, inputs
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import key_of, noted
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.people import with_people
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.pipeline import Outcome

if TYPE_CHECKING:
    from natars_fhir.service.ingest.intake import Intake
    from natars_fhir.store.engine import Store

PathsArgument = Annotated[list[str] | None, typer.Argument(help="Files to read; without them the store is asked.")]
LanguageOption = Annotated[str, typer.Option("--language", help="en or zh, for the table.")]
_STYLES = ("table", "json", "csv", "fhir")


@dataclass(frozen=True, slots=True)
class Read:
    """What files came to: everybody, and how the command ends."""

    outcomes: tuple[Outcome, ...]
    code: int

    @property
    def in_scope(self) -> list[tuple[Outcome, PeoplesPart]]:
        """The patients in scope. In files nobody has said anything."""
        return [(one, PeoplesPart(with_people(one.screening, ()))) for one in self.outcomes if one.screening.in_scope]


def read(what: Asked, paths: list[str], language: str = "en") -> Read:
    """Everybody of the files."""
    tally, outcomes = screen_files(inputs(paths), what.reader, what.mappings.study, what.as_of)
    found = tuple(outcomes)
    unread.tell(errors(), tally, language)
    return Read(found, DONE if tally.all_read else PARTLY_READ)


def checked(style: str, language: str, *, stored: bool) -> None:
    """Raises typer.BadParameter for a form that there is not."""
    if style not in _STYLES:
        raise typer.BadParameter(f"«{style}» is not {', '.join(_STYLES[:-1])} or {_STYLES[-1]}")
    if style == "fhir" and not stored:
        raise typer.BadParameter("a FHIR List is made from the store alone: its identifiers are keyed")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")


def end_of(what: Asked) -> datetime:
    """The moment that stands for the day asked for."""
    return datetime.combine(what.as_of, time(23, 59, 59), SHANGHAI).astimezone(UTC)


def intake_of(what: Asked, store: Store) -> Intake:
    """The installation, with the store's key. Ends the command (78) where the key is not there, or another one."""
    from natars_fhir.service.export.exporting import plan_of  # the store is heavy: it is imported where it is asked
    from natars_fhir.service.ingest.intake import Intake

    settings = what.settings
    plan = plan_of(what.mappings, settings.canonical_base)
    return Intake(what.mappings.study, key_of(settings, store), settings.canonical_base, settings.most_entries, plan)


def noted_look(what: Asked, store: Store, patient: str = "") -> None:
    """Writes into the audit that somebody of this machine looks at a site's patients, or at the one that is named."""
    from natars_fhir.service.upkeep.pseudonym import subject_of
    from natars_fhir.service.worklist.asking import explained  # the store is heavy: it is imported where it is asked

    about, study = "", what.mappings.study
    found = explained(store, study, what.reader, patient, what.as_of)[0] if patient else None
    if found is not None:
        about = subject_of(intake_of(what, store), what.reader.mapping.site, found.screening.patient)
    noted(what.settings, store, "look", what.reader.site, about)


def write_json(told: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(told, ensure_ascii=False))


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A table with its head on standard output."""
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
