"""The pages of which there are pictures in the documentation: name → whose, and where. Every page is one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

from natars_fhir.emit.identity import keyed
from tests.pages.browser import Visitor
from tests.pages.filled import GAP, REPORT, SITE
from tests.service.hospital import KEY


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: *role* (empty: nobody is logged in) looks at *path*, does something there, waits for what comes."""

    role: str
    path: str
    then: Callable[[Page], None] | None = None
    waits: str = "main h1"

    def seen_by(self, somebody: Visitor) -> Page:
        """The page as it is shown to somebody."""
        page = somebody.goto(self.path)
        if self.then is not None:
            self.then(page)
        page.locator(self.waits).first.wait_for()
        return page


def _first(page: Page) -> None:
    """The first row of the list."""
    page.locator("tbody th a").first.click()


def _pasted(page: Page) -> None:
    page.locator("#document").fill(REPORT)
    page.locator("#kind").select_option("pathology")
    page.locator("main form button").last.click()


#: A subject of the crowd (`crowd.py`) who was treated and operated on, and progressed.
SUBJECT = "89d876315bad7554a8f68b84cd2665ed"
_NUMBERS = "https://his.hospital-a.example/fhir/NamingSystem/patient-number"


def patient(number: str) -> str:
    """The page of a patient of hospital A."""
    return f"/pages/patient/{keyed(KEY, 'natars', 'hospital-a', 'subject', 'identifier', _NUMBERS, number)}"


#: Whose MDM2 was corrected from positive to negative: I-09 bars since.
CORRECTED = patient("BA0000301")

SCREENS: Mapping[str, Screen] = {
    "login": Screen("", "/pages/login"),
    "home": Screen("coordinator", "/pages/home"),
    "account": Screen("investigator", "/pages/account"),
    "password": Screen("investigator", "/pages/account/password"),
    "people": Screen("operator", "/pages/people"),
    "worklist": Screen("investigator of A", "/pages/worklist"),
    "patient": Screen("investigator of A", CORRECTED),
    "evidence": Screen("investigator of A", f"{CORRECTED}/evidence/I-09"),
    "facts": Screen("investigator of A", f"{CORRECTED}/facts", waits=".chart svg"),
    "history": Screen("investigator of A", f"{CORRECTED}/history"),
    "form": Screen("investigator of A", f"{CORRECTED}/form", waits="form[data-form] button:enabled"),
    "mapping": Screen("engineer", f"/pages/mapping?site={SITE}"),
    "mapping-line": Screen("engineer", f"/pages/mapping/line?site={SITE}&gap={GAP}"),
    "mapping-versions": Screen("engineer", f"/pages/mapping/versions?site={SITE}"),
    "mapping-version": Screen("engineer", f"/pages/mapping/version?site={SITE}&number=1", waits="#effect .figure"),
    "mapping-check": Screen("coordinator", "/pages/mapping/check", waits="main .figure"),
    "mapping-try": Screen("coordinator", "/pages/mapping/try", _pasted, waits="mark"),
    "feeds": Screen("operator", f"/pages/feeds?site={SITE}"),
    "quarantine": Screen("operator", f"/pages/feeds/quarantine?site={SITE}"),
    "quarantine-one": Screen("operator", f"/pages/feeds/quarantine?site={SITE}", _first, waits="dl.facts"),
    "outbox": Screen("operator", f"/pages/feeds/outbox?site={SITE}"),
    "outbox-one": Screen("operator", f"/pages/feeds/outbox?site={SITE}&state=dead", _first, waits="dl.facts"),
    "tokens": Screen("operator", "/pages/feeds/tokens"),
    "trial": Screen("trial-office", "/pages/trial"),
    "trial-missing": Screen("trial-office", "/pages/trial/missing"),
    "trial-visits": Screen("trial-office", "/pages/trial/visits"),
    "trial-endpoints": Screen("trial-office", "/pages/trial/endpoints"),
    "trial-events": Screen("trial-office", "/pages/trial/events"),
    "trial-subjects": Screen("trial-office", "/pages/trial/subjects"),
    "trial-subject": Screen("trial-office", f"/pages/trial/subject?of={SUBJECT}"),
    "trial-overlap": Screen("trial-office", "/pages/trial/overlap"),
    "trial-freezes": Screen("trial-office", "/pages/trial/freezes"),
    "trial-comparison": Screen("trial-office", "/pages/trial/freezes/compare"),
    "trial-exports": Screen("trial-office", "/pages/trial/exports"),
}
