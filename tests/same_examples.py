"""The examples of laws: the same in every run, so that what is handed in is judged by itself and not by chance.

``NATARS_LAWS=any`` draws others each time, as whoever looks for faults wants them. No example is timed: a machine that
is slow just then breaks no law. https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.settings
"""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis.internal.conjecture import providers


def settle() -> None:
    """Before any test is read."""
    settings.register_profile("same", deadline=None, derandomize=os.environ.get("NATARS_LAWS") != "any")
    settings.load_profile("same")


def as_collected() -> None:
    """Examples are also drawn from what stands in the modules that are loaded: those of all tests, however many more
    the tests before have loaded."""
    known = providers._get_local_constants()
    providers._get_local_constants = lambda: known
