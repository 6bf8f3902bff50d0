"""Pictures: every figure of the office as a file: SVG, PNG, or its table as CSV. What was drawn is kept."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.sentence import Language
from natars_fhir.export.extra import ExtraError
from natars_fhir.export.figures.plate import Plate
from natars_fhir.service.office.figures import FIGURES
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
        self._drawn: dict[tuple[int, str, Language], tuple[Trial, Plate]] = {}
        self._lock = Lock()

    def plate(self, told: Trial, name: str, language: Language) -> Plate:
        """A figure's pictures. Raises ExtraError, and KeyError for a figure that is none."""
        key = (id(told), name, language)
        with self._lock:
            known = self._drawn.get(key)
        if known is not None and known[0] is told:
            return known[1]
        made = FIGURES[name].plate(told, language)
        with self._lock:
            if len(self._drawn) >= _MOST_KEPT:
                self._drawn.clear()
            self._drawn[key] = (told, made)
        return made


def _bytes(album: Album, told: Trial, name: str, language: Language) -> bytes | None:
    """The file of this name; None where there is none, or no font for the picture."""
    stem, _, form = name.rpartition(".")
    if stem not in FIGURES or form not in _TYPES:
        return None
    if form == "csv":
        return FIGURES[stem].table(told).csv()
    try:
        plate = album.plate(told, stem, language)
    except ExtraError:
        return None
    return plate.svg if form == "svg" else plate.png


def add_pictures(router: APIRouter, room: Room) -> None:
    """Adds the downloads."""
    album = Album()

    def given(request: Request, name: str) -> Response:
        page = page_of(request)
        site = room.site(page)
        asked = page.request.query_params
        language = next((one for one in LANGUAGES if one == asked.get("language")), page.language)
        made = _bytes(album, room.kept(site), name, language)
        if made is None:
            raise Refusal(404, "not-found", _NOTHING)
        stem, _, form = name.rpartition(".")
        called = "-".join(("natars", stem, *([site] if site else [])))
        says = f"{called}.csv" if form == "csv" else f"{called}.{language}.{form}"
        shown = "inline" if asked.get("shown") else "attachment"
        if shown == "attachment":
            note(page, site, "figure")
        headers = {**_ALONE, "Content-Disposition": f'{shown}; filename="{says}"'}
        return Response(made, headers=headers, media_type=_TYPES[form])

    path = f"{ROOT}/trial/figure/{{name}}"
    router.add_api_route(path, given, methods=["GET"], response_model=None, dependencies=enters("figures"))
