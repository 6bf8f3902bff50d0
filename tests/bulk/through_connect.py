"""A run through Spark Connect, in a process that has no Spark of its own: address, folder, where to."""

from __future__ import annotations

import sys
from pathlib import Path

from natars_fhir.bulk.grid import grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.spark import run
from natars_fhir.bulk.spark_session import session
from tests import ward
from tests.simulate.hospitals import order

if __name__ == "__main__":
    address, folder, to = sys.argv[1:]
    asked = Recipe(str(ward.FOLDER), ward.mappings().hash, "natars", order("mixed").dialect.site, order().as_of)
    with session(remote=address) as spark:
        run(spark, grid([Path(folder)], 40_000), asked, to, "parquet")
