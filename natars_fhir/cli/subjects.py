"""What `endpoints` and `visits due` share: the subjects of the store, site by site, with a bar while a person looks."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from natars_fhir.cli.inputs import Asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import must_be_fresh, opened

if TYPE_CHECKING:
    from natars_fhir.export.subject import Subject
    from natars_fhir.service.export.endpoints import Seen


def every_subject(what: Asked, site: str) -> list[Subject]:
    """Every subject of *site*, or of all sites, by the day asked for."""
    from natars_fhir.service.export.endpoints import subjects  # the store is heavy: it is imported where it is asked

    sites = [what.mappings.sites[name] for name in ([site] if site else sorted(what.mappings.sites))]
    with opened(what.settings) as store, counted() as seen:
        must_be_fresh(what, store)
        withheld: Counter[tuple[str, str]] = Counter()

        def left_out(where: str, arm: str) -> None:
            withheld[where, arm] += 1

        found = list(subjects(store, intake_of(what, store), sites, what.as_of, seen=seen, withheld=left_out))
    for (where, arm), count in sorted(withheld.items()):
        text = f"Left out, for the use of their data was withdrawn: {count} ({where}, {arm or 'no arm'})."
        errors().print(text, markup=False, soft_wrap=True)
    return found


@contextmanager
def counted() -> Iterator[Seen | None]:
    """A bar over the patients on standard error, when that is a terminal; else nothing."""
    with watched() as (seen, _):
        yield seen


@contextmanager
def watched() -> Iterator[tuple[Seen | None, Callable[[str], object]]]:
    """The same, and what tells it by name what is done after the patients."""
    if not sys.stderr.isatty():
        yield None, lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task("subjects", total=None)
        yield (
            lambda done, total: bar.update(task, completed=done, total=total),
            lambda name: bar.update(task, description=f"{name} …"),
        )
