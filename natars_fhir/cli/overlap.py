"""`natars-fhir site overlap`: which sites may know the same person. For the trial office: counts and pseudonyms."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from natars_fhir.cli.inputs import MappingsOption, asked
from natars_fhir.cli.looked import intake_of, write_json
from natars_fhir.cli.screens import Table, output
from natars_fhir.cli.stored import opened


def overlap(
    style: str = typer.Option("table", "--format", help="table or json."),
    mappings: MappingsOption = None,
) -> None:
    """Compares keyed hashes of national numbers across sites, of patients in scope. Nobody is joined."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    from natars_fhir.service.worklist.overlap import overlap  # the store is heavy: it is imported where it is asked

    what = asked("", "", mappings)
    sites = [site for _, site in sorted(what.mappings.sites.items())]
    with opened(what.settings) as store:
        found = overlap(store, intake_of(what, store), sites, datetime.now(UTC), "command")
    if style == "json":
        compared = [{"site": s, "compared": some, "inScope": every} for s, (some, every) in found.compared.items()]
        pairs = [{"sites": [*pair], "persons": number} for pair, number in sorted(found.pairs.items())]
        same = [[{"site": site, "subject": name} for site, name in some] for some in found.same]
        write_json({"compared": compared, "pairs": pairs, "same": same})
        return
    console, table = output(), Table("site", "in scope", "with a number that can be compared")
    for site, (some, every) in found.compared.items():
        table.add_row(site, str(every), str(some))
    console.print(table)
    for (first, second), number in sorted(found.pairs.items()):
        console.print(f"{first} and {second} may share {number} persons.", markup=False)
    for group in found.same:
        console.print("maybe one person: " + ", ".join(f"{name} ({site})" for site, name in group), markup=False)
    if not found.comparable:
        console.print(
            "Nothing can be said: fewer than two sites send a number that can be compared (shared, in a site's file)."
        )
    elif not found.same:
        console.print("No two sites share a person, as far as their numbers tell.")
