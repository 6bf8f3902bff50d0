"""What `endpoints --tables` writes: tables for statisticians, CDISC's files and figures, each form into one folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from natars_fhir.cli.exits import CONFIGURATION, UNAVAILABLE
from natars_fhir.cli.inputs import Asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors, why
from natars_fhir.cli.stored import at_the_desk, must_be_fresh, opened, told_in_audit
from natars_fhir.cli.subjects import counted
from natars_fhir.mapping.faults import nearest

if TYPE_CHECKING:
    from natars_fhir.service.export.tables import Content

#: The forms, as service/export/tables.py writes them.
NAMES = ("csv", "parquet", "xlsx", "odm", "dataset-json", "figures")


def write_forms(what: Asked, site: str, folder: Path, forms: Sequence[str]) -> None:
    """Writes them, and says how many rows each has. Raises typer.BadParameter; ends the command (78) where a
    library is missing, (69) where nothing can be written."""
    from natars_fhir.service.export.tables import WITH_LOG, content  # the store is heavy: imported where it is asked

    checked_forms(folder, forms)
    with opened(what.settings) as store, counted() as seen:
        what = at_the_desk(what, store)
        must_be_fresh(what, store)
        names = [site] if site else sorted(what.mappings.sites)
        sites, asks_log = [what.mappings.sites[name] for name in names], bool(WITH_LOG & {*forms})
        told = content(store, intake_of(what, store), what.mappings, sites, what.as_of, seen, with_log=asks_log)
        held = {one.site for one in told.subjects} | {where for where, _ in told.withheld}
        with told_in_audit(what.settings, store, sorted(held)) as counts:
            for name in held:
                left = sum(count for (where, _), count in told.withheld.items() if where == name)
                counts[name] = {"subjects": sum(one.site == name for one in told.subjects), "withheld": left}
            _write_each(folder, told, forms)


def _write_each(folder: Path, told: Content, forms: Sequence[str]) -> None:
    """Each form, and what there is to say of it."""
    from natars_fhir.export.extra import ExtraError
    from natars_fhir.service.export.tables import FORMS

    for (where, arm), count in sorted(told.withheld.items()):
        _say(f"Left out, for the use of their data was withdrawn: {count} ({where}, {arm or 'arm not told'}).")
    for form in dict.fromkeys(forms):
        try:
            written = FORMS[form](folder, told)
        except ExtraError as absent:
            _say(str(absent))
            raise typer.Exit(CONFIGURATION) from None
        except OSError as wrong:
            _say(f"The tables cannot be written there ({why(wrong)}).")
            raise typer.Exit(UNAVAILABLE) from wrong
        for name, rows in written.counts.items():
            _say(f"{name}.csv: {rows}" if form == "csv" else f"{form}, {name}: {rows}")
        for line in written.said:
            _say(line)


def checked_forms(folder: Path, forms: Sequence[str]) -> None:
    """Raises typer.BadParameter for a form that there is not, and a folder that there is not."""
    for one in forms:
        if one not in NAMES:
            raise typer.BadParameter(f"«{one}» is not {', '.join(NAMES[:-1])} or {NAMES[-1]}{nearest(one, NAMES)}")
    if not folder.is_dir():
        raise typer.BadParameter(f"«{folder}» is no folder")


def _say(text: str) -> None:
    errors().print(text, markup=False, highlight=False, soft_wrap=True)


def _write(form: str, what: Asked, site: str, folder: Path) -> None:
    write_forms(what, site, folder, [form])


#: Form → (what was asked, a site or none, a folder) → nothing: for a command that has other forms too.
FORMATS: dict[str, Callable[[Asked, str, Path], None]] = {name: partial(_write, name) for name in NAMES}
