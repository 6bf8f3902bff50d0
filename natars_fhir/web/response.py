"""QuestionnaireResponse: what people answered to the screening form comes back here, to be heard or refused as a whole.

https://hl7.org/fhir/R4/questionnaireresponse.html, https://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.bundle import FIRST_KEY
from natars_fhir.fhir.check import check, check_bytes
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.versions import VERSIONS, Name
from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.ingest.answer import Answer, refused
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.people import Spoken, speak
from natars_fhir.service.people.response_reading import Response as Said
from natars_fhir.service.people.response_reading import is_response, response
from natars_fhir.service.remap.live import Active
from natars_fhir.store.engine import Store
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.respond import respond

#: What can be done with the type, in the words of a CapabilityStatement.
CAPABILITY: Node = {
    "type": "QuestionnaireResponse",
    "interaction": [{"code": "create"}],
    "documentation": "What a person of the site's delegation list answered to the screening form: statements with "
    "their reasons, and with status completed the signature. It is taken or refused as a whole.",
}
_NOT_ONE = Issue("error", "structure", "Resource", "A QuestionnaireResponse is taken here.")
_KIND, _BOM = b'"QuestionnaireResponse"', b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Desk:
    """What takes responses in."""

    store: Store
    active: Callable[[], Active]
    most_bytes: int
    now: Callable[[], datetime]

    def hear(self, who: Caller, version: Name, raw: bytes) -> Answer:
        """What is answered to a response of the caller's site."""
        if "attest" not in who.may or not who.does("QuestionnaireResponse", "c"):
            return _not_allowed("The token does not allow it to state anything.")
        raw = raw.removeprefix(_BOM)  # as of every other document
        here = self.active()
        resource, refusal = _resource(raw, version)
        if resource is None:
            return refusal or refused(())
        said = response(resource, here.intake.study, here.intake.canonical_base)
        if said.signs and "sign" not in who.may:
            return _not_allowed("The token does not allow it to sign.")
        return _heard(self.store.of(who.site), here.intake, here.mappings.sites[who.site], said, raw, self.now())


def add_responses(router: APIRouter, base: str, version: Name, desk: Desk) -> None:
    """Adds `QuestionnaireResponse` under *base*."""

    async def create(request: Request) -> Response:
        raw = await body_of(request, version, desk.most_bytes)
        answer = await run_in_threadpool(desk.hear, caller_of(request), version, raw)
        return respond(answer.status, answer.body)

    path, may = f"{base}/QuestionnaireResponse", needs("attest", "c", "QuestionnaireResponse")
    router.add_api_route(path, create, methods=["POST"], response_model=None, dependencies=may)


class _Head(msgspec.Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    questionnaire: str = ""


def is_ours(raw: bytes, base: str) -> bool:
    """Is a document that was sent to the base itself a response to a form of ours? Everything else is a push."""
    first = FIRST_KEY.match(raw)
    if _KIND not in raw if first is None else first[1] != _KIND[1:-1]:  # most are not looked through
        return False
    try:
        head = typed.decode(raw.removeprefix(_BOM), _Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return head.resourceType == "QuestionnaireResponse" and head.questionnaire.startswith(f"{base}/Questionnaire/")


def _resource(raw: bytes, version: Name) -> tuple[Node | None, Answer | None]:
    """The R4 resource, if it can be read; else what is answered."""
    resource, issues = check_bytes(raw, "readable") if version != "R5" else _from_r5(raw)
    if resource is not None and not is_response(resource):
        return None, Answer(422, operation_outcome([_NOT_ONE]), {"refused": 1})
    if resource is None or any(issue.severity in ("error", "fatal") for issue in issues):
        return None, refused(issues)
    return resource, None


def _from_r5(raw: bytes) -> tuple[Node | None, list[Issue]]:
    value, issues = check_bytes(raw, "readable")
    if value is None or not is_response(value):
        return value, issues if value is None else []
    told, lost = VERSIONS["R5"].to_r4(value)
    return told, [*check(told, "readable"), *(one for one in lost if one.severity in ("error", "fatal"))]


def _not_allowed(text: str) -> Answer:
    return Answer(403, operation_outcome([Issue("error", "forbidden", "QuestionnaireResponse", text)]), {"refused": 1})


def _heard(store: Store, intake: Intake, site: Site, said: Said, raw: bytes, now: datetime) -> Answer:
    if said.issues or said.at is None:
        return Answer(422, operation_outcome(said.issues), {"refused": 1})
    spoken = Spoken(said.subject, said.author, said.at, said.sayings, said.signs, said.key, raw)
    return speak(store, intake, site, spoken, now)
