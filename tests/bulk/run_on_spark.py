"""Runs on Spark in a process of its own, for its driver leaves sockets behind: a job a line in, what came of it out.

While a job runs on a cluster and somebody looks, the number of tasks that are done is told whenever it changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
from msgspec import Struct

from natars_fhir.bulk.grid import grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.spark import run
from natars_fhir.bulk.spark_session import Where, session
from tests import ward
from tests.simulate.hospitals import order


class Job(Struct):
    """What is asked: where Spark is (a master, or Connect), the folder, how it is read and what is written."""

    spark: str
    folder: str
    site: str
    to: str
    style: str
    size: int
    watched: bool = False


class Told(Struct):
    """What came of it; or, before that, how many tasks are done."""

    tasks: int = 0
    ended: bool = False
    counts: dict[str, int] = {}
    fates: dict[str, int] = {}
    documents: int = 0
    unreadable: int = 0


def tell(told: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.flush()


def do(job: Job, spark: Any) -> Told:
    recipe = Recipe(str(ward.FOLDER), ward.mappings().hash, "natars", job.site, order().as_of)
    ran = run(spark, grid([Path(job.folder)], job.size), recipe, job.to, job.style)
    tally = ran.tally
    return Told(0, True, dict(ran.counts), dict(tally.fates), tally.documents, tally.unreadable)


@contextmanager
def watched(spark: Any) -> Iterator[None]:
    """Tells the tasks that are done of the stages that run."""
    over = Event()

    def watch() -> None:
        status, before = spark.sparkContext.statusTracker(), 0
        while not over.wait(0.02):
            stages = [status.getStageInfo(one) for one in status.getActiveStageIds()]
            done = max((one.numCompletedTasks for one in stages if one and one.numActiveTasks), default=0)
            if done != before:
                before = done
                tell(Told(done))

    watching = Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def main() -> None:
    jobs = (msgspec.json.decode(line, type=Job) for line in sys.stdin.buffer)
    if sys.argv[1].startswith("sc://"):
        with session(Where(remote=sys.argv[1])) as spark:
            for job in jobs:
                tell(do(job, spark))
        return
    with session(Where(sys.argv[1])) as spark:
        tell(Told())
        for job in jobs:
            with watched(spark) if job.watched else nullcontext():
                told = do(job, spark)
            tell(told)


if __name__ == "__main__":
    main()
