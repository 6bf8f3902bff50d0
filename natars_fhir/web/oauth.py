"""OAuth: where clients ask for tokens, and where they are told of it. The one place whose errors are not FHIR's.

https://www.rfc-editor.org/rfc/rfc6749#section-5, https://hl7.org/fhir/smart-app-launch/conformance.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from natars_fhir.service.access.grant import Granted, GrantRefusedError, Grants, grant
from natars_fhir.service.access.keys import ALGORITHMS
from natars_fhir.web.access import Access
from natars_fhir.web.body import taken
from natars_fhir.web.needs import needs
from natars_fhir.web.respond import Refusal

TOKEN_PATH = "/auth/token"  # noqa: S105 (an address)
CONFIGURATION_PATH = ".well-known/smart-configuration"
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 65_536
_MOST_FIELDS = 20
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
#: A refusal of ours in the words of RFC 6749, which has none for "too many".
_ERRORS = {403: "invalid_client", 429: "temporarily_unavailable"}


def configuration(address: str) -> dict[str, object]:
    """What a client needs to know; *address* is how the server is reached."""
    return {
        "token_endpoint": address + TOKEN_PATH,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": ["system/*.cruds", "system/*.rs", "system/*.read", "system/*.write", "system/*.*"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


def add_configuration(router: APIRouter, base: str, address: str) -> None:
    """Adds the SMART configuration under *base*."""

    async def told() -> Response:
        return JSONResponse(configuration(address))

    path = f"{base}/{CONFIGURATION_PATH}"
    router.add_api_route(path, told, methods=["GET"], response_model=None, dependencies=needs("anybody"))


def add_token(router: APIRouter, access: Access, grants: Grants) -> None:
    """Adds the address at which tokens are given."""

    async def token(request: Request) -> Response:
        try:
            form = await _form(request)
            mine = replace(grants, admit=lambda site: _admit(access, site, request))
            given = await run_in_threadpool(grant, mine, form, access.now())
        except GrantRefusedError as fault:
            return _error(400, fault.error, fault.text)
        except Refusal as fault:
            return _error(fault.status, _ERRORS.get(fault.status, "invalid_request"), fault.text, fault.headers)
        return _answer(given)

    router.add_api_route(TOKEN_PATH, token, methods=["POST"], response_model=None, dependencies=needs("anybody"))


def _admit(access: Access, site: str, request: Request) -> None:
    """Is there room for another request of the site, or of those who are of none? Raises Refusal."""
    access.admit(site, request)
    if not site:
        access.rates.admit("clients of no site")


async def _form(request: Request) -> Mapping[str, str]:
    """The parameters, each of which comes once. Raises GrantRefusedError or Refusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise GrantRefusedError("invalid_request", f"The parameters come as a form: {_FORM}.")
    raw = await taken(request, _MOST_BYTES)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise GrantRefusedError("invalid_request", "The form cannot be read.") from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise GrantRefusedError("invalid_request", "A parameter comes twice.")
    return dict(pairs)


def _answer(given: Granted) -> Response:
    told = {"access_token": given.token, "token_type": "bearer", "expires_in": given.seconds, "scope": given.scopes}
    return JSONResponse(told, headers=_NOT_KEPT)


def _error(status: int, error: str, text: str, more: Mapping[str, str] | None = None) -> Response:
    told = {"error": error, "error_description": text}
    return JSONResponse(told, status, {**_NOT_KEPT, **(more or {})})
