"""`natars-fhir site add`, `natars-fhir token …`: tokens are made, listed, rotated and revoked. Each is shown once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption, known_site
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, opened
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.store.bearers import Bearer

app = typer.Typer(help="Tokens: who may ask, and what.", no_args_is_help=True)

RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", help="engine, coordinator, investigator, trial-office or operator; may be given again."),
]
LabelOption = Annotated[str, typer.Option("--label", help="What it is for; no person's name: it is listed.")]
DaysOption = Annotated[int, typer.Option("--days", min=0, help="Days until it expires; 0: it does not.")]
ScopeOption = Annotated[
    str, typer.Option("--scope", help="SMART scopes that limit it further: 'system/Observation.cu system/Patient.cu'.")
]
IdArgument = Annotated[str, typer.Argument(help="The token's id, as `token list` shows it.")]

_UNITS = {"m": 60, "h": 3_600, "d": 86_400}
_HEAD = ("id", "site", "label", "roles", "scopes", "made", "expires", "last used", "state")


def site_add(
    site: Annotated[str, typer.Argument(help="The site; it has its file in mappings/sites/.")],
    role: RoleOption = None,
    label: LabelOption = "engine",
    days: DaysOption = 365,
    scope: ScopeOption = "",
    mappings: MappingsOption = None,
) -> None:
    """Makes a token for a site and shows it, once. Only its hash is kept."""
    from natars_fhir.mapping.files import load  # the mappings and the store are heavy

    settings = Settings()
    known_site(load(mappings or settings.mappings, settings.trial), site)
    _made(settings, site, role or ["engine"], label, days, scope)


@app.command("add")
def add(
    role: RoleOption = None,
    site: Annotated[str, typer.Option("--site", help="The site it speaks for; none for the trial office.")] = "",
    label: LabelOption = "",
    days: DaysOption = 365,
    scope: ScopeOption = "",
    mappings: MappingsOption = None,
) -> None:
    """Makes a token for a role, of a site or of none, and shows it, once."""
    from natars_fhir.mapping.files import load

    settings = Settings()
    if site:
        known_site(load(mappings or settings.mappings, settings.trial), site)
    _made(settings, site, role or [], label or "-".join(role or []), days, scope)


@app.command("list")
def listed() -> None:
    """Lists the tokens, also those that have ended. None can be seen again."""
    from natars_fhir.store import bearers

    with opened(Settings()) as store, store.read() as connection:
        found = bearers.lasting(connection)
    table = Table(*_HEAD)
    for one in found:
        table.add_row(*(escape(cell) for cell in _cells(one)))
    output().print(table if found else "No token was made yet: natars-fhir site add.")


@app.command("rotate")
def rotate(
    ident: IdArgument,
    overlap: Annotated[str, typer.Option("--overlap", help="For how long the old one goes on: 30m, 24h, 7d.")] = "24h",
) -> None:
    """Makes another token in the place of one, with the same rights; the old one goes on for a while."""
    from natars_fhir.service.access import bearers

    settings = Settings()
    with opened(settings) as store:
        made = bearers.rotate(store, key_of(settings, store), ident, lasting(overlap), datetime.now(UTC))
    if made is None:
        raise _none(ident)
    _show(*made)
    errors().print(f"The old one, {ident}, ends {'now' if overlap[0] == '0' else f'in {overlap}'}.", markup=False)


@app.command("revoke")
def revoke(ident: IdArgument) -> None:
    """Ends a token at once, for every worker."""
    from natars_fhir.service.access import bearers

    settings = Settings()
    with opened(settings) as store:
        if not bearers.revoke(store, key_of(settings, store), ident, datetime.now(UTC)):
            raise _none(ident)
    errors().print(f"Revoked: {ident}.", markup=False)


def lasting(text: str) -> timedelta:
    """«24h» as a time. Raises typer.BadParameter."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if found is None:
        raise typer.BadParameter(f"«{text}» is no time (30m, 24h, 7d)")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def checked(site: str, roles: Sequence[str], scope: str) -> tuple[str, ...]:
    """The roles. Raises typer.BadParameter where they, or the scopes, cannot be."""
    from natars_fhir.service.access.roles import fault
    from natars_fhir.service.access.scopes import not_scopes

    if wrong := fault(site, roles):
        raise typer.BadParameter(wrong)
    if words := not_scopes(scope):
        raise typer.BadParameter(f"«{words[0]}» is no scope: system/Observation.cruds, system/*.rs")
    return tuple(dict.fromkeys(roles))


def _made(settings: Settings, site: str, roles: Sequence[str], label: str, days: int, scope: str) -> None:
    from natars_fhir.service.access.bearers import Wanted, add
    from natars_fhir.store import partitions

    now = datetime.now(UTC)
    wanted = Wanted(site, label, checked(site, roles, scope), scope, now + timedelta(days=days) if days else None)
    with opened(settings, made=True) as store:
        one, token = add(store, key_of(settings, store), wanted, now)
        store.done(None, lambda connection: partitions.add(connection, site))
    _show(one, token)
    raise typer.Exit(DONE)


def _show(one: Bearer, token: str) -> None:
    """The token alone goes to standard output, so that a script can take it."""
    ends = f", until {day(one.expires)}" if one.expires else ""
    whose = one.site or "no single site"
    errors().print(f"Token {one.id} of {whose} ({', '.join(one.roles)}){ends}. It is shown once:", markup=False)
    typer.echo(token)


def _none(ident: str) -> typer.Exit:
    errors().print(f"No token «{ident}» is good now: natars-fhir token list.", markup=False)
    return typer.Exit(FAULTS)


def _cells(one: Bearer) -> tuple[str, ...]:
    times = (day(one.made), day(one.expires), day(one.used))
    state = one.state(datetime.now(UTC))
    return (one.id, one.site or "—", one.label, ", ".join(one.roles), one.scopes, *times, state)


def day(moment: datetime | None) -> str:
    """A moment to the minute; a dash where there was none."""
    return "—" if moment is None else moment.strftime("%Y-%m-%d %H:%M")
