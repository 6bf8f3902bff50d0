"""`natars-fhir simulate`: a simulated hospital for demonstrations, training and load, with the truth beside it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from natars_fhir.bulk.agreement import HEAD, Agreement
from natars_fhir.bulk.simulated import Style, Written, agreement, made, send, write
from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption, asked, day
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.mapping.faults import nearest
from natars_fhir.simulate.dialect import NAMES, named
from natars_fhir.simulate.hospital import Order

_STYLES: dict[str, Style] = {"ndjson": "ndjson", "bundles": "bundles"}
#: Differences that are listed; all of them are counted.
_SHOWN = 20


def simulate(
    patients: Annotated[int, typer.Option("--patients", min=1, help="How many patients.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same hospital.")] = 1,
    dialect: Annotated[str, typer.Option("--dialect", help="coded, text, mixed or r5.")] = "coded",
    to: Annotated[str, typer.Option("--to", help="A new folder; - sends the feed alone to standard output.")] = "",
    candidates: Annotated[
        float, typer.Option("--candidates", min=0, max=1, help="The share with a retroperitoneal sarcoma.")
    ] = 0.1,
    start: Annotated[str, typer.Option("--start", help="YYYY-MM-DD: the day on which it begins.")] = "2023-01-01",
    months: Annotated[int, typer.Option("--months", min=1, max=600, help="How long it goes on.")] = 24,
    style: Annotated[
        str, typer.Option("--format", help="ndjson: a resource a line; bundles: a transaction a line.")
    ] = "ndjson",
    compared: Annotated[
        Path | None, typer.Option("--compare", help="Such a folder: the pipeline's answers beside its truth.")
    ] = None,
    mappings: MappingsOption = None,
) -> None:
    """Makes invented patients over time, in a hospital's dialect; or compares the pipeline with what is true of them.
    Exit code 1 where a comparison finds a yes for a no, or a no for a yes."""
    if compared is not None:
        raise typer.Exit(_compare(compared, mappings))
    if dialect not in NAMES:
        raise typer.BadParameter(f"«{dialect}» is not {', '.join(NAMES)}{nearest(dialect, NAMES)}")
    if style not in _STYLES:
        raise typer.BadParameter(f"«{style}» is not ndjson or bundles")
    order = Order(patients, seed, named(dialect), candidates, day(start), months)
    _report(_made(order, to, _STYLES[style]), order, to)


def _made(order: Order, to: str, style: Style) -> Written:
    if to == "-":
        written = send(order, sys.stdout.buffer.write, style)
        sys.stdout.flush()
        return written
    folder = Path(to) if to else None
    if folder is None:
        raise typer.BadParameter("say where to, with --to: a new folder, or - for standard output")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise typer.BadParameter(f"{folder} is there already: nothing is written over")
    try:
        return write(order, folder, style)
    except BaseException:  # also where it is stopped: half a hospital would be taken for a whole one
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _report(written: Written, order: Order, to: str) -> None:
    told = f"{written.patients} patients in {written.documents} documents, {written.bytes / 1e6:.1f} MB"
    console = errors()
    console.print(f"{told}, told until {order.as_of} in the dialect of {order.dialect.site}.", highlight=False)
    if to != "-":
        feed = f"{to}/feed --site {order.dialect.site} --as-of {order.as_of}"
        console.print(f"natars-fhir screen {feed}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"natars-fhir simulate --compare {to}", markup=False, highlight=False, soft_wrap=True)


def _compare(folder: Path, mappings: Path | None) -> int:
    try:
        said = made(folder)
    except ValueError as wrong:
        raise typer.BadParameter(f"{folder}: {wrong}") from wrong
    what = asked(said.site, said.as_of.isoformat(), mappings)
    found = agreement(folder, what.reader, what.mappings.study, what.as_of)
    _show(found)
    return FAULTS if found.wrong else DONE


def _show(found: Agreement) -> None:
    console, table = output(), Table(*HEAD)
    for row in found.rows():
        table.add_row(*row)
    console.print(table)
    console.print(f"{found.patients} patients, {found.in_scope} in scope on both sides.", highlight=False)
    for title, some in (("Wrong", found.wrong), ("Other differences", found.lesser)):
        console.print(f"{title}: {len(some)}", highlight=False)
        for one in some[:_SHOWN]:
            reason = f" ({one.reason})" if one.reason else ""
            line = f"  {one.patient}  {one.criterion}: demanded {one.demanded}, answered {one.got}{reason}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        if len(some) > _SHOWN:
            console.print(f"  … and {len(some) - _SHOWN} more", highlight=False)
