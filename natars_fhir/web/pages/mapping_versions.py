"""Versions of what a site's people mapped: what each says and would change, which counts, and back again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS
from natars_fhir.mapping.terms.site_file import Line, lines
from natars_fhir.mapping.terms.translate import own_maps
from natars_fhir.mapping.texts import TEST_NAMES, answered
from natars_fhir.service.remap import mapped
from natars_fhir.service.remap.effect import Effect, changed_lines, effect
from natars_fhir.service.remap.mapped import FILE
from natars_fhir.service.screening.screened import today
from natars_fhir.service.upkeep.audit import note
from natars_fhir.service.upkeep.pseudonym import subject_of
from natars_fhir.store import accounts
from natars_fhir.store.audit import Act
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.headers import headers
from natars_fhir.web.pages.mapping import AT
from natars_fhir.web.pages.of_site import number, own_site
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import MEDIA_TYPE, Refusal

#: What changes, and the words of the answers.
WHAT: Final[Mapping[str, str]] = MappingProxyType(
    {"value": msg("value"), "answer": msg("criterion"), "verdict": msg("verdict"), "scope": msg("scope")}
)
ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "yes": msg("yes"), "no": msg("no"), "unknown": msg("unknown"), "candidate": msg("candidate"),
        "undetermined": msg("undetermined"), "ineligible": msg("ineligible"), "in scope": msg("in scope"),
        "not in scope": msg("not in scope"),
    }
)  # fmt: skip
_DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "active": msg(
            "Version {number} counts from now on. What is known is read anew with it, which may take minutes."
        ),
        "same": msg("Version {number} counted already: nothing was changed."),
    }
)
_NO_VERSION = msg("There is no such version.")
_NOT_LOADED = msg("This version does not load, so that what is active stays:")
#: Changes that are shown; the counts are of all.
MOST_SHOWN = 200


def add_mapping_versions(router: APIRouter, _: Desk) -> None:
    """Adds the versions' pages."""

    def listed(request: Request) -> Response:
        page = page_of(request)
        site = own_site(page)
        here = mapped.desk(page.desk.store, site)
        return page.show("mapping_versions.html", site=site, desk=here, names=_names(page))

    def shown(request: Request) -> Response:
        page = page_of(request)
        done = _DONE.get(page.request.query_params.get("done", ""), "")
        return _shown(page, page.say(done, number=_number(page)) if done else "")

    def told(request: Request) -> Response:
        return _effect(page_of(request))

    def turned(request: Request) -> Response:
        return _turned(page_of(request))

    def taken_out(request: Request) -> Response:
        page = page_of(request)
        site, desk = own_site(page), page.desk
        line, who = (page.typed("table"), page.typed("code")), page.who.by
        made = mapped.take_out(desk.store, desk.key, _folder(page), site, line, who, desk.now())
        return page.go(f"{AT}/version", site=site, number=made)

    def given(request: Request) -> Response:
        return _given(page_of(request))

    looks, maps = enters("gaps"), enters("mapping")
    for path, answer in (("versions", listed), ("version", shown), ("effect", told), ("lines", given)):
        router.add_api_route(f"{ROOT}{AT}/{path}", answer, methods=["GET"], response_model=None, dependencies=looks)
    for path, answer in (("active", turned), ("out", taken_out)):
        router.add_api_route(f"{ROOT}{AT}/{path}", answer, methods=["POST"], response_model=None, dependencies=maps)


def _folder(page: Page) -> Mappings:
    here = page.desk.active()
    return here.plain or here.mappings


def _number(page: Page) -> int:
    return number(page.typed("number") or page.request.query_params.get("number", ""))


def _version(page: Page, site: str) -> tuple[mapped.Desk, int]:
    """How things stand, and the version that is meant. Raises Refusal."""
    here, asked = mapped.desk(page.desk.store, site), _number(page)
    if asked != FILE and asked not in {one.number for one in here.versions}:
        raise Refusal(404, "not-found", _NO_VERSION)
    return here, asked


