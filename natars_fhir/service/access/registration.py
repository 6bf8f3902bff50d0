"""Registration: clients and certificates come and go. It counts at the next request, for every worker."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy.exc import IntegrityError

from natars_fhir.service.access.keys import KeysError, registered
from natars_fhir.service.access.published import may_be_asked
from natars_fhir.service.access.roles import fault
from natars_fhir.service.access.scopes import not_scopes, scopes
from natars_fhir.store import audit, bearers, clients
from natars_fhir.store.audit import Act
from natars_fhir.store.clients import Certificate, Client
from natars_fhir.store.engine import Store

#: A name, or the address of an issuer, as CDS Hooks has it.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}|https://[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class RegistrationError(Exception):
    """What cannot be registered; the text says why."""


def register(store: Store, key: bytes, client: Client) -> None:
    """Adds a client. Raises RegistrationError."""
    if wrong := _wrong(client):
        raise RegistrationError(wrong)
    try:
        with store.write(()) as connection:
            clients.keep(connection, client)
            act = Act(client.site, client.made, f"client registered: client {client.id}", "", 200, {})
            audit.write(connection, key, act)
    except IntegrityError:
        raise RegistrationError(f"a client «{client.id}» was registered before: ids are used once") from None


def _wrong(client: Client) -> str:
    if not _ID.fullmatch(client.id):
        return (
            "a client's id is made of letters, digits, dots, dashes and underscores, 64 at most; "
            "or it is an https:// address"
        )
    if not client.site and client.roles != ("trial-office",):
        return "a client is a site's, or the trial office's"
    if wrong := fault(client.site, client.roles):
        return wrong
    if (words := not_scopes(client.scopes)) or not scopes(client.scopes):
        return f"«{words[0] if words else ''}» is no scope: system/Observation.cruds, system/*.rs"
    if bool(client.url) == bool(client.keys):
        return "a client brings its JWKS, or the address of it: one of them"
    if client.url:
        return "" if may_be_asked(client.url) else "the address of a JWKS is an https:// address"
    try:
        registered(client.keys)
    except KeysError as found:
        return f"the JWKS: {found}"
    return ""


def revoke(store: Store, key: bytes, ident: str, now: datetime) -> bool:
    """The client gets no more tokens, and those that it has end; False where there was nothing to revoke."""
    with store.write(()) as connection:
        one = clients.client(connection, ident, held=True)
        if one is None or not clients.revoke(connection, ident, now):
            return False
        ended = bearers.revoke_of(connection, ident, now)
        audit.write(connection, key, Act(one.site, now, f"client revoked: client {ident}", "", 200, {"tokens": ended}))
    return True


def certify(store: Store, key: bytes, site: str, print_: str, now: datetime) -> None:
    """The site's requests may come with this certificate."""
    with store.write(()) as connection:
        clients.certify(connection, Certificate(site, print_, now))
        audit.write(connection, key, Act(site, now, f"certificate registered: {print_[:16]}", "", 200, {}))


def decertify(store: Store, key: bytes, site: str, print_: str, now: datetime) -> bool:
    """They may not any more; False where it was not registered."""
    with store.write(()) as connection:
        if not clients.decertify(connection, site, print_):
            return False
        audit.write(connection, key, Act(site, now, f"certificate revoked: {print_[:16]}", "", 200, {}))
    return True


def certified(store: Store, site: str, print_: str) -> bool:
    """May the site's requests come with it?"""
    with store.read() as connection:
        return any(one.fingerprint == print_ for one in clients.certificates(connection, site))


def fingerprint(said: str) -> str:
    """The SHA-256 of a certificate's DER, in hexadecimal digits, however a proxy tells of it; empty where it does not.

    As PEM, also percent-encoded (nginx), as base64 between colons (https://www.rfc-editor.org/rfc/rfc9440), or as the
    SHA-256 itself.
    """
    text = unquote(said).strip()
    plain = text.replace(":", "").lower()
    if _FINGERPRINT.fullmatch(plain):
        return plain
    try:
        if text.startswith("-----BEGIN CERTIFICATE-----"):
            found = x509.load_pem_x509_certificate(text.encode("ascii"))
        else:
            found = x509.load_der_x509_certificate(b64decode(text.strip(":"), validate=True))
    except (ValueError, NotBase64):
        return ""
    return found.fingerprint(SHA256()).hex()
