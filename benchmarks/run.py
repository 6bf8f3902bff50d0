"""All figures in one run: makes the data, measures the alternatives side by side, prints `name: value` lines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks import (
    bulk,
    deliver,
    endpoints,
    export,
    export_store,
    generate,
    load,
    measure,
    office,
    pages,
    pull,
    real,
    simulated,
    spark,
)
from benchmarks.measure import Measurement, Missing, Rounds

HERE = Path(__file__).parent
SEED = 1

#: What is measured, and on which file: slow ones get a slice, as speed is per megabyte. What is compared stands near.
FILES = {
    "pipeline": "whole",
    "fhir-resources-parse": "slice",
    "pipeline-decode-all": "whole",
    "read-lines": "whole",
    "header-decode": "whole",
    "fast-check": "whole",
    "fhirkit-check": "whole",
    "walker-check": "slice",
}
#: Figure: what is compared with what.
RATIOS = {
    "pipeline.ratio-to-fhir-resources": ("pipeline", "fhir-resources-parse"),
    "pipeline.decode-all.ratio-to-fhir-resources": ("pipeline-decode-all", "fhir-resources-parse"),
    "checker.ratio-to-fhirkit": ("fast-check", "fhirkit-check"),
    "walker.ratio-to-fhirkit": ("walker-check", "fhirkit-check"),
    "pipeline.share-of-header-decode": ("pipeline", "header-decode"),
    "pipeline.share-of-page-cache-read": ("pipeline", "read-lines"),
}
#: The same on bundles that nobody here made, where they stand beside the checkout.
REAL_FILES = {"pipeline-decode-all": "real", "fhir-resources-parse": "real-slice"}
REAL_RATIO = "real.pipeline.decode-all.ratio-to-fhir-resources"
#: Alternatives that must come to the same outcome before their speeds mean anything.
SAME = ("pipeline", "pipeline-decode-all")
#: Where the time goes: each row is what its alternative adds to the one above it.
STAGES = (("reading lines", "read-lines"), ("decoding", "fast-check"), ("facts and rules", "pipeline-decode-all"))
LIBRARIES = ("msgspec", "fhir.resources", "pydantic", "fhirkit-rs")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, and how often."""

    whole_mb: float
    slice_mb: float
    rounds: int
    #: whose endpoints are derived
    subjects: int
    #: whose record is exported
    exported: int
    #: changed subjects that are delivered
    delivered: int
    #: of a simulated hospital
    patients: int
    #: patients that a source holds
    pulled: int
    #: patients of whom a page tells
    listed: int
    #: patients in scope of whom the office's figures tell
    shown: int
    #: a file that one and two processes screen, the patients among whom needles search, how often each
    bulk_mb: float
    bulk_patients: int
    bulk_rounds: int
    #: a file that one and two workers of Spark screen, and how often
    spark_mb: float
    spark_rounds: int
    #: how long a server is pushed to
    seconds: float


QUICK = Size(
    whole_mb=20, slice_mb=2, rounds=7, subjects=500, exported=1_000, delivered=2_000, patients=500,
    pulled=16, listed=10_000, shown=500, bulk_mb=25, bulk_patients=1_000, bulk_rounds=1, spark_mb=20, spark_rounds=1,
    seconds=6,
)  # fmt: skip
FULL = Size(
    whole_mb=100, slice_mb=4, rounds=7, subjects=2_000, exported=10_000, delivered=10_000, patients=4_000, pulled=80,
    listed=10_000, shown=10_000,
    bulk_mb=800, bulk_patients=20_000, bulk_rounds=3, spark_mb=2_000, spark_rounds=3, seconds=60,
)  # fmt: skip


