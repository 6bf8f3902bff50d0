"""What `endpoints` and `visits due` share: the subjects of the store, site by site, with a bar while a person looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from natars_fhir.cli.inputs import Asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import opened

if TYPE_CHECKING:
    from natars_fhir.export.subject import Subject
    from natars_fhir.service.endpoints import Seen


def every_subject(what: Asked, site: str) -> list[Subject]:
    """Every subject of *site*, or of all sites, by the day asked for."""
    from natars_fhir.service.endpoints import subjects  # the store is heavy: it is imported where it is asked

    sites = [what.mappings.sites[name] for name in ([site] if site else sorted(what.mappings.sites))]
    with opened(what.settings) as store, counted() as seen:
        withheld: list[str] = []
        found = list(subjects(store, intake_of(what, store), sites, what.as_of, seen=seen, withheld=withheld.append))
    if withheld:
        errors().print(f"Left out, for the use of their data was withdrawn: {len(withheld)}.", markup=False)
    return found


@contextmanager
def counted() -> Iterator[Seen | None]:
    """A bar over the patients on standard error, when that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task("subjects", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
