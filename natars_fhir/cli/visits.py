"""`natars-fhir visits due`: the safety visits whose days have come, and those that were missed, by subject."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import MappingsOption, asked
from natars_fhir.cli.looked import write_csv, write_json
from natars_fhir.cli.screens import output
from natars_fhir.cli.subjects import every_subject
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.export.subject import Subject
from natars_fhir.export.written import cell

app = typer.Typer(help="Visits of the trial's subjects.", no_args_is_help=True)
_COLUMNS = ("subject", "site", "cycle", "visit", "due", "opens", "closes", "standing", "done", "lacks")
_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("subject", "site", "cycle", "visit", "due", "counts from", "until", "", "done", "not measured"),
    "zh": ("受试者", "中心", "周期", "访视", "应访视日", "窗口自", "至", "", "完成日", "未查项目"),
}


@app.callback()
def visits() -> None:
    """Visits of the trial's subjects."""


@app.command("due")
def due(
    on: Annotated[str, typer.Option("--on", help="YYYY-MM-DD; else today in the trial's time zone.")] = "",
    site: Annotated[str, typer.Option("--site", help="One site; without it all of them.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also visits that are done, missed, or not yet open.")] = False,
    style: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
) -> None:
    """Lists the safety visits that are open on a day and not yet done, the first to close first."""
    if style not in ("table", "json", "csv"):
        raise typer.BadParameter(f"«{style}» is not table, json or csv")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    rows = listed(every_subject(asked(site, on, mappings), site), every=every)
    if style == "json":
        write_json(rows)
    elif style == "csv":
        write_csv(_COLUMNS, [{name: cell(value) for name, value in row.items()} for row in rows])
    else:
        show(rows, "zh" if language == "zh" else "en")
    raise typer.Exit(DONE)


def listed(found: Sequence[Subject], *, every: bool = False) -> list[dict[str, Any]]:
    """The visits that are due, or all, by the day on which they close."""
    rows = [
        {
            "subject": one.pseudonym,
            "site": one.site,
            "cycle": visit.cycle,
            "visit": visit.name,
            "due": visit.due.isoformat(),
            "opens": visit.opens.isoformat(),
            "closes": visit.closes.isoformat(),
            "standing": visit.standing,
            "done": visit.done.isoformat() if visit.done else "",
            "lacks": " ".join(visit.lacks) if visit.standing == "done" else "",
        }
        for one in found
        for cycle in one.endpoints.cycles
        for visit in cycle.visits
        if every or visit.standing == "due"
    ]
    return sorted(rows, key=lambda row: (row["closes"], row["subject"], row["visit"]))


def show(rows: Sequence[dict[str, Any]], language: Language) -> None:
    """Prints the visits as a table; that there are none is said."""
    if not rows:
        sys.stdout.write({"en": "No visit is due.\n", "zh": "无应完成的访视。\n"}[language])
        return
    table = Table(*_HEADINGS[language])
    for row in rows:
        shown = {**row, "standing": WORDS[language].get(f"visit-{row['standing']}", row["standing"])}
        table.add_row(*(str(shown[name]) for name in _COLUMNS))
    output().print(table)
