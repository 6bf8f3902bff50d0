"""Evidence: on one click beside a criterion, or as a page of its own: what the answer stands on in the hospital's
resources."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.record import Fact
from natars_fhir.service.worklist.evidence import places
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.patient import AT, look
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: As many places as are shown at once; an answer may stand on hundreds.
_MOST = 20
_NO_SUCH = msg("The trial has no such criterion.")


def add_evidence(router: APIRouter, desk: Desk) -> None:
    """Adds the evidence of a criterion."""

    def shown(request: Request, pseudonym: str, criterion: str) -> Response:
        page = page_of(request)
        here = look(page, pseudonym)
        one = next((pair for pair in here.subject.outcome.screening.findings if pair[0].id == criterion), None)
        if one is None:
            raise Refusal(404, "not-found", _NO_SUCH)
        page.viewed(pseudonym)
        whole = request.query_params.get("whole") == "1"
        facts = list(dict.fromkeys(one[1].facts))
        reader = desk.active().any_version(page.who.site)
        found = places(desk.store, reader, _first(facts), whole=whole)
        name = "patient_evidence_part.html" if page.partial else "patient_evidence.html"
        more = len(facts) - len(_first(facts))
        return page.show(name, here=here, criterion=one[0], finding=one[1], places=found, whole=whole, more=more)

    path, may = f"{ROOT}{AT}/evidence/{{criterion}}", enters("worklist")
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=may)


def _first(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts of the first places."""
    known = list(dict.fromkeys((one.source.reference, one.source.version, one.path) for one in facts))[:_MOST]
    return [one for one in facts if (one.source.reference, one.source.version, one.path) in set(known)]
