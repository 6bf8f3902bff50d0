"""Where commands write: the terminal, standard error, and a progress bar when a person looks."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Column
from rich.table import Table as RichTable

from natars_fhir.bulk.screen import Progress as Seen


def output() -> Console:
    """Standard output, at least 100 columns wide where it is no terminal, so that tables stay whole."""
    return Console(soft_wrap=False, width=None if sys.stdout.isatty() else 140)


def errors() -> Console:
    """Standard error."""
    return Console(stderr=True, width=None if sys.stderr.isatty() else 140)


def why(fault: OSError) -> str:
    """Why nothing can be written or read there, in the system's words; the kind of fault where it has none."""
    return fault.strerror or type(fault).__name__


def can_be_written() -> None:
    """Sees to it that Chinese can be written wherever output goes: a plain locale has ASCII alone, and a sign that a
    terminal cannot show must end no command. What was closed is written nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (it stays open)
        elif isinstance(stream, TextIOWrapper):
            plain = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if plain else None, errors="backslashreplace")


class Table(RichTable):
    """A table that hides nothing: Chinese has no spaces, and what Rich takes for one long word it would cut off."""

    def __init__(self, *heads: Column | str, **more: Any) -> None:
        super().__init__(*(Column(one, overflow="fold") if isinstance(one, str) else one for one in heads), **more)


def by_name(heads: Sequence[str]) -> Table:
    """A table whose first column is never cut or broken: a pseudonym is there to be copied."""
    first, *others = heads
    return Table(Column(first, no_wrap=True), *others)


@contextmanager
def progress(paths: list[Path]) -> Iterator[Seen | None]:
    """A bar over the bytes of *paths* on standard error, when that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    )  # fmt: skip
    total = sum(path.stat().st_size for path in paths if path.is_file())
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task("reading", total=total or None)
        done, current = 0, ("", 0)

        def seen(name: str, offset: int) -> None:
            nonlocal done, current
            if name != current[0]:
                done += current[1]
            current = (name, offset)
            bar.update(task, completed=done + offset)

        yield seen
