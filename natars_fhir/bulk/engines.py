"""Engines: who does the work of a run, a row each.

On this machine it is cut into jobs, and what came of them is given in their order. A job is a frozen value, and what
does it is a pure function of the job and of the files that it names: any process that sees those files can do it, any
number of times, and leaves the same. A cluster cuts the work itself.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from natars_fhir.bulk import spark
from natars_fhir.bulk.grid import Grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.spark import Ran
from natars_fhir.bulk.spark_session import Where

#: Does jobs, and gives what came of each, in their order.
Do = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
#: How many workers → what does jobs, for as long as the context lasts.
Jobs = Callable[[int], AbstractContextManager[Do]]
#: Where it is, the input, how it is read, the address of the results, their form → what the run came to.
Cluster = Callable[[Where, Grid, Recipe, str, str], Ran]


class OnThisMachine(NamedTuple):
    """An engine that does jobs for whoever asks."""

    jobs: Jobs


class OnCluster(NamedTuple):
    """An engine that does the whole of a run, on machines that all see the files."""

    run: Cluster


#: Jobs that wait for each worker: enough that none is idle, few enough that nothing piles up.
_WAITING = 2


class LostError(Exception):
    """A worker ended before its job was done: killed, or out of memory."""


@contextmanager
def one(_workers: int) -> Iterator[Do]:
    """This process alone."""
    yield lambda work, jobs: map(work, jobs)


@contextmanager
def pool(workers: int) -> Iterator[Do]:
    """Processes of this machine. A worker that is lost is told as a LostError."""
    # a forked worker has the mappings already; elsewhere each loads them
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    executor = ProcessPoolExecutor(workers, context)
    executor.submit(int)  # the workers are there before anybody starts a thread

    def do(work: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Any]:
        waiting: deque[Future[Any]] = deque()
        try:
            for job in jobs:
                waiting.append(executor.submit(work, job))
                if len(waiting) >= workers * _WAITING:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as lost:
            raise LostError from lost

    try:
        yield do
    finally:
        executor.shutdown(cancel_futures=True)


#: name → the engine
ENGINES: dict[str, OnThisMachine | OnCluster] = {
    "one": OnThisMachine(one),
    "pool": OnThisMachine(pool),
    "spark": OnCluster(spark.screen_all),
}


def workers_of(engine: str, number: int) -> AbstractContextManager[Do]:
    """So many workers of an engine of this machine. Raises ValueError for a cluster, which has its own."""
    found = ENGINES[engine]
    if isinstance(found, OnCluster):
        raise ValueError(f"{engine} cuts the work itself")
    return found.jobs(number)
