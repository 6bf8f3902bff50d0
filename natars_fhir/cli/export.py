"""`natars-fhir export`: the trial's data out of the store, pseudonymised, as files in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from natars_fhir.cli import export_tables
from natars_fhir.cli.exits import DONE, UNAVAILABLE
from natars_fhir.cli.inputs import Asked, AsOfOption, MappingsOption, asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors, why
from natars_fhir.cli.stored import at_the_desk, must_be_fresh, opened, told_in_audit
from natars_fhir.cli.subjects import counted
from natars_fhir.collector import spare_the_collector
from natars_fhir.mapping.faults import nearest

TypeOption = Annotated[
    list[str] | None, typer.Option("--type", help="A FHIR type, or several with commas; without it all of them.")
]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written, and where: ``site`` is empty where all are meant, ``types`` where every one is."""

    what: Asked
    site: str
    folder: Path
    types: frozenset[str] = frozenset()
    since: datetime | None = None
    texts: bool = False

    @property
    def plain(self) -> bool:
        """Does it ask for nothing that only FHIR's form knows?"""
        return not (self.types or self.since or self.texts)


def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or is empty.")],
    style: Annotated[
        str,
        typer.Option(
            "--format", help="fhir (NDJSON), or a form of tables: csv, parquet, xlsx, odm, dataset-json, figures."
        ),
    ] = "fhir",
    site: Annotated[str, typer.Option("--site", help="One site; without it all of them.")] = "",
    kinds: TypeOption = None,
    since: Annotated[
        str, typer.Option("--since", help="A moment with its zone: only subjects of whom something is newer.")
    ] = "",
    as_of: AsOfOption = "",
    texts: Annotated[bool, typer.Option("--texts", help="Also the words that facts were read from, scrubbed.")] = False,
    mappings: MappingsOption = None,
) -> None:
    """Writes the record of every subject, by pseudonyms and shifted dates, into a folder."""
    if style not in FORMATS:
        raise typer.BadParameter(f"«{style}» is not {', '.join(FORMATS)}{nearest(style, FORMATS)}")
    order = Order(asked(site, as_of, mappings), site, folder, _types(kinds), _moment(since), texts)
    if style != "fhir" and not order.plain:
        raise typer.BadParameter("--type, --since and --texts are for the format fhir")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise typer.BadParameter(f"«{folder}» is there, and is no empty folder")
    try:
        with _made(folder):
            FORMATS[style](order)
    except OSError as wrong:
        _say(f"The export cannot be written there ({why(wrong)}).")
        raise typer.Exit(UNAVAILABLE) from wrong
    raise typer.Exit(DONE)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder. Where the export fails or is stopped, what it wrote is gone again, and what was made for it: half of
    the trial's data would be taken for all of it."""
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        with suppress(OSError):  # somebody else has put something there
            for one in new:
                one.rmdir()
        raise


def _fhir(order: Order) -> None:
    """NDJSON; how many lines of each type there are, and what is told beside."""
    from natars_fhir.service.export import exported as service  # the store is heavy: it is imported where it is asked
    from natars_fhir.service.export.fhir_folder import write_folder

    spare_the_collector()
    with opened(order.what.settings) as store, counted() as seen:
        what = at_the_desk(order.what, store)
        must_be_fresh(what, store)
        names = [order.site] if order.site else sorted(what.mappings.sites)
        sites = tuple(what.mappings.sites[name] for name in names)
        wanted = service.Asked(sites, what.as_of, order.types, order.since, texts=order.texts)
        intake = intake_of(what, store)
        with told_in_audit(what.settings, store, names) as counts:
            made = write_folder(store, intake, wanted, order.folder, seen)
            for name, count in made.subjects.items():
                counts[name] = {"subjects": count, "withheld": made.told.left_of(name)}
    for kind in dict.fromkeys(one.kind for one in made.files if one.role == "output"):
        _say(f"{kind}: {sum(one.count for one in made.files if (one.kind, one.role) == (kind, 'output'))}")
    for issue in made.told.issues():
        _say(f"{issue.expression}: {issue.text}" if issue.expression else issue.text)


def _plainly(write: Callable[[Asked, str, Path], None]) -> Callable[[Order], None]:
    """A form that asks for nothing but a day and a site."""
    return lambda order: write(order.what, order.site, order.folder)


#: The forms, each with what writes it into the folder.
FORMATS: dict[str, Callable[[Order], None]] = {
    "fhir": _fhir,
    **{name: _plainly(write) for name, write in export_tables.FORMATS.items()},
}


def _types(told: list[str] | None) -> frozenset[str]:
    """The types named. Raises typer.BadParameter."""
    from natars_fhir.service.export.exported import TYPES

    named = [one for part in told or () for one in part.split(",") if one]
    for one in named:
        if one not in TYPES:
            raise typer.BadParameter(f"«{one}» is not {', '.join(TYPES[:-1])} or {TYPES[-1]}{nearest(one, TYPES)}")
    return frozenset(named)


def _moment(text: str) -> datetime | None:
    """The moment named. Raises typer.BadParameter."""
    from natars_fhir.service.export.bulk_export_asked import instant

    found = instant(text) if text else None
    if text and found is None:
        raise typer.BadParameter(f"«{text}» is no moment with its zone: 2024-06-15T12:00:00+08:00")
    return found


def _say(text: str) -> None:
    errors().print(text, markup=False, highlight=False, soft_wrap=True)