def _names(page: Page) -> dict[str, str]:
    """Who is called how in the audit → their name."""
    with page.desk.store.read() as connection:
        return {f"account {one.id}": one.name for one in accounts.every(connection)}


def _shown(page: Page, told: str = "", faults: Any = (), status: int = 200) -> Response:
    site = own_site(page)
    here, asked = _version(page, site)
    text, before = here.text(asked), here.text(here.active)
    return page.show(
        "mapping_version.html", status, site=site, desk=here, number=asked, text=text, lines=lines(text),
        changed=[(one.table, one.code) for one in changed_lines(before, text)], told=told, faults=faults,
        names=_names(page), maps="mapping" in page.who.may, meaning=_meaning, units=UNIT_SPELLINGS, texts=TEST_NAMES,
        answered=answered,
        own=next((one for one in here.versions if one.number == asked), None), not_loaded=_NOT_LOADED,
    )  # fmt: skip


def _meaning(line: Line, concept: Callable[[str], str]) -> str:
    """What a line says: a concept by its name, and as the file has it."""
    told = {"concept": line.value} if isinstance(line.value, str) else line.value
    words = [told[key] for key in ("concept", "value", "report") if key in told]
    called = concept(words[0])
    return " = ".join(words) if called == words[0] else f"{called} ({' = '.join(words)})"


def _turned(page: Page) -> Response:
    site, desk = own_site(page), page.desk
    _, asked = _version(page, site)
    try:
        turned = mapped.make_active(desk.store, desk.key, _folder(page), site, asked, page.who.by, desk.now())
    except MappingError as wrong:
        return _shown(page, faults=wrong.faults, status=422)
    desk.follow()
    return page.go(f"{AT}/version", site=site, number=asked, done="active" if turned else "same")


def _effect(page: Page) -> Response:
    """What the version would change, as a part of its page."""
    site, desk = own_site(page), page.desk
    here, asked = _version(page, site)
    folder, study, now = _folder(page), desk.active().mappings.study, desk.now()
    texts = (here.text(here.active), here.text(asked))
    try:
        before, after = (compiled(overlaid(folder, {site: text}), site) for text in texts)
    except MappingError as wrong:
        return page.show("mapping_effect.html", effect=None, faults=wrong.faults, not_loaded=_NOT_LOADED)
    found = effect(desk.store, study, before, after, texts, today(now))
    note(desk.store, desk.key, Act(site, now, "look", after.hash, 200, {"patients": found.counts.patients}))
    return page.show(
        "mapping_effect.html", effect=found, faults=(), whose=_whose(page, site, found), most=MOST_SHOWN, what=WHAT,
        answers=ANSWERS, lore=after.lore,
    )  # fmt: skip


def _whose(page: Page, site: str, found: Effect) -> dict[str, str]:
    """Reference → the subject's pseudonym."""
    here = page.desk.active()
    own = here.mappings.sites[site]
    return {name: subject_of(here.intake, own, one)[:8] for name, one in found.patients.items()}


def _given(page: Page) -> Response:
    """The version as lines of a site's file, or as ConceptMaps of the whole site."""
    site = own_site(page)
    here, asked = _version(page, site)
    name = f"{site}-{asked}"
    if page.request.query_params.get("as") != "fhir":
        told = {**headers(), "Content-Disposition": f'attachment; filename="{name}.toml"'}
        return Response(here.text(asked), 200, told, "text/plain; charset=utf-8")
    base = page.desk.settings.canonical_base
    try:
        maps = own_maps(overlaid(_folder(page), {site: here.text(asked)}), site, base)
    except MappingError as wrong:
        return _shown(page, faults=wrong.faults, status=422)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in maps]}
    told = {**headers(), "Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(json.dumps(bundle, ensure_ascii=False, indent=1), 200, told, MEDIA_TYPE)
