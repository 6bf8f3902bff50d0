"""`natars-fhir serve` as a process of its own, of which all that is imported was imported once: half of what a server
costs a test is the start of Python. Each is forked off a process that has done nothing but import.
https://docs.python.org/3.11/library/multiprocessing.html#contexts-and-start-methods
"""

from __future__ import annotations

import os
import sys
from contextlib import chdir
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["natars_fhir.cli", "natars_fhir.web.server", "natars_fhir.web.app"])


def started(environment: dict[str, str]) -> BaseProcess:
    """The server with these settings, in a process group of its own; what it says goes nowhere."""
    process = _FORKS.Process(target=_served, args=({**os.environ, **environment},))
    with chdir(ROOT):  # where the process that imports looks for the package
        process.start()
    return process


def _served(environment: dict[str, str]) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["natars-fhir", "serve"]
    from natars_fhir.cli import main

    main()
