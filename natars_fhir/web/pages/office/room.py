"""Room: what the office's pages work with, and what they have in common: of which site, and what is made meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from fastapi import Response

from natars_fhir.service.access.accounts import speaks
from natars_fhir.service.office.freezing import Freezing
from natars_fhir.service.office.keeper import Asked, Keeper, Seen
from natars_fhir.service.office.trial import Trial, trial
from natars_fhir.service.screening.screened import today
from natars_fhir.service.upkeep import audit
from natars_fhir.service.upkeep.pseudonym import person_of
from natars_fhir.store.audit import Act
from natars_fhir.store.stamp import stamp
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import Entry
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: The pages within the office: name → address below `/pages`, what is needed, and what it is called.
SECTIONS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "enrolment": Entry("/trial", "figures", msg("Enrolment")),
        "missing": Entry("/trial/missing", "figures", msg("Missing data")),
        "visits": Entry("/trial/visits", "figures", msg("Visits")),
        "endpoints": Entry("/trial/endpoints", "figures", msg("Endpoints")),
        "events": Entry("/trial/events", "figures", msg("Adverse events")),
        "subjects": Entry("/trial/subjects", "figures", msg("Subjects")),
        "overlap": Entry("/trial/overlap", "overlap", msg("Overlap")),
        "freezes": Entry("/trial/freezes", "export", msg("Freezes")),
        "exports": Entry("/trial/exports", "bulk", msg("Exports")),
    }
)
#: Seconds that a page waits for figures that are not there yet: small ones are made by then.
_PATIENCE: Final = 0.08
_NO_SITE = msg("There is no such site here.")


@dataclass(frozen=True, slots=True)
class Room:
    """What figures are kept, and where freezes lie."""

    desk: Desk
    keeper: Keeper[Trial] = field(repr=False)
    freezing: Freezing = field(repr=False)

    def site(self, page: Page) -> str:
        """Of which site the page tells: of the person's own, or of one that is asked for, or (empty) of all. Raises
        Refusal for another one than there is."""
        asked = page.request.query_params.get("site", "")
        own = page.who.site
        if own and asked not in ("", own):
            raise Refusal(404, "not-found", _NO_SITE)
        if asked and asked not in self.desk.active().readers:
            raise Refusal(404, "not-found", _NO_SITE)
        return own or asked

    def asked(self, site: str, patience: float = _PATIENCE) -> Asked[Trial]:
        """The figures of a site, or of all."""
        return self.keeper.ask(site, patience)

    def kept(self, site: str) -> Trial:
        """The figures as a page shows them now. Raises Refusal where none are made yet."""
        found = self.asked(site).kept
        if found is None:
            raise Refusal(503, "transient", msg("The figures are being made: load the page again in a moment."))
        return found.what

    def show(self, page: Page, section: str, name: str, **told: Any) -> Response:
        """A page that shows figures, with what is kept of them; or says that they are being made."""
        site = self.site(page)
        found = self.asked(site)
        note(page, site, "figures")
        return framed(page, self, section, name, asked=found, trial=found.kept.what if found.kept else None, **told)


def framed(page: Page, room: Room, section: str, name: str, status: int = 200, /, **told: Any) -> Response:
    """A page within the office: with its sections, and the sites that may be chosen."""
    may = page.who.may
    sections = {key: entry for key, entry in SECTIONS.items() if entry.may in may}
    sites = () if page.who.site else tuple(sorted(room.desk.active().readers))
    frame: dict[str, Any] = {"sections": sections, "section": section, "sites": sites, "site": room.site(page)}
    return page.show(name, status, **frame, **told)


def note(page: Page, site: str, act: str, about: str = "", counts: Mapping[str, int] | None = None) -> None:
    """Writes into the audit of *site* (of everywhere, where it is none) what the person looked at or took away."""
    audit.note(page.desk.store, page.desk.key, act_of(page, site, act, about, counts))


def act_of(page: Page, site: str, act: str, about: str = "", counts: Mapping[str, int] | None = None) -> Act:
    """What the person does, for the audit."""
    account = page.known.account if page.known else None
    person = person_of(page.desk.key, account.site, speaks(account)) if account else ""
    return Act(site, page.desk.now(), act, "", 200, counts or {}, about, person, page.who.by)


def room_of(desk: Desk) -> Room:
    """The room of an application."""

    def made(site: str, seen: Seen) -> Trial:
        here = desk.active()
        names = [site] if site else sorted(here.readers)
        sites = [here.mappings.sites[name] for name in names]
        return trial(desk.store, here.intake, sites, today(desk.now()), seen)

    def mark() -> object:
        with desk.store.read() as connection:
            return stamp(connection), desk.active().mappings.hash, desk.active().turn, today(desk.now())

    keeper: Keeper[Trial] = Keeper(made, mark, desk.now)
    return Room(desk, keeper, Freezing(desk.store, desk.settings.freeze_folder, desk.now))
