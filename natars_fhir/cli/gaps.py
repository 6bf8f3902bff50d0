"""`natars-fhir mappings gaps`: what a site sends and is not understood, with a hint for each."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from natars_fhir.bulk.survey import survey
from natars_fhir.cli import unread
from natars_fhir.cli.exits import DONE, PARTLY_READ
from natars_fhir.cli.inputs import Asked, MappingsOption, VersionOption, asked, inputs
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import at_the_desk, opened
from natars_fhir.mapping.heard.expected import Expected
from natars_fhir.mapping.heard.suggest import Suggester, suggester
from natars_fhir.mapping.heard.unmapped import Listed, Listing, draft_map, listed, listing
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import publisher_of, source_of

_STYLES = ("table", "json", "csv", "fhir")
_SHOWN = 200


def gaps(
    paths: Annotated[list[str] | None, typer.Argument(help="Files to read; without them the store is asked.")] = None,
    site: Annotated[str, typer.Option("--site", help="The site whose gaps are listed.")] = "",
    style: Annotated[str, typer.Option("--format", help="table, json, csv, or fhir: a draft ConceptMap.")] = "table",
    every: Annotated[bool, typer.Option("--all", help="Also standard codes that the trial does not ask for.")] = False,
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Lists codes, units, texts and elements that were not understood, with counts, first and last, and a hint."""
    if style not in _STYLES:
        raise typer.BadParameter(f"«{style}» is not one of {', '.join(_STYLES)}")
    what = asked(site, "", mappings, fhir_version)
    found, feeds, all_read = _of_files(what, paths) if paths else _of_store(what)
    shown = [one for one in found if every or one.standing != "standard"]
    _show(style, shown, what)
    for one in feeds:
        if one.quiet:
            last = one.last.date().isoformat() if one.last else "never"
            errors().print(f"quiet: {one.kind}, expected every {one.days} days; last: {last}", markup=False)
    if hidden := len(found) - len(shown):
        errors().print(f"{hidden} standard codes or types that the trial does not ask for: --all lists them.")
    if not paths:
        _set_apart(what)
    raise typer.Exit(DONE if all_read else PARTLY_READ)


def hints(what: Asked) -> Suggester:
    """What the site's mapping knows by name."""
    mapping = what.reader.mapping
    return suggester(mapping.lore, mapping.site, remarks(source_of(what.mappings, mapping.site.site)))


def _of_files(what: Asked, paths: list[str]) -> tuple[list[Listed], Sequence[Expected], bool]:
    made, _ = survey(inputs(paths), what.reader, what.mappings.study, what.as_of)
    unread.tell(errors(), made.tally)
    return listed(what.reader.mapping, hints(what), made.counted), (), made.tally.all_read


def _of_store(what: Asked) -> tuple[list[Listed], Sequence[Expected], bool]:
    from natars_fhir.service.remap.gaps import feeds
    from natars_fhir.service.remap.gaps import gaps as of_store

    with opened(what.settings) as store:
        here = at_the_desk(what, store)
        mapping = here.reader.mapping
        return of_store(store, mapping, hints(here)), feeds(store, mapping, datetime.now(UTC)), True


def _set_apart(what: Asked) -> None:
    """What could not be used at all stands in the quarantine, and not among the gaps."""
    from natars_fhir.service.remap.quarantine import standing

    with opened(what.settings) as store:
        waiting, untried = standing(store, at_the_desk(what, store).reader.mapping)
    if waiting:
        tried = f", {untried} of them not tried with this mapping yet" if untried else ""
        errors().print(f"quarantine: {waiting} wait{tried}: natars-fhir quarantine list", markup=False, soft_wrap=True)


def _show(style: str, found: Sequence[Listed], what: Asked) -> None:
    rows = [listing(one) for one in found]
    if style == "json":
        for row in rows:
            sys.stdout.write(json.dumps(row._asdict(), ensure_ascii=False) + "\n")
    elif style == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(Listing._fields)
        writer.writerows([_safe(cell) for cell in row] for row in rows)
    elif style == "fhir":
        made = draft_map(found, publisher_of(what.mappings, what.reader.site, what.settings.canonical_base))
        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=2) + "\n" if made else "")
    else:
        _table(rows)


def _hint(row: Listing) -> str:
    """What it may mean. Of a neighbour only where to look: its meaning would be another item's."""
    if row.because == "neighbour":
        return f"look beside {row.like}"
    return f"{row.hint} ({row.because}: {row.like})" if row.hint else ""


def _safe(cell: object) -> object:
    """A cell that a spreadsheet must not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _table(rows: Sequence[Listing]) -> None:
    table = Table("what", "resource", "of", "item", "name", "times", "last", "hint", expand=False)
    for row in rows[:_SHOWN]:
        hint = _hint(row)
        item = row.item or ("not declared: not shown" if row.standing == "undeclared" else "")
        cells = (row.what, row.resource, row.about, item, row.display, str(row.times), row.last, hint)
        table.add_row(*(escape(cell) for cell in cells))
    output().print(table if rows else "Everything that came was understood.")
    if len(rows) > _SHOWN:
        output().print(f"… and {len(rows) - _SHOWN} more: --format csv lists all.")
