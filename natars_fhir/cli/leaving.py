"""`natars-fhir site remove`: a site leaves the trial, and what it sent is removed. Without `--yes` it is told alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, opened, person
from natars_fhir.settings import Settings


def site_remove(
    site: Annotated[str, typer.Argument(help="The site; its file is in mappings/sites/ no more.")],
    yes: Annotated[bool, typer.Option("--yes", help="Removes it; without, it is only told what would go.")] = False,
    mappings: MappingsOption = None,
) -> None:
    """Removes all rows of a site that leaves before a subject of it was allocated. Stop the server, make a backup
    first. The audit stays."""
    from natars_fhir.mapping.files import load  # the mappings and the store are heavy
    from natars_fhir.service.upkeep.leaving import foretold, remove

    settings = Settings()
    has_file = site in load(mappings or settings.mappings, settings.trial).sites
    with opened(settings) as store:
        key = key_of(settings, store)
        if yes:
            left = remove(store, key, site, person(key), datetime.now(UTC), has_file=has_file)
        else:
            left = foretold(store, site, has_file=has_file)
    if left.issue is not None:
        errors().print(left.issue.text, markup=False, soft_wrap=True)
        raise typer.Exit(FAULTS)
    if yes:
        _without_files(settings.pull_folder, site)
    _show(left.rows, site, yes)
    raise typer.Exit(DONE)


def _without_files(folder: Path, site: str) -> None:
    """What was fetched of the site goes: the folder that has its name, and never what such a text may lead to, for
    nobody has checked it."""
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.name == site and one.is_dir() and not one.is_symlink():
            rmtree(one, ignore_errors=True)


def _show(rows: dict[str, int], site: str, yes: bool) -> None:
    table = Table("table", "rows")
    for name, count in rows.items():
        table.add_row(name, str(count))
    if rows:
        output().print(table)
    done = f"Removed: all that was kept of {site}." if yes else f"Nothing is removed of {site} yet: say --yes."
    errors().print(done if rows else f"Nothing is kept of {site}.", markup=False)
