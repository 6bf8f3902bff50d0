"""Pictures: every figure of the office as a file: SVG, PNG, or its table as CSV. What was drawn is kept."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.sentence import Language
from natars_fhir.export.extra import ExtraError
from natars_fhir.service.office.figures import FORMS, drawn
from natars_fhir.service.office.trial import Trial
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.room import Room, note
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import LANGUAGES, msg
from natars_fhir.web.respond import Refusal

_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
)
#: A picture is drawn by styles that stand in it; opened by itself it may do nothing else.
_ALONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
    }
)
_MOST_KEPT = 200
_NOTHING = msg("There is no such figure, or it cannot be drawn here.")


class Album:
    """What was drawn of figures that are kept: another one's numbers are other pictures."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[int, str, str, Language], tuple[Trial, bytes | None]] = {}
        self._lock = Lock()

    def given(self, told: Trial, name: str, form: str, language: Language) -> bytes | None:
        """A figure's bytes. Raises ExtraError."""
        key = (id(told), name, form, language)
        with self._lock:
            known = self._drawn.get(key)
        if known is not None and known[0] is told:
            return known[1]
        made = drawn(name, form, told, language)
        with self._lock:
            if len(self._drawn) >= _MOST_KEPT:
                self._drawn.clear()
            self._drawn[key] = (told, made)
        return made


def add_pictures(router: APIRouter, room: Room) -> None:
    """Adds the downloads."""
    album = Album()

    def given(request: Request, name: str) -> Response:
        page = page_of(request)
        site, (stem, _, form) = room.site(page), name.rpartition(".")
        asked = page.request.query_params
        language = next((one for one in LANGUAGES if one == asked.get("language")), page.language)
        try:
            made = album.given(room.kept(site), stem, form, language) if form in FORMS else None
        except ExtraError:
            made = None
        if made is None:
            raise Refusal(404, "not-found", _NOTHING)
        where = f"-{site}" if site else ""
        says = f"natars-{stem}{where}.{form}" if form == "csv" else f"natars-{stem}{where}.{language}.{form}"
        shown = "inline" if asked.get("shown") else "attachment"
        if shown == "attachment":
            note(page, site, "figure")
        headers = {**_ALONE, "Content-Disposition": f'{shown}; filename="{says}"'}
        return Response(made, headers=headers, media_type=_TYPES[form])

    path = f"{ROOT}/trial/figure/{{name}}"
    router.add_api_route(path, given, methods=["GET"], response_model=None, dependencies=enters("figures"))