def main(size: Size | None = None, folder: Path = HERE) -> None:
    """Measure, print, and write results.json into *folder*."""
    size = size or (QUICK if os.environ.get("QUICK") else FULL)
    made = make(size, folder / ".made")
    found = measure.interleaved({name: made[which] for name, which in FILES.items()}, made["warm"], size.rounds)
    insist_on_the_same(found)
    figures = dict(figures_of(found))
    figures |= real_figures(size, made["warm"], folder / ".made")
    figures |= endpoints.figures(size.subjects)
    figures |= export.figures(size.exported)
    figures |= export_store.figures(max(1, size.exported // 50))
    figures |= deliver.figures(size.delivered)
    figures |= simulated.figures(size.patients)
    figures |= pull.figures(size.pulled)
    figures |= bulk.figures(size.bulk_mb, size.bulk_patients, size.bulk_rounds, folder / ".made")
    figures |= spark.figures(size.spark_mb, size.spark_rounds, folder / ".made")
    figures |= load.figures(size.seconds)
    figures |= pages.figures(size.listed, min(100, size.listed // 2))
    figures |= office.figures(size.shown, min(40, size.shown))
    for name, value in figures.items():
        print(f"# {name}: not measured ({value.reason})" if isinstance(value, Missing) else f"{name}: {value:.3g}")
    for line in remarks(found):
        print(f"# {line}")
    (folder / "results.json").write_text(json.dumps(results(size, found, figures), indent=2) + "\n")


def make(size: Size, folder: Path) -> dict[str, Path]:
    """The data, made once for each size: the same patients begin every file."""
    folder.mkdir(exist_ok=True)
    wanted = {"whole": size.whole_mb, "slice": size.slice_mb, "warm": 0.1}
    made = {which: folder / f"{which}-{megabytes:g}mb-seed{SEED}.ndjson" for which, megabytes in wanted.items()}
    for which, path in made.items():
        with path.open("wb") as out:
            out.writelines(generate.megabytes(wanted[which], SEED))
    return made


def insist_on_the_same(found: Rounds) -> None:
    """A faster run with another outcome does not count."""
    outcomes = {run.outcome for name in SAME if not isinstance(runs := found[name], Missing) for run in runs}
    if len(outcomes) > 1:
        raise SystemExit(f"{' and '.join(SAME)} came to different outcomes: their figures mean nothing")


def figures_of(found: Rounds) -> Iterator[tuple[str, float | Missing]]:
    """Every figure by its fixed name."""
    yield "pipeline.mb-per-s", alone(found["pipeline"], lambda runs: measure.speeds(runs)[0])
    yield "pipeline.peak-rss-mb", alone(found["pipeline"], lambda runs: median(run.peak_rss_mb for run in runs))
    for figure, (name, reference) in RATIOS.items():
        yield figure, compared(found[name], found[reference])


def real_figures(size: Size, warm: Path, folder: Path) -> dict[str, float | Missing]:
    """How fast real bundles are read, and how many of their resources need the walker."""
    names = (REAL_RATIO, "real.walker-share-percent")
    files = real.files(folder)
    if files is None:
        return dict.fromkeys(names, Missing("shared/data does not stand beside the checkout"))
    found = measure.interleaved({name: files[which] for name, which in REAL_FILES.items()}, warm, min(size.rounds, 3))
    ratio = compared(found["pipeline-decode-all"], found["fhir-resources-parse"])
    return dict(zip(names, (ratio, 100 * real.walker_share(files["real"])), strict=True))


def alone(runs: list[Measurement] | Missing, figure: Callable[[list[Measurement]], float]) -> float | Missing:
    """A figure of one alternative, or what is missing for it."""
    return runs if isinstance(runs, Missing) else figure(runs)


def compared(runs: list[Measurement] | Missing, reference: list[Measurement] | Missing) -> float | Missing:
    """The ratio, or what is missing for it."""
    if isinstance(runs, Missing):
        return runs
    return reference if isinstance(reference, Missing) else measure.ratio(runs, reference)


def remarks(found: Rounds) -> Iterator[str]:
    """What a reader of the figures should see beside them."""
    yield f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, Python {platform.python_version()}"
    for name, runs in found.items():
        if not isinstance(runs, Missing):
            middle, low, high = measure.speeds(runs)
            yield f"{name:22} {middle:8.1f} MB/s of CPU time ({low:.1f} to {high:.1f}, {len(runs)} rounds)"
    before = 0.0
    for stage, name in STAGES:
        if not isinstance(runs := found[name], Missing):
            spent = 1000 / measure.speeds(runs)[0]
            yield f"{stage:22} {spent - before:8.2f} ms a MB"
            before = spent


def results(size: Size, found: Rounds, figures: dict[str, float | Missing]) -> dict[str, object]:
    """All that was measured, for a machine to read."""
    return {
        "figures": {name: value for name, value in figures.items() if not isinstance(value, Missing)},
        "missing": {name: value.reason for name, value in figures.items() if isinstance(value, Missing)},
        "size": asdict(size),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "runs": {name: [asdict(run) for run in runs] for name, runs in found.items() if not isinstance(runs, Missing)},
    }


if __name__ == "__main__":
    main()
