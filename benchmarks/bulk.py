"""Screening a whole hospital: two processes beside one, the search for needles, and needles beside the whole pipeline.

`python -m benchmarks.bulk`. Two processes are compared by wall time, which wants a machine that does nothing else; the
rest by CPU time. What is loaded once (mappings, needles) stands outside the clock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks import generate
from benchmarks.measure import Missing
from natars_fhir.bulk.chunks import cut
from natars_fhir.bulk.engines import workers_of
from natars_fhir.bulk.hospital import Wanted, read_hospital, screen_hospital, search_hospital
from natars_fhir.bulk.matchers import MATCHERS
from natars_fhir.bulk.recipe import Kitchen, Recipe, provide
from natars_fhir.bulk.searching import tools
from natars_fhir.export.extra import ExtraError
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.needles import needles
from natars_fhir.mapping.site import compiled
from natars_fhir.simulate.dialect import named
from natars_fhir.simulate.hospital import Order, arrivals, lines, patients, truth

AS_OF = "2024-06-15"
MAPPINGS = Path(__file__).parents[1] / "mappings"
#: Of so many patients one is in scope.
_ONE_IN = 100
_BLOCK = 256 * 1024


class Asked(NamedTuple):
    """A way to screen a folder."""

    file: str
    site: str
    as_of: str
    engine: str = "one"
    workers: int = 1
    needles: str = ""


def here(asked: Asked) -> dict[str, float]:
    """Screens the file in this process; the times it took, and how many were screened."""
    recipe = _provided(asked.site, date.fromisoformat(asked.as_of))
    if asked.needles:
        tools(recipe, asked.needles)
    inputs = [Path(asked.file)]
    with TemporaryDirectory() as made, workers_of(asked.engine, asked.workers) as do:
        work, wall, cpu = Path(made), perf_counter(), process_time()
        wanted, among = map(Wanted, cut(inputs)), None
        if asked.needles:
            some, found = search_hospital(cut(inputs), recipe, asked.needles, work, do)
            wanted, among = iter(some), found.patients
        whole = read_hospital(wanted, recipe, work, do)
        counts = screen_hospital(whole, recipe, work / "to", "json", do, among).counts
        return {"wall": perf_counter() - wall, "cpu": process_time() - cpu, "inScope": counts["inScope"]}


def _provided(site: str, as_of: date) -> Recipe:
    mappings = load(MAPPINGS)
    recipe = Recipe(str(MAPPINGS), mappings.hash, "natars", site, as_of)
    provide(recipe, Kitchen(DocumentReader(compiled(mappings, site)), mappings.study))
    return recipe


def _fresh(asked: Asked) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bulk", json.dumps(asked)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def _ratios(one: Asked, others: Sequence[Asked], time: str, rounds: int) -> list[float]:
    """How many times as fast each of the *others* is: the median of rounds, each compared with its own."""
    found: list[list[float]] = []
    for turn in range(rounds):
        took = {asked: _fresh(asked) for asked in [one, *others][:: 1 if turn % 2 == 0 else -1]}
        if len({told["inScope"] for told in took.values()}) > 1:
            raise SystemExit("they came to different outcomes: their speeds mean nothing")
        found.append([took[one][time] / took[other][time] for other in others])
    return [median(ratios) for ratios in zip(*found, strict=True)]


def hospital(path: Path, number: int) -> Asked:
    """A simulated hospital where one patient in a hundred is in scope, as one file."""
    order = Order(number, 1, named("coded"), 0.02)
    kept, scoped = 0, 0
    with path.open("wb") as out:
        for patient in patients(order):
            if truth(patient, order.as_of)["inScope"]:
                if scoped * _ONE_IN > kept:
                    continue
                scoped += 1
            kept += 1
            for sent in arrivals([patient]):
                out.writelines(lines(sent))
    return Asked(str(path), order.dialect.site, order.as_of.isoformat())


def search_speed(matcher: str, blocks: list[bytes]) -> float | Missing:
    """GB a second of CPU time that a matcher searches for the needles of a site."""
    mappings = load(MAPPINGS)
    sought = needles(compiled(mappings, "hospital-a").lore, mappings.study)
    try:
        find = MATCHERS[matcher]([*sought.plain, *sought.guards])
    except ExtraError as absent:
        return Missing(str(absent))
    return max(sum(map(len, blocks)) / 1e9 / _took(lambda: [find(block) for block in blocks]) for _ in range(3))


def _took(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def figures(megabytes: float, number: int, rounds: int, folder: Path) -> dict[str, float | Missing]:
    """Every figure by its fixed name: *megabytes* for two processes, *number* patients for the needles."""
    folder.mkdir(exist_ok=True)
    large = folder / f"bulk-{megabytes:g}mb.ndjson"
    with large.open("wb") as out:
        out.writelines(generate.megabytes(megabytes, 1))
    one = Asked(str(large), "generic", AS_OF)
    few = hospital(folder / f"bulk-{number}-patients.ndjson", number)
    (ratio,) = _ratios(one, [one._replace(engine="pool", workers=2)], "wall", rounds)
    found: dict[str, float | Missing] = {"bulk.two-processes.ratio-to-one": ratio}
    with Path(few.file).open("rb") as file:
        blocks = list(iter(lambda: file.read(_BLOCK), b""))
    speeds = {matcher: search_speed(matcher, blocks) for matcher in MATCHERS}
    there = [matcher for matcher, speed in speeds.items() if not isinstance(speed, Missing)]
    ratios = dict(zip(there, _ratios(few, [few._replace(needles=one) for one in there], "cpu", rounds), strict=True))
    for matcher, speed in speeds.items():
        found[f"needles.{matcher}.gb-per-s"] = speed
        found[f"needles.{matcher}.ratio-to-pipeline"] = ratios.get(matcher, speed)
    large.unlink()
    return found


def main() -> None:
    """Measures and prints; with what is asked as JSON, in this process."""
    if len(sys.argv) == 2:
        print(json.dumps(here(Asked(*json.loads(sys.argv[1])))))
        return
    with TemporaryDirectory() as made:
        for name, value in figures(40, 1_500, 3, Path(made)).items():
            print(f"{name}: not measured ({value.reason})" if isinstance(value, Missing) else f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
