"""`natars-fhir` as a process of its own, of which all that is imported was imported once: half of what a server, or
another command, costs a test is the start of Python. Each is forked off a process that has done nothing but import.
https://docs.python.org/3.11/library/multiprocessing.html#contexts-and-start-methods
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import chdir
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["natars_fhir.cli", "natars_fhir.web.server", "natars_fhir.web.app"])


class Life(NamedTuple):
    """How a process lives: in which folder, and to which files it says things; nowhere, where none is named. *told* is
    what stands otherwise in its modules, by its address."""

    folder: Path = ROOT
    says: Path = Path(os.devnull)
    warns: Path = Path(os.devnull)
    told: Mapping[str, Any] = {}


def started(environment: dict[str, str], *arguments: str, life: Life = Life()) -> BaseProcess:  # noqa: B008 (frozen)
    """A command, the server where none is named, with these settings, in a process group of its own."""
    process = _FORKS.Process(target=_served, args=({**os.environ, **environment}, arguments or ("serve",), life))
    with chdir(ROOT):  # where the process that imports looks for the package
        process.start()
    return process


def _served(environment: dict[str, str], arguments: tuple[str, ...], life: Life) -> None:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, path in ((1, life.says), (2, life.warns)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
    os.chdir(life.folder)
    os.environ.clear()
    os.environ.update(environment)
    for address, value in life.told.items():
        module, _, name = address.rpartition(".")
        setattr(import_module(module), name, value)
    sys.argv = ["natars-fhir", *arguments]
    from natars_fhir.cli import main

    main()
