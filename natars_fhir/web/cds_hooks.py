"""CDS Hooks: a card beside the record of a patient who may fit. https://cds-hooks.hl7.org

    GET  /cds-services                               what there is to ask
    POST /cds-services/natars-screening              the cards of an opened record
    POST /cds-services/natars-screening/feedback     what became of a card

A client signs each request (a JWT), or sends the site's bearer token. `fhirServer` tells whose addresses came along; it
is never asked, and `fhirAuthorization` is let go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as Declared
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from natars_fhir.emit.card import Face
from natars_fhir.fhir import typed
from natars_fhir.service.access.assertion import AssertionRefusedError
from natars_fhir.service.access.hook_token import HookTokens, caller_by, is_signed
from natars_fhir.service.bedside.bedside import TooLittleError, cards_for
from natars_fhir.service.bedside.feedback import Answered, Reason, UnknownCardError, take
from natars_fhir.service.bedside.prefetch import PATIENT, Viewed, templates
from natars_fhir.service.remap.live import Active
from natars_fhir.store.actor import acts_as
from natars_fhir.store.engine import Store
from natars_fhir.web.access import Access
from natars_fhir.web.body import body_of
from natars_fhir.web.language import preferred
from natars_fhir.web.needs import Needs, caller_of, needs
from natars_fhir.web.respond import Refusal

PATH, SERVICE, HOOK = "/cds-services", "natars-screening", "patient-view"
#: R4's and R5's names alike.
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOST_SERVER, _MOST_CARDS = 512, 100
_NO_STORE = {"Cache-Control": "no-store"}

_TITLE = "NATARS 试验预筛 · NATARS screening"
_DESCRIPTION = (
    "提示当前患者可能符合 NATARS 腹膜后肉瘤新辅助治疗试验，并列出尚缺的资料；不作入组决定。 · "
    "Says that a patient may fit the NATARS trial of retroperitoneal sarcoma, and what is missing for the screening. "
    "It decides nothing."
)
_USAGE = (
    "数据来自预取内容及本中心此前推送的数据；不访问 fhirServer。未推送过数据的患者须预取 patient 及至少另一项。 · "
    "Data is taken from the prefetch and from what the site pushed before; the fhirServer is never asked. Of a patient "
    "of whom nothing was pushed, the prefetch brings the patient and at least one more key."
)


@dataclass(frozen=True, slots=True)
class Ward:
    """What the service works with. ``address`` is how the server is reached: it is the audience of the tokens."""

    store: Store
    active: Callable[[], Active]
    tokens: HookTokens
    address: str
    pages: str
    most_bytes: int
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SignedNeeds(Needs):
    """What a route needs, of a caller who signs the request, or who sends a bearer token."""

    ward: Ward | None = field(default=None, repr=False, compare=False)

    async def __call__(self, request: Request) -> None:
        """Lets a request pass, and remembers whose it is. Raises Refusal."""
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if self.ward is None or not is_signed(token):
            await Needs.__call__(self, request)
            return
        access: Access = request.app.state.access
        here = f"{self.ward.address}{PATH}/{SERVICE}"
        own = f"{self.ward.address}{request.url.path}"
        try:
            who = await run_in_threadpool(caller_by, self.ward.tokens, token, {here, own}, self.ward.now())
        except AssertionRefusedError as fault:
            told = {"WWW-Authenticate": 'Bearer realm="natars-fhir", error="invalid_token"'}
            raise Refusal(401, "login", str(fault), told) from None
        access.admit(who.site, request)
        self.check(who, self.kind)
        request.state.caller = who
        acts_as(who.by)


def hooks(ward: Ward) -> APIRouter:
    """The routes."""
    router = APIRouter()
    may: list[Declared] = [Depends(SignedNeeds("read", "r", "Patient", ward=ward))]

    async def discovery() -> Response:
        return JSONResponse({"services": [_service(ward)]})

    async def called(request: Request) -> Response:
        site = caller_of(request).site
        viewed = _viewed(await body_of(request, "R4", ward.most_bytes))
        face = Face(preferred(request.headers.get("accept-language", ""), "zh"), _base(ward), ward.pages)
        made = await run_in_threadpool(_cards, ward, site, viewed, face)
        return JSONResponse({"cards": made}, headers=_NO_STORE)

    async def heard(request: Request) -> Response:
        site = caller_of(request).site
        said = _answers(await body_of(request, "R4", ward.most_bytes))
        try:
            await run_in_threadpool(take, ward.store, ward.active().intake.key, site, said, ward.now())
        except UnknownCardError:
            raise Refusal(404, "not-found", "No such card was shown at this site: nothing is kept.") from None
        return Response(status_code=200)

    router.add_api_route(PATH, discovery, methods=["GET"], response_model=None, dependencies=needs("anybody"))
    for path, work in ((f"{PATH}/{SERVICE}", called), (f"{PATH}/{SERVICE}/feedback", heard)):
        router.add_api_route(path, work, methods=["POST"], response_model=None, dependencies=may)
    return router


def _base(ward: Ward) -> str:
    return ward.active().intake.canonical_base


def _service(ward: Ward) -> Mapping[str, Any]:
    """What discovery says of it: every type that the views read is asked for."""
    readers = ward.active().readers
    subjects = {kind: about for one in readers.values() for kind, about in _subjects(one).items()}
    told = {"hook": HOOK, "id": SERVICE, "title": _TITLE, "description": _DESCRIPTION, "usageRequirements": _USAGE}
    return {**told, "version": "STU2", "prefetch": templates(subjects)}


def _subjects(readers: Mapping[Any, Any]) -> Mapping[str, str]:
    return next((one.mapping.subjects for one in readers.values()), {})


def _cards(ward: Ward, site: str, viewed: Viewed, face: Face) -> list[dict[str, Any]]:
    here = ward.active()
    reader = here.any_version(site)
    try:
        return cards_for(ward.store, here.intake, here.mappings.sites[site], reader, viewed, face, ward.now())
    except TooLittleError:
        text = f"Nothing is known of this patient: the prefetch must bring «{PATIENT}» and at least one more key."
        raise Refusal(412, "processing", text) from None


class _Context(msgspec.Struct, rename="camel"):
    patient_id: str
    user_id: str = ""
    encounter_id: str = ""


class _Hook(msgspec.Struct, rename="camel"):
    hook: str
    hook_instance: str
    context: _Context
    fhir_server: str = ""
    prefetch: dict[str, msgspec.Raw] = {}


def _viewed(raw: bytes) -> Viewed:
    """What a call of the hook says. Raises Refusal."""
    said = _decoded(raw, _Hook)
    if said.hook != HOOK:
        raise Refusal(400, "not-supported", f"The hook of this service is {HOOK}.")
    if not _UUID.fullmatch(said.hook_instance):
        raise Refusal(400, "value", "The hookInstance is a UUID.")
    ident = said.context.patient_id.removeprefix("Patient/")
    if not _ID.fullmatch(ident):
        raise Refusal(400, "value", "The context names the patient by the id of FHIR.")
    server = said.fhir_server if len(said.fhir_server) <= _MOST_SERVER and said.fhir_server.isprintable() else ""
    came = {name: bytes(one) for name, one in said.prefetch.items()}
    return Viewed(ident, server, {name: b"" if one == b"null" else one for name, one in came.items()})


class _Override(msgspec.Struct, rename="camel"):
    reason: Reason | None = None
    user_comment: str = ""


class _Feedback(msgspec.Struct, rename="camel"):
    card: str
    outcome: str
    outcome_timestamp: datetime
    override_reason: _Override | None = None


class _Feedbacks(msgspec.Struct):
    feedback: list[_Feedback]


def _answers(raw: bytes) -> list[Answered]:
    """What became of cards. Raises Refusal."""
    said = _decoded(raw, _Feedbacks).feedback
    if not 0 < len(said) <= _MOST_CARDS or any(one.outcome not in ("accepted", "overridden") for one in said):
        raise Refusal(400, "value", f"Up to {_MOST_CARDS} cards, each with the outcome accepted or overridden.")
    if any(one.outcome_timestamp.tzinfo is None for one in said):
        raise Refusal(400, "value", "An outcomeTimestamp has its time zone.")
    return [_answered(one) for one in said]


def _answered(one: _Feedback) -> Answered:
    why = one.override_reason or _Override()
    return Answered(one.card, one.outcome, one.outcome_timestamp, why.reason, why.user_comment)


def _decoded(raw: bytes, kind: type[Any]) -> Any:
    try:
        return typed.decode(raw, kind)
    except msgspec.ValidationError:
        raise Refusal(400, "structure", "The body has not the fields that CDS Hooks asks for.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "structure", "The body is no JSON.") from None
