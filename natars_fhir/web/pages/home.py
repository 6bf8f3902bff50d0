"""Home: who one is here, and which pages there are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.people import ROLES
from natars_fhir.web.pages.registry import ROOT


def add_home(router: APIRouter, desk: Desk) -> None:
    """Adds the page."""

    def shown(request: Request) -> Response:
        return page_of(request).show("home.html", study=desk.active().mappings.study, roles=ROLES)

    path, known = f"{ROOT}/home", enters("known")
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=known)
