"""`natars-fhir missing`: what is missing over all patients of a site: "12 patients lack ASA class"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import AsOfOption, MappingsOption, SiteOption, VersionOption, asked
from natars_fhir.cli.looked import (
    LanguageOption,
    PathsArgument,
    checked,
    end_of,
    intake_of,
    noted_look,
    read,
    write_csv,
    write_json,
)
from natars_fhir.cli.screens import Table, output
from natars_fhir.cli.stored import opened
from natars_fhir.domain import screening_log
from natars_fhir.domain.screening_log import Missing
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.emit.log_object import MISSING_COLUMNS, missing_object, missing_rows

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("patients", "lack", "criterion", "why", "who"),
    "zh": ("例数", "缺少", "标准", "原因", "患者"),
}
_NONE: dict[Language, str] = {
    "en": "Nothing is missing of anybody in scope whom nothing bars.", "zh": "范围内且无不符合项的患者中，无缺失内容。",
}  # fmt: skip
_SHOWN = 6


def missing(
    paths: PathsArgument = None,
    site: SiteOption = "",
    as_of: AsOfOption = "",
    style: str = typer.Option("table", "--format", help="table, json, csv, or fhir: a List (from the store)."),
    every: Annotated[bool, typer.Option("--all", help="Also of patients whom something bars already.")] = False,
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Lists what would decide the criteria that are unknown, and of how many patients it is missing."""
    checked(style, language, stored=not paths)
    what, code = asked(site, as_of, mappings, fhir_version), DONE
    if paths:
        found = read(what, paths, language)
        screened = [(one.screening, part) for one, part in found.in_scope]
        rows, code = screening_log.missing(screened, barred_too=every), found.code
    else:
        from natars_fhir.service.worklist.log import missing_as_list, missing_of  # the store is heavy

        with opened(what.settings) as store:
            noted_look(what, store)
            if style == "fhir":
                write_json(missing_as_list(store, intake_of(what, store), what.reader.site, end_of(what)))
                raise typer.Exit(DONE)
            rows = missing_of(store, what.mappings.study, what.reader.site, end_of(what), barred_too=every)
    if style == "json":
        write_json([missing_object(row) for row in rows])
    elif style == "csv":
        write_csv(MISSING_COLUMNS, missing_rows(rows))
    else:
        show(output(), rows, "zh" if language == "zh" else "en")
    raise typer.Exit(code)


def show(console: Console, rows: Sequence[Missing], language: Language) -> None:
    """Prints the list as a table."""
    table, words = Table(*_HEADINGS[language], show_lines=False), WORDS[language]
    for row in rows:
        who = ", ".join(one.reference for one in row.patients[:_SHOWN])
        more = f", +{row.count - _SHOWN}" if row.count > _SHOWN else ""
        wants = row.criterion.wants.get(language, row.criterion.id)
        table.add_row(str(row.count), wants, row.criterion.id, words.get(row.reason, row.reason), escape(who + more))
    console.print(table if rows else _NONE[language])
