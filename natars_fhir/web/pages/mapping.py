"""The mapping desk: what a site sends and is not understood, and the form that maps one code or unit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.heard import choices
from natars_fhir.mapping.heard.choices import Chosen
from natars_fhir.mapping.terms.site_file import SiteFileError
from natars_fhir.service.remap import mapped, open_gaps
from natars_fhir.service.remap.mapped import OvertakenError
from natars_fhir.service.remap.open_gaps import Asked, Open
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.of_site import mapping_of, number, own_site
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

AT: Final = "/mapping"
#: The kinds of what was not understood.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"code": msg("code"), "unit": msg("unit"), "text": msg("text"), "element": msg("element")}
)
#: What a code can stand for.
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "asked": msg("It asks for something; the value stands beside it"),
        "says": msg("It says something by itself"),
        "value": msg("It is an answer"),
        "report": msg("It is a kind of report"),
        "unit": msg("It is a spelling of a unit"),
    }
)
#: How a hint was found.
BECAUSE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": msg("by its name"),
        "similar name": msg("by a similar name"),
        "code": msg("by the code itself"),
        "spelling": msg("by its spelling"),
        "neighbour": msg("look beside"),
    }
)
_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "part": msg("Choose what the code stands for."),
        "concept": msg("Choose the concept that it asks for or tells of."),
        "value": msg("Choose the value that it says."),
        "report": msg("Choose the kind of report."),
        "unit": msg("Choose a unit that this concept accepts."),
    }
)
_GONE = msg("This is understood by now, or never came.")
_NOT_MAPPED = msg("A line cannot map this: see what is said beside it.")
_OVERTAKEN = msg(
    "Somebody else mapped this code a moment ago, in version {number}. Look at it, then choose again if need be."
)
_NO_LINE = msg("This code cannot be written as a line: put it into the site's file by hand.")


def add_mapping(router: APIRouter, _: Desk) -> None:
    """Adds the list and the form."""

    def listed(request: Request) -> Response:
        return _listed(page_of(request))

    def shown(request: Request) -> Response:
        page = page_of(request)
        site = own_site(page)
        one = _one(page, site)
        hint = one.hint
        target = hint.target if hint and hint.because != "neighbour" else None
        told = _typed(page) if page.kept else choices.chosen(target, one.counted.display)
        return _form(page, site, one, told)

    def chosen(request: Request) -> Response:
        """The lists to choose from, as they follow from what was chosen before."""
        page = page_of(request)
        site = own_site(page)
        return page.show("mapping_choices.html", **_choices(page, site, _one(page, site), _asked(page)))

    def saved(request: Request) -> Response:
        return _saved(page_of(request))

    looks, maps = enters("gaps"), enters("mapping")
    for path, answer, may in (("", listed, looks), ("/line", shown, maps), ("/choices", chosen, maps)):
        router.add_api_route(ROOT + AT + path, answer, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{ROOT}{AT}/line", saved, methods=["POST"], response_model=None, dependencies=maps)


def _listed(page: Page) -> Response:
    site, query = own_site(page), page.request.query_params
    what = query.get("what", "") if query.get("what", "") in KINDS else ""
    asked = Asked(what, query.get("words", "")[:100], query.get("every") == "1", max(1, number(query.get("page", ""))))
    here = page.desk.active()
    found = open_gaps.page(page.desk.store, mapping_of(page, site), here.hints(site), page.desk.key, asked)
    last = max(1, -(-found.found // asked.most))
    return page.show(
        "mapping.html", site=site, found=found, asked=asked, last=last, kinds=KINDS,
        because=BECAUSE, maps="mapping" in page.who.may, mappable=choices.mappable,
        desk=mapped.desk(page.desk.store, site), lore=mapping_of(page, site).lore,
    )  # fmt: skip


def _one(page: Page, site: str) -> Open:
    """The gap that the address, or the form, names. Raises Refusal."""
    here, ident = page.desk.active(), page.typed("gap") or page.request.query_params.get("gap", "")
    found = open_gaps.one(page.desk.store, mapping_of(page, site), here.hints(site), page.desk.key, ident)
    if found is None:
        raise Refusal(404, "not-found", _GONE)
    if not choices.mappable(found.counted.gap):
        raise Refusal(422, "not-supported", _NOT_MAPPED)
    return found


def _typed(page: Page) -> Chosen:
    return Chosen(*(page.typed(name) for name in ("part", "concept", "value", "remark")))


def _asked(page: Page) -> Chosen:
    """The same of an address: our own words alone stand in it."""
    query = page.request.query_params
    return Chosen(*(query.get(name, "") for name in ("part", "concept", "value")))


def _form(
    page: Page, site: str, one: Open, told: Chosen, wrong: str = "", faults: Any = (), status: int = 200
) -> Response:
    desk = mapped.desk(page.desk.store, site)
    return page.show(
        "mapping_line.html", status, one=one, told=told, wrong=wrong, faults=faults, kinds=KINDS,
        because=BECAUSE, base=desk.next_on, lore=mapping_of(page, site).lore, **_choices(page, site, one, told),
    )  # fmt: skip


def _choices(page: Page, site: str, one: Open, told: Chosen) -> dict[str, Any]:
    """What can be chosen. A part that is not offered falls back to the first that is."""
    folder, mapping, gap = page.desk.active().mappings, mapping_of(page, site), one.counted.gap
    offered = choices.parts(gap)
    part = told.part if told.part in offered else offered[0]
    names = choices.concepts(folder, mapping, part)
    said = {name: _name(page, mapping.lore.concepts[name]) for name in names}
    concepts = sorted(said.items(), key=lambda one: one[1].casefold())
    values = choices.values(folder, mapping, gap, part, told.concept)
    return {
        "offered": {name: PARTS[name] for name in offered}, "part": part, "concepts": concepts, "values": values,
        "chosen": told, "site": site, "gap": one.id,
    }  # fmt: skip


def _name(page: Page, concept: Any) -> str:
    return str(concept.zh if page.language == "zh" else concept.en)


def _saved(page: Page) -> Response:
    site = own_site(page)
    one, told = _one(page, site), _typed(page)
    here, desk = page.desk.active(), page.desk
    gap, mapping = one.counted.gap, mapping_of(page, site)
    if fault := choices.fault(here.mappings, mapping, gap, told):
        return _form(page, site, one, told, page.say(_FAULTS[fault]), status=422)
    row, base = choices.row(mapping, gap, told), number(page.typed("base"))
    folder = here.plain or here.mappings
    try:
        made = mapped.put(desk.store, desk.key, folder, site, base, row, page.who.by, desk.now())
    except OvertakenError as other:
        text = page.say(_OVERTAKEN, number=other.version.number)
        return _form(page, site, one, told, text, status=409)
    except MappingError as wrong:
        return _form(page, site, one, told, faults=wrong.faults, status=422)
    except SiteFileError:
        return _form(page, site, one, told, page.say(_NO_LINE), status=422)
    return page.go(f"{AT}/version", site=site, number=made)
