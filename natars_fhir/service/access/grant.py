"""Grant: a client that proves who it is gets a token for a few minutes. https://www.rfc-editor.org/rfc/rfc6749#section-4.4

SMART Backend Services (https://hl7.org/fhir/smart-app-launch/backend-services.html). The token is random, and asked for
in the store at every request: it ends for every worker when the client is revoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from natars_fhir.service.access.assertion import Asserted, AssertionRefusedError, Claimed, claimed, verified
from natars_fhir.service.access.bearers import Wanted, fresh
from natars_fhir.service.access.keys import meant, usable
from natars_fhir.service.access.published import Published
from natars_fhir.service.access.scopes import Scopes, scopes
from natars_fhir.store import audit, bearers, clients
from natars_fhir.store.audit import Act
from natars_fhir.store.clients import Client
from natars_fhir.store.engine import Store

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: What has ended is kept for so long, so that a late request is told that its token expired.
_REMEMBERED = timedelta(days=1)
_NOT_KNOWN = "The client is not known, or none of its keys is the one that the assertion names."
_log = structlog.get_logger("natars_fhir.access")


@dataclass(frozen=True, slots=True)
class Grants:
    """What gives tokens: *audience* is the address at which they are asked for, *seconds* how long they last.

    ``admit`` is asked of a client's site once it is known, and raises what it will; ``noting`` tells whether one more
    refusal of a client is worth a row, for somebody else may cause them.
    """

    store: Store
    key: bytes = field(repr=False)
    published: Published
    audience: str
    seconds: int
    admit: Callable[[str], None]
    noting: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a client is given."""

    token: str
    seconds: int
    scopes: str


class GrantRefusedError(Exception):
    """Nothing is given: the error in the words of RFC 6749, and why."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error, self.text = error, text


def grant(grants: Grants, form: Mapping[str, str], now: datetime) -> Granted:
    """A token for who proves to be a client. Raises GrantRefusedError; a refusal of a known client is noted."""
    if form.get("grant_type") != "client_credentials":
        raise GrantRefusedError("unsupported_grant_type", "The grant_type is client_credentials here.")
    if form.get("client_assertion_type") != _TYPE or not form.get("client_assertion"):
        raise GrantRefusedError("invalid_client", f"A client proves who it is by a client_assertion ({_TYPE}).")
    try:
        said = claimed(form["client_assertion"])
    except AssertionRefusedError as fault:
        raise GrantRefusedError("invalid_client", str(fault)) from None
    with grants.store.read() as connection:
        client = clients.client(connection, said.client)
    try:
        return _granted(grants, client, said, form, now)
    except GrantRefusedError as refusal:
        _note(grants, client, refusal, now)
        raise


def _granted(grants: Grants, client: Client | None, said: Claimed, form: Mapping[str, str], now: datetime) -> Granted:
    if client is None or client.revoked is not None:
        raise GrantRefusedError("invalid_client", _NOT_KNOWN)
    if form.get("client_id", client.id) != client.id:
        raise GrantRefusedError("invalid_client", "The client_id is not that of the assertion.")
    asserted = _proven(grants, client, said, form["client_assertion"], now)
    grants.admit(client.site)
    given = scopes(form.get("scope", "")).within(scopes(client.scopes))
    if not given:
        raise GrantRefusedError("invalid_scope", "Of the scopes that are asked for the client may have none.")
    return _given(grants, client, asserted, given, now)


def _proven(grants: Grants, client: Client, said: Claimed, assertion: str, now: datetime) -> Asserted:
    """The assertion, as the client's own key proves it."""
    if said.jku and said.jku != client.url:
        raise GrantRefusedError("invalid_client", "The jku is not the address that is registered for the client.")
    if said.typ.upper() not in ("", "JWT"):
        raise GrantRefusedError("invalid_client", "The assertion is no JWT by its typ.")
    known = grants.published.keys(client.url, said.kid, now) if client.url else usable(client.keys)
    key = meant(known, said.kid, said.algorithm)
    if key is None:
        raise GrantRefusedError("invalid_client", _NOT_KNOWN)
    try:
        return verified(assertion, key, client.id, grants.audience, now)
    except AssertionRefusedError as fault:
        raise GrantRefusedError("invalid_client", str(fault)) from None


def _given(grants: Grants, client: Client, asserted: Asserted, given: Scopes, now: datetime) -> Granted:
    """The token is kept, and the assertion used up, in one transaction: two workers cannot both take it."""
    jti = hashlib.sha256(asserted.jti.encode("utf-8", "surrogatepass")).hexdigest()
    ends = now + timedelta(seconds=grants.seconds)
    one, token = fresh(Wanted(client.site, client.id, client.roles, str(given), ends, client.id), now)
    try:
        with grants.store.write(()) as connection:
            clients.use_up(connection, client.id, jti, asserted.until, now)
            held = clients.client(connection, client.id, held=True)
            if held is None or held.revoked is not None:
                raise GrantRefusedError("invalid_client", _NOT_KNOWN)
            bearers.forget_old(connection, client.id, now - _REMEMBERED)
            bearers.keep(connection, one)
            clients.was_used(connection, client.id, now)
            audit.write(connection, grants.key, Act(client.site, now, f"token given: client {client.id}", "", 200, {}))
    except IntegrityError:
        raise GrantRefusedError("invalid_client", "The assertion was used before: each has a jti of its own.") from None
    return Granted(token, grants.seconds, str(given))


def _note(grants: Grants, client: Client | None, refusal: GrantRefusedError, now: datetime) -> None:
    """In the log always, without what was sent; in the audit of a site a few times a minute."""
    _log.warning("no token given", error=refusal.error, client=client.id if client else "unknown")
    if client is None or not grants.noting(client.id):
        return
    act = Act(client.site, now, f"no token given ({refusal.error}): client {client.id}", "", 400, {})
    with grants.store.write(()) as connection:
        audit.write(connection, grants.key, act)
