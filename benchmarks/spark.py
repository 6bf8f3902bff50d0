"""Spark with two workers beside one, and what it takes until the first of them has begun.

`python -m benchmarks.spark [--megabytes 2000] [--rounds 3]`. A worker is an executor of its own, held to one core
(`local-cluster`, https://spark.apache.org/docs/latest/submitting-applications.html#master-urls); of a few megabytes,
which are done before executors have begun, it is a thread of the driver with a Python process of its own. What is told
of the start is a session and a first run over a few patients: it is over when the workers have their Python and the
mappings. Wall time, which wants a machine that does nothing else. Of less than a megabyte no first run is made: then
the figures say no more than that everything runs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import generate
from benchmarks.measure import Missing
from natars_fhir.bulk.grid import grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import Tally
from natars_fhir.bulk.spark import run
from natars_fhir.bulk.spark_session import Where, session
from natars_fhir.mapping.files import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAPPINGS = Path(__file__).parents[1] / "mappings"
_SITE, _AS_OF = "generic", date(2024, 6, 15)
RATIO, BEGUN, TOOK = "spark.two-workers.ratio-to-one", "spark.start-s", "spark.one-worker-s"
#: From so many megabytes on a worker is an executor, with so much memory (MB) for Java; Python's is its own.
_LARGE, _MEMORY = 50, 1024
_TINY = 1e6
_EXECUTOR = b"CoarseGrainedExecutorBackend"
#: Tenths of a second until all executors must have begun.
_PATIENCE = 300
#: What an administrator would set for two cores: more partitions cost each task that writes a file apiece; and a second
#: core that collects one worker's garbage would make of one worker more than one.
_SETTINGS = {
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:+UseSerialGC",
}


class Took(NamedTuple):
    """Seconds until a run could begin, and those of the run; how many patients and documents it came to."""

    begun: float
    took: float
    patients: int
    documents: int


def here(file: Path, warm: Path, workers: int) -> Took:
    """Measures in this process."""
    mappings = load(MAPPINGS)
    recipe = Recipe(str(MAPPINGS), mappings.hash, "natars", _SITE, _AS_OF)
    before = perf_counter()
    with session(Where(_master(file, workers))) as spark, TemporaryDirectory() as made:
        if file.stat().st_size > _TINY:
            run(spark, grid([warm]), recipe, (Path(made) / "warm").as_uri(), "json")
        if file.stat().st_size > _LARGE * 1e6 and sys.platform == "linux":
            hold_to_cores(workers)
        start = perf_counter()
        ran = run(spark, grid([file]), recipe, (Path(made) / "to").as_uri(), "json")
        took, tally = perf_counter() - start, ran.tally
    return Took(start - before, took, ran.counts["patients"], _whole(tally))


def _master(file: Path, workers: int) -> str:
    large = file.stat().st_size > _LARGE * 1e6
    return f"local-cluster[{workers},1,{_MEMORY}]" if large else f"local[{workers}]"


def hold_to_cores(workers: int) -> None:
    """Each executor, with the Python that it starts, is held to a core of its own: else Java and Python of a worker
    that was promised one core take two where two are idle, and one worker is measured as almost two."""
    cores, found = sorted(os.sched_getaffinity(0)), _executors()
    for _ in range(_PATIENCE):
        if len(found) >= workers:
            break
        sleep(0.1)
        found = _executors()
    if len(found) != workers:
        raise SystemExit(f"{len(found)} executors run where {workers} were asked for")
    for turn, process in enumerate(sorted(found)):
        for each in (process, *_children(process)):
            for thread in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {cores[turn % len(cores)]})


def _executors() -> list[int]:
    """The executors among what this process started. https://docs.kernel.org/filesystems/proc.html"""
    return [one for one in _children(os.getpid()) if _EXECUTOR in Path(f"/proc/{one}/cmdline").read_bytes()]


def _children(process: int) -> list[int]:
    """All that a process started, and what that started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents.setdefault(int(state[1]), []).append(int(stat.parent.name))
    found = [process]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def _whole(tally: Tally) -> int:
    if tally.unreadable:
        raise SystemExit("some of what was made could not be read: its speed means nothing")
    return tally.documents


def fresh(file: Path, warm: Path, order: Sequence[int]) -> dict[int, Took]:
    """Measures with each of these numbers of workers, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.spark", "--measure", str(file), str(warm), *map(str, order)]
    root = str(Path(__file__).parents[1])
    with _settings(whole=file.stat().st_size > _TINY) as conf:
        environment = {**os.environ, "SPARK_CONF_DIR": conf, "PYTHONPATH": root}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    told = done.stdout.splitlines()[-1]  # Java may say something before
    return {int(workers): Took(*took) for workers, took in json.loads(told).items()}


@contextmanager
def _settings(*, whole: bool) -> Iterator[str]:
    """A folder of settings, with which Spark also says nothing but errors; Java spares itself what pays later only."""
    with TemporaryDirectory() as conf:
        unchecked = "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
        later = "" if whole else f" -XX:TieredStopAtLevel=1 -Xshare:auto {unchecked}"
        told = "".join(f"{name} {value}{later if 'Java' in name else ''}\n" for name, value in _SETTINGS.items())
        (Path(conf) / "spark-defaults.conf").write_text(told)
        (Path(conf) / "log4j2.properties").write_text("rootLogger.level = error\n")
        yield conf


def figures(megabytes: float, rounds: int, folder: Path) -> dict[str, float | Missing]:
    """Every figure by its fixed name, of *megabytes* of made data."""
    if wanting := missing():
        return dict.fromkeys((RATIO, BEGUN, TOOK), Missing(wanting))
    folder.mkdir(exist_ok=True)
    file, warm = folder / f"spark-{megabytes:g}mb.ndjson", folder / "spark-warm.ndjson"
    for path, size in ((file, megabytes), (warm, 0.1)):
        with path.open("wb") as out:
            out.writelines(generate.megabytes(size, 1))
    found = [fresh(file, warm, (1, 2) if turn % 2 == 0 else (2, 1)) for turn in range(rounds)]
    file.unlink()
    if len({took[2:] for one in found for took in one.values()}) > 1:
        raise SystemExit("one worker and two came to different outcomes: their speeds mean nothing")
    return {
        RATIO: median(one[1].took / one[2].took for one in found),
        BEGUN: median(took.begun for one in found for took in one.values()),
        TOOK: median(one[1].took for one in found),
    }


def missing() -> str:
    """What Spark wants here that is not there."""
    if find_spec("pyspark") is None:
        return "the extra `spark` is not installed"
    return "" if shutil.which("java") else "Java is not installed"


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        file, warm, *order = asked.measure
        print(json.dumps({workers: here(Path(file), Path(warm), int(workers)) for workers in order}))
        return
    with TemporaryDirectory() as made:
        for name, value in figures(asked.megabytes, asked.rounds, Path(made)).items():
            print(f"{name}: not measured ({value.reason})" if isinstance(value, Missing) else f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
