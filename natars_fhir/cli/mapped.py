"""`natars-fhir mappings desk`: what a site's people mapped over its file: its versions, their lines, and back again."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption, asked
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, opened

if TYPE_CHECKING:
    from natars_fhir.service.remap.mapped import Desk


def desk(
    site: Annotated[str, typer.Option("--site", help="The site.")],
    number: Annotated[
        int | None, typer.Option("--number", help="Prints this version's lines, as a file has them.")
    ] = None,
    activate: Annotated[
        int | None, typer.Option("--activate", help="Makes this version active; 0: the site's file alone.")
    ] = None,
    mappings: MappingsOption = None,
) -> None:  # fmt: skip
    """Lists the versions of a site's mapping desk, prints the lines of one, or makes one active."""
    from natars_fhir.service.remap import mapped  # the store is heavy: it is imported where it is asked

    what = asked(site, "", mappings)
    with opened(what.settings) as store:
        here = mapped.desk(store, site)
        asked_for = activate if activate is not None else number
        if asked_for and asked_for not in {one.number for one in here.versions}:
            errors().print(f"{site} has no version {asked_for}.", markup=False)
            raise typer.Exit(FAULTS)
        if activate is not None:
            key, now = key_of(what.settings, store), datetime.now(UTC)
            turned = mapped.make_active(store, key, what.mappings, site, activate, "command", now)
            told = "counts from now on: a server takes it in at its next round" if turned else "counted already"
            errors().print(f"Version {activate} of {site} {told}.", markup=False, soft_wrap=True)
        elif number is not None:
            sys.stdout.write(here.text(number))
        else:
            output().print(_table(here))
    raise typer.Exit(DONE)


def _table(here: Desk) -> Table:
    table = Table("version", "made", "by", "state", expand=False)
    for one in here.versions:
        state = "active" if one.number == here.active else "waits" if one.number == here.draft else ""
        table.add_row(str(one.number), one.made.strftime("%Y-%m-%d %H:%M"), one.by, state)
    table.add_row("0", "", "", "active" if here.active == 0 else "")
    return table
