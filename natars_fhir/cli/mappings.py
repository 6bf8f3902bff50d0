"""`natars-fhir mappings check`: every fault of a mappings folder at once."""

from __future__ import annotations

import typer

from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.screens import output
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from natars_fhir.settings import Settings

app = typer.Typer(help="The mappings folder: concepts, views, sites, trial.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The mappings folder."""


@app.command("check")
def check(mappings: MappingsOption = None) -> None:
    """Loads the folder as a server would: exit code 78 with every fault, file and line; else what it holds."""
    settings = Settings()
    found = load(mappings or settings.mappings, settings.trial)
    for site in found.sites:
        compiled(found, site)
    unverified = sum(
        not code.verified
        for concept in found.concepts.concepts.values()
        for code in (*concept.asked, *(code for says in concept.says for code in says.codes))
    )
    output().print(
        f"{len(found.concepts.concepts)} concepts, {len(found.views)} views, {len(found.sites)} sites, "
        f"{len(found.drugs.drug)} drugs, {len(found.study.criteria)} criteria: no fault. "
        f"{unverified} codes are marked as not verified. Mapping {found.hash}."
    )
    raise typer.Exit(DONE)
