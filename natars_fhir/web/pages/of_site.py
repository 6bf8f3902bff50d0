"""Of a site: which site a page is about. A site's people have theirs; the others choose, and the address says which."""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.mapping.site import SiteMapping
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: The site that is none: standard codes alone. It stands last.
_NOBODYS = "generic"
_WHICH = msg("Which site is meant?")
_NONES = msg("What a site sends is for its own people, and your account is of no site.")
_NO_SITE = msg("There is no such site here, or it is not yours.")


def sites_of(page: Page) -> Sequence[str]:
    """The sites that the person may choose."""
    known = page.desk.active().readers
    return [page.who.site] if page.who.site else sorted(known, key=lambda site: (site == _NOBODYS, site))


def site_of(page: Page) -> str:
    """The site that the page is about; at first the first, but nothing is done at a site that was not named. Raises
    Refusal for one that is not the person's."""
    sites = sites_of(page)
    said = page.typed("site") or page.request.query_params.get("site", "")
    if said and said not in sites:
        raise Refusal(404, "not-found", _NO_SITE)
    if not said and page.request.method == "POST" and not page.who.site:
        raise Refusal(422, "required", _WHICH)
    return said or sites[0]


def own_site(page: Page) -> str:
    """The person's own site. Raises Refusal for another, and where they have none: what a site sends and is not
    understood may name a patient, and is for its own people."""
    if not page.who.site:
        raise Refusal(403, "forbidden", _NONES)
    return site_of(page)


def mapping_of(page: Page, site: str) -> SiteMapping:
    """How the site's documents are read now."""
    return page.desk.active().any_version(site).mapping


def number(text: str) -> int:
    """A number in an address; what is none is 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST else 0


_LONGEST = 16
