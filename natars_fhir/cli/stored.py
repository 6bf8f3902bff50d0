"""The store, for commands that look into it. It is not made by them: where there is none, nothing was ever pushed."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from natars_fhir.cli.exits import CONFIGURATION, UNAVAILABLE
from natars_fhir.cli.screens import errors
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.cli.inputs import Asked
    from natars_fhir.store.engine import Store


@contextmanager
def opened(settings: Settings, *, made: bool = False) -> Iterator[Store]:
    """The store of the settings, closed afterwards; *made* where there is none yet and the command is what begins it.
    Ends the command (69) where it cannot be opened."""
    from natars_fhir.store.engine import StoreError, open_store  # heavy: only where a store is asked

    try:
        store = open_store(settings.database, made=made)
    except StoreError as wrong:
        errors().print(str(wrong), markup=False, soft_wrap=True)
        raise typer.Exit(UNAVAILABLE) from wrong
    try:
        yield store
    finally:
        store.close()


def at_the_desk(what: Asked, store: Store) -> Asked:
    """The same options, with what the site's people mapped at the desk, so that a command reads as the server does.
    Raises MappingError where it does not load over the folder."""
    from natars_fhir.mapping.documents import DocumentReader  # heavy: only where a store is asked
    from natars_fhir.mapping.site import compiled
    from natars_fhir.service.remap.mapped import with_desk

    mappings, _ = with_desk(store, what.mappings)
    reader = DocumentReader(compiled(mappings, what.reader.site), what.reader.version)
    return replace(what, mappings=mappings, reader=reader)


def must_be_fresh(what: Asked, store: Store) -> None:
    """Ends the command (78) where the store was read with another mapping than the one that figures would name, or
    where somebody is still to be screened."""
    from natars_fhir.service.screening.fresh import why_stale  # heavy: only where a store is asked

    if why := why_stale(store, what.mappings):
        errors().print(f"Nothing was told: {why}.", markup=False, soft_wrap=True)
        raise typer.Exit(CONFIGURATION)


def key_of(settings: Settings, store: Store) -> bytes:
    """The key of the store. Ends the command (78) where it is not there, or another one."""
    from natars_fhir.service.upkeep.secret import SecretError, secret  # heavy: only where a store is asked

    try:
        return secret(settings.key_file, store)
    except SecretError as fault:
        errors().print(str(fault), markup=False, soft_wrap=True)
        raise typer.Exit(CONFIGURATION) from None


def noted(
    settings: Settings, store: Store, act: str, site: str, about: str = "", *,
    hash_: str = "", counts: Mapping[str, int] | None = None, status: int = 200,
) -> None:  # fmt: skip
    """Writes into the audit that somebody of this machine did something: their name as a keyed hash."""
    from natars_fhir.service.upkeep.audit import note  # heavy: only where a store is asked
    from natars_fhir.store.audit import Act

    key = key_of(settings, store)
    note(store, key, Act(site, datetime.now(UTC), act, hash_, status, counts or {}, about, person(key)))


@contextmanager
def told_in_audit(settings: Settings, store: Store, sites: Iterable[str]) -> Iterator[dict[str, Mapping[str, int]]]:
    """Writes into the audit of these sites that an export was made, with what the block counts of each, when its files
    stand; and where the block fails, that it failed: of whom something was read is told all the same."""
    counts: dict[str, Mapping[str, int]] = {}
    status = 500
    try:
        yield counts
        status = 200
    finally:
        for site in sites:
            noted(settings, store, "export", site, counts=counts.get(site), status=status)


def person(key: bytes) -> str:
    """Who runs the command, as the audit names them: a keyed hash."""
    from natars_fhir.service.upkeep.pseudonym import person_of  # heavy: only where a store is asked

    return person_of(key, "", _user())


def _user() -> str:
    """Who runs the command, as the machine knows them; empty where it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
