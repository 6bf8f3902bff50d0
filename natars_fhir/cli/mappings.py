"""`natars-fhir mappings check`: every fault of a mappings folder at once."""

from __future__ import annotations

import typer

from natars_fhir.cli import difference, gaps, mapped, terminology
from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.screens import output
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from natars_fhir.settings import Settings

app = typer.Typer(help="The mappings folder: concepts, views, sites, trial.", no_args_is_help=True)
app.command("export")(terminology.export)
app.command("import")(terminology.take_in)
app.command("gaps")(gaps.gaps)
app.command("diff")(difference.diff)
app.command("desk")(mapped.desk)


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
    concepts = found.concepts.concepts.values()
    codes = [
        code for concept in concepts for code in (*concept.asked, *(c for says in concept.says for c in says.codes))
    ]
    codes += [code for drug in found.drugs.drug for code in drug.codes]
    unverified = sum(not code.verified for code in codes)
    output().print(
        f"{len(found.concepts.concepts)} concepts, {len(found.views)} views, {len(found.sites)} sites, "
        f"{len(found.drugs.drug)} drugs, {len(found.study.criteria)} criteria: no fault. "
        f"{unverified} codes are marked as not verified. Mapping {found.hash}."
    )
    raise typer.Exit(DONE)
