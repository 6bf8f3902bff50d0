"""`natars-fhir client …`, `natars-fhir certificate …`: who signs its requests for tokens, and certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from natars_fhir.cli.exits import FAULTS
from natars_fhir.cli.inputs import MappingsOption, known_site
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, opened
from natars_fhir.cli.tokens import RoleOption, checked, day
from natars_fhir.settings import Settings

app = typer.Typer(help="SMART clients: they sign their requests for tokens.", no_args_is_help=True)
certificates = typer.Typer(help="Certificates with which a site's requests come.", no_args_is_help=True)

SiteOption = Annotated[str, typer.Option("--site", help="The site; it has its file in mappings/sites/.")]
CertificateArgument = Annotated[str, typer.Argument(help="The certificate (PEM), or its SHA-256.")]

_HEAD = ("id", "site", "roles", "scopes", "keys", "made", "last token", "state")


@app.command("add")
def add(
    ident: Annotated[str, typer.Argument(help="The client's id: iss and sub of its assertions.")],
    jwks: Annotated[str, typer.Option("--jwks", help="Its public keys: a file, or an https:// address.")],
    scope: Annotated[str, typer.Option("--scope", help="What it may ask for: 'system/*.cud system/Patient.rs'.")],
    site: Annotated[str, typer.Option("--site", help="Its site; without one it is the trial office's.")] = "",
    role: RoleOption = None,
    mappings: MappingsOption = None,
) -> None:
    """Registers a client of a site, or of the trial office. It counts at the next request."""
    from natars_fhir.mapping.files import load  # the mappings and the store are heavy
    from natars_fhir.service.access.registration import RegistrationError, register
    from natars_fhir.store.clients import Client

    settings = Settings()
    if site:
        known_site(load(mappings or settings.mappings, settings.trial), site)
    roles = checked(site, role or ["engine" if site else "trial-office"], scope)
    url, keys = (jwks, "") if "://" in jwks else ("", _text(jwks))
    try:
        with opened(settings, made=True) as store:
            register(store, key_of(settings, store), Client(ident, site, roles, scope, datetime.now(UTC), url, keys))
    except RegistrationError as fault:
        raise typer.BadParameter(str(fault)) from fault
    errors().print(f"Registered: {ident}. It asks at {settings.address}/auth/token.", markup=False, soft_wrap=True)


@app.command("keys")
def keys(site: SiteOption, mappings: MappingsOption = None) -> None:
    """Prints the public key (JWKS) with which we sign at a site's server, for the hospital; makes the key where
    there is none."""
    from natars_fhir.mapping.files import load  # the mappings are heavy
    from natars_fhir.service.deliver.credentials import CredentialsError
    from natars_fhir.service.deliver.signing import public_keys

    settings = Settings()
    loaded = load(mappings or settings.mappings, settings.trial)
    endpoint = loaded.sites[known_site(loaded, site)].endpoint
    if endpoint is None or not endpoint.key_file:
        _tell(f"The file of {site} names no key_file under [endpoint].", done=False)
        return
    try:
        typer.echo(public_keys(Path(endpoint.key_file)))
    except (OSError, CredentialsError) as fault:
        raise typer.BadParameter(f"this is no key that can sign, or no place for one: {endpoint.key_file}") from fault


@app.command("list")
def listed() -> None:
    """Lists the clients, also those that were revoked."""
    from natars_fhir.store import clients

    with opened(Settings()) as store, store.read() as connection:
        found = clients.clients(connection)
    table = Table(*_HEAD)
    for one in found:
        keys, state = one.url or "registered", "revoked" if one.revoked else "good"
        cells = (one.id, one.site, ", ".join(one.roles), one.scopes, keys, day(one.made), day(one.used), state)
        table.add_row(*(escape(cell) for cell in cells))
    output().print(table)


@app.command("revoke")
def revoke(ident: Annotated[str, typer.Argument(help="The client's id.")]) -> None:
    """Ends a client and the tokens that it has, at once, for every worker."""
    from natars_fhir.service.access.registration import revoke

    settings = Settings()
    with opened(settings) as store:
        done = revoke(store, key_of(settings, store), ident, datetime.now(UTC))
    _tell(f"Revoked: {ident}." if done else f"No client «{ident}» is good now: natars-fhir client list.", done=done)


@certificates.command("add")
def certify(certificate: CertificateArgument, site: SiteOption, mappings: MappingsOption = None) -> None:
    """Registers a certificate. Where NATARS_CERTIFICATE_HEADER is set, a site's requests come with one of its own."""
    from natars_fhir.mapping.files import load
    from natars_fhir.service.access.registration import certify

    settings, found = Settings(), _fingerprint(certificate)
    known_site(load(mappings or settings.mappings, settings.trial), site)
    with opened(settings, made=True) as store:
        certify(store, key_of(settings, store), site, found, datetime.now(UTC))
    errors().print(f"Registered for {site}: {found}", markup=False, soft_wrap=True)


@certificates.command("list")
def listed_certificates() -> None:
    """Lists the certificates of all sites."""
    from natars_fhir.store import clients

    with opened(Settings()) as store, store.read() as connection:
        found = clients.certificates(connection)
    table = Table("site", "SHA-256", "registered")
    for one in found:
        table.add_row(escape(one.site), one.fingerprint, day(one.made))
    output().print(table)


@certificates.command("revoke")
def decertify(certificate: CertificateArgument, site: SiteOption) -> None:
    """Takes a certificate away from a site, at once, for every worker."""
    from natars_fhir.service.access.registration import decertify

    found = _fingerprint(certificate)
    settings = Settings()
    with opened(settings) as store:
        done = decertify(store, key_of(settings, store), site, found, datetime.now(UTC))
    _tell(f"Revoked: {found}" if done else "No such certificate is registered for this site.", done=done)


def _fingerprint(certificate: str) -> str:
    from natars_fhir.service.access.registration import fingerprint

    said = certificate if fingerprint(certificate) else _text(certificate)
    if found := fingerprint(said):
        return found
    raise typer.BadParameter("this is no certificate (PEM), and no SHA-256 of one")


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise typer.BadParameter(f"«{path}» cannot be read") from fault


def _tell(text: str, *, done: bool) -> None:
    errors().print(text, markup=False, soft_wrap=True)
    if not done:
        raise typer.Exit(FAULTS)
