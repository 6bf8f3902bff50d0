"""Respond: every answer is FHIR's JSON, and every error an OperationOutcome. https://hl7.org/fhir/R4/http.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Scope

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome

MEDIA_TYPE = "application/fhir+json; charset=utf-8"

#: HTTP status → issue-type (https://hl7.org/fhir/R4/valueset-issue-type.html) and what is said.
_ERRORS: Mapping[int, tuple[str, str]] = {
    401: ("login", "No site is known by this request."),
    404: ("not-found", "There is nothing at this address."),
    405: ("not-supported", "This address does not take this method."),
    406: ("not-supported", "FHIR's JSON is given here: application/fhir+json."),
    500: ("exception", "Something went wrong here, and nothing was kept. The log knows it by the request's id."),
    503: ("transient", "The store takes nothing in now, and nothing was kept: send it again later."),
}


#: Seconds after which a database that was away may be back.
RETRY_AFTER = 5


#: What people are told of a failure, where it is they who asked; None: it was a program.
Told = Callable[[Scope, int], Response | None]


class Refusal(Exception):  # noqa: N818 (it is an answer, not an error of ours)
    """A request that is not taken: the status, the issue-type, and a sentence without any value."""

    def __init__(self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.headers = status, code, text, headers
        #: the whole answer, where there is more than one thing to say
        self.outcome: Node | None = None


#: Numbers keep their digits.
_json = msgspec.json.Encoder(decimal_format="number").encode


def respond(status: int, resource: Node, headers: Mapping[str, str] | None = None, raw: bytes = b"") -> Response:
    """A resource as the answer; the *raw* bytes of one go before it."""
    return Response(raw or _json(resource), status, headers, MEDIA_TYPE)


def refuse(status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An OperationOutcome of one issue as the answer."""
    return respond(status, operation_outcome([Issue("error", code, "", text)]), headers)


def error(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """What there is to say of a status alone; of one that passes, also when to try again."""
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER), **(headers or {})}
    code, text = _ERRORS.get(status, ("processing", "This request cannot be answered."))
    return refuse(status, code, text, headers)
