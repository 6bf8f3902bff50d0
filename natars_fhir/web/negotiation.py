"""Negotiation: in which form a caller wants the answer, and how much of it. https://hl7.org/fhir/R4/http.html#mime-type

FHIR's JSON is given, in the version of the base; whoever wants nothing but another form is answered 406.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import Message

from starlette.requests import Request

from natars_fhir.fhir.versions import Name
from natars_fhir.web.body import NUMBERS
from natars_fhir.web.respond import Refusal

_JSON = frozenset({"application/fhir+json", "application/json", "text/json", "application/json+fhir", "json"})
_ANY = frozenset({"*/*", "application/*", "text/*"})
_FORM = "FHIR's JSON is given here: application/fhir+json."


def agreed(version: Name) -> Callable[[Request], Awaitable[None]]:
    """What sees to it, at a base of *version*, that the caller can read the answer. It raises Refusal."""

    async def check(request: Request) -> None:
        asked = request.query_params.get("_format")
        ranges = [asked] if asked else _ranges(request.headers.get("accept", ""))
        faults = [_fault(one.strip(), version) for one in ranges]
        if faults and all(faults):
            raise Refusal(406, "not-supported", next(fault for fault in faults if fault))

    return check


def _ranges(accept: str) -> list[str]:
    return [one for one in accept.split(",") if one.strip()]


def _fault(asked: str, version: Name) -> str:
    """Why a media range, or a value of `_format`, cannot be served; empty where it can. A plus may come as a space."""
    message = Message()
    kind, semicolon, rest = asked.partition(";")
    message["content-type"] = kind.strip().replace(" ", "+") + semicolon + rest
    kind = kind.strip().replace(" ", "+").lower()
    if kind not in _JSON | _ANY or str(message.get_param("q", "1")).strip("0.") == "":
        return _FORM
    number = str(message.get_param("fhirversion", ""))
    if number and ".".join(number.split(".")[:2]) not in NUMBERS[version]:
        return f"The fhirVersion is not that of this base, which is {version}."
    return ""


@dataclass(frozen=True, slots=True)
class Preference:
    """How much is to be returned (empty: as we see fit), whether a request is to be understood to the letter or as far
    as it goes, and whether the answer may come later."""

    returns: str = ""
    strict: bool = False
    lenient: bool = False
    later: bool = False


def preference(request: Request) -> Preference:
    """https://www.rfc-editor.org/rfc/rfc7240"""
    said = ",".join(request.headers.getlist("prefer")).replace(";", ",").split(",")
    pairs = {name.strip().lower(): value.strip().strip('"') for name, _, value in (one.partition("=") for one in said)}
    handling = pairs.get("handling")
    return Preference(pairs.get("return", ""), handling == "strict", handling == "lenient", "respond-async" in pairs)
