"""Routes: everything under `/pages`, page by page."""

from __future__ import annotations

from fastapi import APIRouter

from natars_fhir.web.pages.account import add_account
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.feeds import add_feeds
from natars_fhir.web.pages.home import add_home
from natars_fhir.web.pages.login import add_login
from natars_fhir.web.pages.mapping import add_mapping
from natars_fhir.web.pages.mapping_try import add_mapping_try
from natars_fhir.web.pages.mapping_versions import add_mapping_versions
from natars_fhir.web.pages.office.routes import add_office
from natars_fhir.web.pages.outbox import add_outbox
from natars_fhir.web.pages.patient import add_patient
from natars_fhir.web.pages.patient_evidence import add_evidence
from natars_fhir.web.pages.patient_facts import add_facts
from natars_fhir.web.pages.patient_form import add_form
from natars_fhir.web.pages.people import add_people
from natars_fhir.web.pages.provider import add_provider
from natars_fhir.web.pages.quarantine import add_quarantine
from natars_fhir.web.pages.static import add_static
from natars_fhir.web.pages.tokens import add_tokens
from natars_fhir.web.pages.worklist import add_worklist

#: Each adds the routes of a page, or of a family of pages.
ADDED = (
    add_login, add_provider, add_home, add_account, add_people, add_office,
    add_worklist, add_patient, add_evidence, add_facts, add_form,
    add_mapping, add_mapping_versions, add_mapping_try,
    add_feeds, add_quarantine, add_outbox, add_tokens,
)  # fmt: skip


def pages(desk: Desk) -> APIRouter:
    """The routes."""
    router = APIRouter()
    add_static(router)
    for add in ADDED:
        add(router, desk)
    return router
