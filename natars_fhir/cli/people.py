"""`natars-fhir people …`: who may log in to the pages. A password is typed or made, never told on the command line, and
shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from natars_fhir.cli.exits import FAULTS
from natars_fhir.cli.inputs import MappingsOption, known_site
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, opened
from natars_fhir.cli.tokens import RoleOption, day
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.store.accounts import Account
    from natars_fhir.store.engine import Store

app = typer.Typer(help="People: who may log in to the pages.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The name that is typed at the login.")]
TypedOption = Annotated[bool, typer.Option("--typed", help="Asks for the password; else one is made and shown once.")]
_HEAD = ("name", "site", "roles", "delegation list", "second factor", "last login", "state", "audit id")


@app.command("add")
def add(
    name: NameArgument,
    role: RoleOption = None,
    site: Annotated[str, typer.Option("--site", help="The site; none for the trial office.")] = "",
    person: Annotated[str, typer.Option("--person", help="How the site's delegation list names them.")] = "",
    typed: TypedOption = False,
    provider: Annotated[str, typer.Option("--provider", help="The provider that says who it is, by its issuer.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="How that provider calls them (sub).")] = "",
    mappings: MappingsOption = None,
) -> None:
    """Makes an account and shows its password, once. It must be changed at the first login."""
    from natars_fhir.mapping.files import load  # the mappings and the store are heavy
    from natars_fhir.service.access.accounts import Wanted
    from natars_fhir.service.access.accounts import add as made

    settings = Settings()
    if site:
        known_site(load(mappings or settings.mappings, settings.trial), site)
    if bool(provider) != bool(subject):
        raise typer.BadParameter("--provider and --subject go together")
    password = _typed(name) if typed else ""
    wanted = Wanted(name, tuple(dict.fromkeys(role or ())), site, person, provider, subject)
    with _ready(made=True) as (store, key):
        one, told = made(store, key, wanted, datetime.now(UTC), password)
    _show(one, "" if typed else told)


@app.command("list")
def listed() -> None:
    """Lists the accounts, also those that are disabled."""
    from natars_fhir.store import accounts

    with opened(Settings()) as store, store.read() as connection:
        found = accounts.every(connection)
    table = Table(*_HEAD)
    for one in found:
        table.add_row(*(escape(cell) for cell in _cells(one)))
    output().print(table if found else "No account was made yet: natars-fhir people add.")


@app.command("reset")
def reset(
    name: NameArgument,
    typed: TypedOption = False,
    keep_second: Annotated[bool, typer.Option("--keep-second", help="The second factor stays as it is.")] = False,
) -> None:
    """Gives another password, and asks for a new second factor. Every session ends."""
    from natars_fhir.service.access.accounts import reset as again

    password = _typed(name) if typed else ""
    with _ready() as (store, key):
        one, told = again(store, key, _named(store, name), datetime.now(UTC), password, second=not keep_second)
    _show(one, "" if typed else told)


@app.command("disable")
def disable(name: NameArgument) -> None:
    """Ends an account: nobody logs in by it, and every session ends at once."""
    from natars_fhir.service.access import accounts

    _changed(name, accounts.disable, "Disabled")


@app.command("enable")
def enable(name: NameArgument) -> None:
    """A disabled account can be used again."""
    from natars_fhir.service.access import accounts

    _changed(name, accounts.enable, "Enabled")


@app.command("unlock")
def unlock(name: NameArgument) -> None:
    """Whoever mistyped too often may try again now."""
    from natars_fhir.service.access import accounts

    _changed(name, accounts.unlock, "Unlocked")


def _changed(name: str, take: Callable[[Store, bytes, str, datetime], Account], told: str) -> None:
    with _ready() as (store, key):
        one = take(store, key, _named(store, name), datetime.now(UTC))
    errors().print(f"{told}: {one.name}.", markup=False, highlight=False)


@contextmanager
def _ready(*, made: bool = False) -> Iterator[tuple[Store, bytes]]:
    """The store and its key; what cannot be done is a bad argument."""
    from natars_fhir.service.access.accounts import AccountError

    settings = Settings()
    with opened(settings, made=made) as store:
        try:
            yield store, key_of(settings, store)
        except AccountError as wrong:
            raise typer.BadParameter(str(wrong)) from None


def _named(store: Store, name: str) -> str:
    """The id of the account of this name. Ends the command (1) where there is none."""
    from natars_fhir.service.access.accounts import plain
    from natars_fhir.store import accounts

    with store.read() as connection:
        one = accounts.by_name(connection, plain(name))
    if one is None:
        errors().print("There is no such account: natars-fhir people list.", markup=False)
        raise typer.Exit(FAULTS)
    return one.id


def _typed(name: str) -> str:
    """A password that somebody types twice. Raises typer.BadParameter where it is too easy."""
    from natars_fhir.service.access.passwords import LEAST, weak

    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if weak(password, name):
        raise typer.BadParameter(
            f"a password has at least {LEAST} characters, not few different ones, and not the name"
        )
    return password


def _show(one: Account, password: str) -> None:
    """The password alone goes to standard output."""
    whose = f"{one.name} of {one.site or 'no single site'} ({', '.join(one.roles)})"
    errors().print(f"Account of {whose}.", markup=False, highlight=False, soft_wrap=True)
    if password:
        errors().print("The password is shown once, and must be changed at the first login:", markup=False)
        typer.echo(password)


def _cells(one: Account) -> tuple[str, ...]:
    who = (one.name, one.site or "—", ", ".join(one.roles), one.person or "—")
    return (*who, day(one.enrolled), day(one.used), one.state(datetime.now(UTC)), one.id)
