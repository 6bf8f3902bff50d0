"""Form: the trial's screening form, prefilled, shown by LHC-Forms, and read back as the API reads one.

Who says it, of whom and when is the account's, this page's and the clock's, whatever the browser says; it is not signed
here. https://lhncbc.github.io/lforms/
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request, Response

from natars_fhir.emit.bilingual import spoken
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.people.populate import of
from natars_fhir.service.people.response_reading import is_response, response
from natars_fhir.service.people.seen import Seen, meanwhile
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.patient import AT, after, look, say
from natars_fhir.web.pages.patient_told import told
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg

_NOT_READ = msg("The form that came back cannot be read: open it anew.")


def add_form(router: APIRouter, desk: Desk) -> None:  # noqa: ARG001 (a request brings its own)
    """Adds the form, and what comes back."""

    def shown(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        return _show(page, pseudonym, look(page, pseudonym))

    def taken(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        here = look(page, pseudonym)
        answer = _heard(page, here)
        if answer is None:
            return _show(page, pseudonym, here, 422, [page.say(_NOT_READ)])
        if answer.status >= 300:
            return _show(page, pseudonym, look(page, pseudonym), answer.status, told(page, answer))
        return after(page, pseudonym, answer, "kept")

    path = f"{ROOT}{AT}/form"
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=enters("worklist"))
    router.add_api_route(path, taken, methods=["POST"], response_model=None, dependencies=enters("attest"))


def _show(page: Page, pseudonym: str, here: Seen, status: int = 200, wrong: Sequence[str] = ()) -> Response:
    """The form, and that it was seen; after a refusal, or a session that ended, as it was filled in."""
    page.viewed(pseudonym, act="populate")
    desk, active = page.desk, page.desk.active()
    base, study = active.intake.canonical_base, active.mappings.study
    form = spoken(questionnaire(study, base), page.language)
    stated = here.subject.part.people.counting
    prefilled = of(here.subject.outcome, study, desk.site(page.who), base, desk.now(), stated).response
    filled = _typed(page.typed("response")) or spoken(prefilled, page.language)
    steps = meanwhile(desk.store, page.who.site, here, page.typed("seen")) if wrong else []
    return page.show(
        "patient_form.html", status, styled=True, here=here, pseudonym=pseudonym, form=form, filled=filled,
        wrong=wrong, changes=[one.told(page.language) for one in steps],
        may_state="attest" in page.who.may and here.speaker is not None,
    )  # fmt: skip


def _heard(page: Page, here: Seen) -> Answer | None:
    """What is answered to the form that came back; None where it is no form."""
    sent = _typed(page.typed("response"))
    if sent is None or page.known is None or here.speaker is None:
        return None
    who = here.speaker.identifier or here.speaker.name
    mine = {
        **sent,
        "status": "in-progress",
        "subject": {"reference": here.subject.outcome.record.patient.reference},
        "author": {"display": who},
        "authored": page.desk.now().isoformat(timespec="seconds"),
    }
    raw = msgspec.json.encode(mine)
    resource, issues = check_bytes(raw, "readable")
    if resource is None or any(one.severity in ("error", "fatal") for one in issues):
        return None
    active = page.desk.active()
    read = response(resource, active.intake.study, active.intake.canonical_base)
    if any(one.severity == "error" for one in read.issues):
        return Answer(422, operation_outcome(read.issues), {"refused": 1})
    return say(page, here, *read.sayings, raw=raw)


def _typed(text: str) -> Node | None:
    """The response that a browser sent; None where it is none."""
    try:
        found = msgspec.json.decode(text) if text else None
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if is_response(found) else None
