"""What `endpoints --tables` writes: tables for statisticians, CDISC's files and figures, each form into one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import typer

from natars_fhir.cli.exits import CONFIGURATION, UNAVAILABLE
from natars_fhir.cli.inputs import Asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import must_be_fresh, noted, opened
from natars_fhir.cli.subjects import counted
from natars_fhir.mapping.faults import nearest

#: The forms, as service/tables.py writes them.
NAMES = ("csv", "parquet", "xlsx", "odm", "dataset-json", "figures")


def write_forms(what: Asked, site: str, folder: Path, forms: Sequence[str]) -> None:
    """Writes them, and says how many rows each has. Raises typer.BadParameter; ends the command (78) where a
    library is missing, (69) where nothing can be written."""
    from natars_fhir.export.extra import ExtraError
    from natars_fhir.service.tables import FORMS, WITH_LOG, content  # the store is heavy: imported where it is asked

    checked_forms(folder, forms)
    sites = [what.mappings.sites[name] for name in ([site] if site else sorted(what.mappings.sites))]
    with opened(what.settings) as store, counted() as seen:
        must_be_fresh(what, store)
        asks_log = bool(WITH_LOG & {*forms})
        told = content(store, intake_of(what, store), what.mappings, sites, what.as_of, seen, with_log=asks_log)
        for name, count in Counter(one.site for one in told.subjects).items():
            noted(what.settings, store, "export", name, counts={"subjects": count})
    for (where, arm), count in sorted(told.withheld.items()):
        _say(f"Left out, for the use of their data was withdrawn: {count} ({where}, {arm or 'arm not told'}).")
    for form in dict.fromkeys(forms):
        try:
            written = FORMS[form](folder, told)
        except ExtraError as absent:
            _say(str(absent))
            raise typer.Exit(CONFIGURATION) from None
        except OSError as wrong:
            _say(f"The tables cannot be written there ({type(wrong).__name__}).")
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
