"""`natars-fhir screen --engine spark`: a whole hospital on a cluster, with the same closing report."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.engines import Cluster
from natars_fhir.bulk.grid import grid
from natars_fhir.bulk.hospital import REPORT, Screened
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.spark_session import SparkError, Where
from natars_fhir.cli.exits import DONE, PARTLY_READ, UNAVAILABLE
from natars_fhir.cli.inputs import Asked, Input
from natars_fhir.cli.report import summary
from natars_fhir.cli.screens import errors
from natars_fhir.cli.told_whole import closing, lines
from natars_fhir.export.extra import ExtraError


def screen_on_cluster(
    run: Cluster, what: Asked, recipe: Recipe, given: list[Input], to: Path, style: str, language: str, where: Where
) -> int:
    """Reads and screens everything; gives the exit code. Raises typer.BadParameter."""
    pieces = grid([one for one in given if isinstance(one, Path)])
    if to.exists() and any(to.iterdir()):
        raise typer.BadParameter(f"{to} holds something else: nothing is written over")
    try:
        ran = run(where, pieces, recipe, to.absolute().as_uri(), style)
    except ExtraError as missing:
        raise typer.BadParameter(str(missing)) from missing
    except SparkError as fault:
        errors().print(str(fault), markup=False, highlight=False, soft_wrap=True)
        return UNAVAILABLE
    summary(errors(), ran.tally, what.reader.mapping, language)
    files = [Chunk(one.path, one.path, stamp=one.stamp) for one in pieces.sheets]
    parts = sorted(path for path in to.glob("part-*"))
    told = closing(recipe, files, ran.tally, Screened("", parts, ran.counts), None, ran.took)
    told |= {"engine": "spark", "workers": None, "beginSeconds": round(ran.began, 3)}
    for line in lines(told, language):
        errors().print(line, markup=False, highlight=False, soft_wrap=True)
    (to / REPORT).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return DONE if ran.tally.all_read else PARTLY_READ
