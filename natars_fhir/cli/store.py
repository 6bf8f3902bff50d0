"""`natars-fhir store`: the tables of the store, brought from an earlier release to this one."""

from __future__ import annotations

import typer

from natars_fhir.cli.exits import DONE, UNAVAILABLE
from natars_fhir.cli.screens import errors
from natars_fhir.settings import Settings

app = typer.Typer(help="The store's tables.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The store's tables."""


@app.command("migrate")
def migrate() -> None:
    """Brings the tables of an earlier release to this one's, all or nothing. Stop the server, make a backup first."""
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.store.engine import engine_of
    from natars_fhir.store.migrate import migrate as migrated

    try:
        engine = engine_of(Settings().database)
        try:
            before, after = migrated(engine)
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError, OSError) as fault:
        errors().print(f"The store cannot be migrated ({type(fault).__name__}): see the setting NATARS_DATABASE.")
        raise typer.Exit(UNAVAILABLE) from fault
    typer.echo(_told(before, after))
    raise typer.Exit(DONE)


def _told(before: str | None, after: str | None) -> str:
    if before is None:
        return f"The store was empty: its tables are those of release {after} now."
    return f"The store is of release {after}: nothing to do." if before == after else f"Migrated: {before} → {after}."
