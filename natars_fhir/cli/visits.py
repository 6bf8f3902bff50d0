"""`natars-fhir visits due`: the visits that are due or overdue, by subject and by site; and all others when asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import MappingsOption, asked
from natars_fhir.cli.looked import write_csv, write_json
from natars_fhir.cli.screens import Table, by_name, output
from natars_fhir.cli.subjects import every_subject
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.export.agenda import STANDINGS, Appointment, SiteCount, agenda, by_site
from natars_fhir.export.written import cell

app = typer.Typer(help="Visits of the trial's subjects.", no_args_is_help=True)
_COLUMNS = ("subject", "site", "kind", "cycle", "visit", "due", "opens", "closes", "standing", "done", "lacks")
_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("subject", "site", "", "cycle", "visit", "due", "counts from", "until", "", "done", "not measured"),
    "zh": ("受试者", "中心", "", "周期", "访视", "应访视日", "窗口自", "至", "", "完成日", "未查项目"),
}
_SITE: dict[Language, str] = {"en": "site", "zh": "中心"}
_NONE: dict[Language, str] = {"en": "No visit is due.\n", "zh": "无应完成的访视。\n"}


@app.callback()
def visits() -> None:
    """Visits of the trial's subjects."""


@app.command("due")
def due(
    on: Annotated[str, typer.Option("--on", help="YYYY-MM-DD; else today in the trial's time zone.")] = "",
    site: Annotated[str, typer.Option("--site", help="One site; without it all of them.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also visits that are done, missed, or not yet open.")] = False,
    counts: Annotated[bool, typer.Option("--by-site", help="How many there are of each site, and no visit.")] = False,
    style: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
) -> None:
    """Lists the visits that are due or overdue on a day and not yet done, the first to close first."""
    if style not in ("table", "json", "csv"):
        raise typer.BadParameter(f"«{style}» is not table, json or csv")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, on, mappings)
    found = agenda(every_subject(what, site), what.as_of)
    shown = [one for one in found if every or one.standing in ("due", "overdue")]
    rows = [one._asdict() for one in by_site(found)] if counts else [as_row(one) for one in shown]
    if style == "json":
        write_json(rows)
    elif style == "csv":
        columns = SiteCount._fields if counts else _COLUMNS
        write_csv(columns, [{name: cell(value) for name, value in row.items()} for row in rows])
    else:
        spoken: Language = "zh" if language == "zh" else "en"
        called = {name: getattr(one, spoken) or name for name, one in what.mappings.concepts.concepts.items()}
        show([] if counts else shown, by_site(found), spoken, called, counted=counts)
    raise typer.Exit(DONE)


def as_row(one: Appointment) -> dict[str, Any]:
    """A visit as plain values; a day as it is written, empty where there is none."""
    days = {name: value.isoformat() if (value := getattr(one, name)) else "" for name in _COLUMNS[5:8]}
    done = one.done.isoformat() if one.done else ""
    return {**one._asdict(), **days, "done": done, "lacks": " ".join(one.lacks)}


def show(
    found: Sequence[Appointment], sites: Sequence[SiteCount], language: Language, called: Mapping[str, str], *,
    counted: bool = False,
) -> None:  # fmt: skip
    """Prints the visits as a table, and how many of each site stand how; that none is due is said. *called*: the
    names of concepts."""
    words = WORDS[language]
    if not found and not counted:
        sys.stdout.write(_NONE[language])
        return
    if found:
        _print(by_name(_HEADINGS[language]), _COLUMNS, (_spoken(one, words, called) for one in found))
    heads = (_SITE[language], *(words[f"visit-{standing}"] for standing in STANDINGS))
    _print(Table(*heads), SiteCount._fields, (one._asdict() for one in sites))


def _print(table: Table, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    output().print(table)


def _spoken(one: Appointment, words: Mapping[str, str], called: Mapping[str, str]) -> dict[str, Any]:
    kind, standing = (words[f"visit-{name}"] for name in (one.kind, one.standing))
    lacks = words["listed"].join(called.get(name, name) for name in one.lacks)
    return {**as_row(one), "visit": words.get(one.visit, one.visit), "kind": kind, "standing": standing, "lacks": lacks}
