"""Engines: who does the work of a run. Each is a function that does jobs and gives what came of them, in their order.

A job is a frozen value, and what does it is a pure function of the job and of the files that it names: any process on
any machine that sees those files can do it, any number of times, and leaves the same.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

#: Does jobs, and gives what came of each, in their order.
Do = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
#: How many workers → what does jobs, for as long as the context lasts.
Engine = Callable[[int], AbstractContextManager[Do]]

#: Jobs that wait for each worker: enough that none is idle, few enough that nothing piles up.
_WAITING = 2


class LostError(Exception):
    """A worker ended before its job was done: killed, or out of memory."""


@contextmanager
def one(_workers: int) -> Iterator[Do]:
    """This process alone."""
    yield lambda work, jobs: map(work, jobs)


def _with_whoever_began() -> None:
    """A worker ends with the process that began it, also where that is killed: else it would wait for jobs for ever."""
    began = multiprocessing.parent_process()
    if began is not None:
        Thread(target=_end_after, args=(began,), name="end-with-parent", daemon=True).start()


def _end_after(process: BaseProcess) -> None:
    process.join()
    os._exit(1)


@contextmanager
def pool(workers: int) -> Iterator[Do]:
    """Processes of this machine. A worker that is lost is told as a LostError."""
    # a forked worker has the mappings already; elsewhere each loads them
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    executor = ProcessPoolExecutor(workers, context, _with_whoever_began)
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
ENGINES: dict[str, Engine] = {"one": one, "pool": pool}
