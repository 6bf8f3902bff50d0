"""`natars-fhir store`: the tables of the store, brought from an earlier release to this one, and cut by site."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from natars_fhir.cli.exits import BAD_ARGUMENTS, DONE, UNAVAILABLE
from natars_fhir.cli.screens import errors
from natars_fhir.settings import Settings
from natars_fhir.store.reasons import why

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(help="The store's tables.", no_args_is_help=True)

_T = TypeVar("_T")


@app.callback()
def group() -> None:
    """The store's tables."""


@app.command("migrate")
def migrate() -> None:
    """Brings the tables of an earlier release to this one's, all or nothing. Stop the server, make a backup first."""
    from natars_fhir.store.migrate import migrate as migrated

    before, after = _with_database(Settings(), migrated)
    typer.echo(_told(before, after))
    raise typer.Exit(DONE)


@app.command("partition")
def partition(
    undo: Annotated[bool, typer.Option("--undo", help="Makes each of the tables one again.")] = False,
) -> None:
    """Cuts the large tables by site (PostgreSQL), all or nothing; again: gives sites that came since their part. Stop
    the server, make a backup first."""
    from natars_fhir.store import partitions
    from natars_fhir.store.migrate import changing_ours

    settings = Settings()
    if not settings.database.startswith("postgresql"):
        errors().print("Only PostgreSQL cuts tables (NATARS_DATABASE): a file of SQLite is one.")
        raise typer.Exit(BAD_ARGUMENTS)

    def work(engine: Engine) -> str:
        with changing_ours(engine, made=False) as connection:
            if undo:
                return "The tables are whole again." if partitions.unmake(connection) else "The tables are whole."
            new = partitions.make(connection, settings.tokens.values())
            return f"A part of its own has now: {', '.join(new)}." if new else "No site is without its part."

    typer.echo(_with_database(settings, work))
    raise typer.Exit(DONE)


def _with_database(settings: Settings, work: Callable[[Engine], _T]) -> _T:
    """What *work* gives. Ends the command (69) where the database cannot be opened, or is not this release's."""
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.store.engine import StoreError, engine_of

    try:
        engine = engine_of(settings.database)
        try:
            return work(engine)
        finally:
            engine.dispose()
    except StoreError as fault:
        errors().print(str(fault), markup=False, soft_wrap=True)
        raise typer.Exit(UNAVAILABLE) from fault
    except (SQLAlchemyError, ImportError, OSError) as fault:
        errors().print(
            f"The store cannot be changed ({why(fault)}): see the setting NATARS_DATABASE.",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(UNAVAILABLE) from fault


def _told(before: str | None, after: str | None) -> str:
    if before is None:
        return f"The store was empty: its tables are those of release {after} now."
    return f"The store is of release {after}: nothing to do." if before == after else f"Migrated: {before} → {after}."
