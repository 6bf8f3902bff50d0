"""Collector: Python's collector of cyclic garbage is asked to look rarely. https://docs.python.org/3/library/gc.html

What is read holds no cycles, and a collector that looks as often as Python has it walks through all of it each time.
"""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """For a run that ends: a fifth of its whole time, measured."""
    gc.set_threshold(200_000, 50, 1_000)


def spare_while_serving() -> None:
    """For a process that serves for weeks: what is loaded by now, which stays, is walked through no more, and what
    comes and goes less often. It was a fifth of a push, measured."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
