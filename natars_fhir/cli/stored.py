"""The store, for commands that look into it. It is not made by them: where there is none, nothing was ever pushed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from natars_fhir.cli.exits import UNAVAILABLE
from natars_fhir.cli.screens import errors
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.store.engine import Store


@contextmanager
def opened(settings: Settings, *, made: bool = False) -> Iterator[Store]:
    """The store of the settings, closed afterwards; *made* where there is none yet and the command is what begins it.
    Ends the command (69) where it cannot be opened."""
    from natars_fhir.store.engine import StoreError, open_store  # heavy: only where a store is asked

    database = settings.database
    if not made and database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).is_file():
        errors().print(
            "There is no store yet (setting NATARS_DATABASE): name files to read, or push to a server first."
        )
        raise typer.Exit(UNAVAILABLE)
    try:
        store = open_store(database)
    except StoreError as wrong:
        errors().print(str(wrong), markup=False, soft_wrap=True)
        raise typer.Exit(UNAVAILABLE) from wrong
    try:
        yield store
    finally:
        store.close()
