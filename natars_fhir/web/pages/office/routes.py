"""Routes of the office: figures, their downloads, subjects, overlap, freezes, exports."""

from __future__ import annotations

from fastapi import APIRouter

from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.office.comparison import add_comparison
from natars_fhir.web.pages.office.exports import add_exports
from natars_fhir.web.pages.office.figures import add_figures
from natars_fhir.web.pages.office.freezes import add_freezes
from natars_fhir.web.pages.office.overlap import add_overlap
from natars_fhir.web.pages.office.pictures import add_pictures
from natars_fhir.web.pages.office.room import room_of
from natars_fhir.web.pages.office.subject import add_subject


def add_office(router: APIRouter, desk: Desk) -> None:
    """Adds the pages, which share what is kept."""
    room = room_of(desk)
    for add in (add_figures, add_pictures, add_subject, add_overlap, add_freezes, add_comparison, add_exports):
        add(router, room)
