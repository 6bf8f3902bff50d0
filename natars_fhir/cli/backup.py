"""`natars-fhir backup` and `restore`: the store with its key into a folder, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natars_fhir.cli.exits import CONFIGURATION, FAULTS, UNAVAILABLE
from natars_fhir.cli.screens import errors, output, why
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import load
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.service.upkeep.backup import Manifest

ToArgument = Annotated[Path, typer.Argument(help="A folder that is not there yet, or is empty.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Also over a store that is not empty: it is moved aside.")]
#: What is said of a store of another release.
_COPIED = (
    "The store is of release {}, and this program uses {}: it was copied as it is, and nothing was written into it."
)
_PUT_BACK = (
    "The store is of release {}, and this program uses {}: run `natars-fhir store migrate`, then "
    "`natars-fhir audit verify`, and start the server."
)
FromArgument = Annotated[Path, typer.Argument(help="The folder of a backup.")]


def backup(
    to: ToArgument,
    key_to: Annotated[Path | None, typer.Option("--key-to", help="Where the key goes; else into the folder.")] = None,
) -> None:
    """Copies the store, its key and a manifest into a folder, while the server runs."""
    from natars_fhir.service.upkeep import backup as service  # the store is heavy: it is imported where it is asked
    from natars_fhir.service.upkeep.secret import SecretError
    from natars_fhir.store.copies import CopyError
    from natars_fhir.store.engine import StoreError
    from natars_fhir.store.migrate import HEAD

    settings = Settings()
    try:
        made = service.backup(settings, to, key_to, _mapping(settings), datetime.now(UTC))
    except SecretError as wrong:
        raise _ended(str(wrong), CONFIGURATION) from wrong
    except (CopyError, StoreError) as wrong:
        raise _ended(f"No backup was made: {wrong}", UNAVAILABLE) from wrong
    except OSError as wrong:
        raise _ended(f"The backup cannot be written there ({why(wrong)}).", UNAVAILABLE) from wrong
    output().print(_told("Backed up", made), markup=False, soft_wrap=True)
    output().print(f"The key is in {key_to or to / service.KEY}: keep it apart.", markup=False, soft_wrap=True)
    if made.schema != HEAD:
        output().print(_COPIED.format(made.schema, HEAD), markup=False, soft_wrap=True)


def restore(
    source: FromArgument,
    key_from: Annotated[Path | None, typer.Option("--key-from", help="Where the key is; else in the folder.")] = None,
    force: ForceOption = False,
) -> None:
    """Puts a backup in the place of the store, once its checksums and audit are found whole. Stop the server first."""
    from natars_fhir.service.upkeep import backup as service  # the store is heavy: it is imported where it is asked
    from natars_fhir.store.copies import CopyError
    from natars_fhir.store.engine import StoreError
    from natars_fhir.store.migrate import HEAD

    settings = Settings()
    try:
        done = service.restore(settings, source, key_from, datetime.now(UTC), force=force)
    except CopyError as wrong:
        raise _ended(f"Nothing was restored: {wrong}", FAULTS) from wrong
    except StoreError as wrong:
        raise _ended(str(wrong), UNAVAILABLE) from wrong
    except OSError as wrong:
        raise _ended(f"The backup cannot be restored there ({why(wrong)}).", UNAVAILABLE) from wrong
    output().print(_told("Restored", done.manifest), markup=False, soft_wrap=True)
    if done.manifest.schema == HEAD:
        output().print(f"The audit is whole: {done.audited} rows in {len(done.manifest.heads)} chains.", markup=False)
    else:
        output().print(_PUT_BACK.format(done.manifest.schema, HEAD), markup=False, soft_wrap=True)
    for what, before in (("store", done.store_before), ("key", done.key_before)):
        if before is not None:
            output().print(f"The {what} that was there is now {before}.", markup=False, soft_wrap=True)
    if done.manifest.mapping != _mapping(settings):
        output().print("The mappings folder is another one than then: what is kept is read again at the next start.")


def _told(what: str, made: Manifest) -> str:
    rows = sum(made.counts.values())
    return f"{what}: {rows} rows in {len(made.counts)} tables, {made.database}, schema {made.schema}, of {made.made}."


def _mapping(settings: Settings) -> str:
    """The hash of the mappings folder; empty where it does not load, for a backup is made nevertheless."""
    try:
        return load(settings.mappings, settings.trial).hash
    except MappingError:
        return ""


def _ended(text: str, code: int) -> typer.Exit:
    errors().print(text, markup=False, soft_wrap=True)
    return typer.Exit(code)
