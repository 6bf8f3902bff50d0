"""Staging: the M of TNM (clinical.md §2.2, E-04). ``M1?`` is a question; an M without a prefix is the clinical one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Kind, Said, firmness

CATEGORY = "distant-metastasis-category"
_M = re.compile(
    r"(?<![a-z0-9])(?P<tnm>[cpyr]{0,2}t(?:x|is|[0-4][a-d]?)\s?[cp]?n(?:x|[0-3][a-c]?)\s?)?(?P<by>[cp])?m(?P<m>[01])[a-c]?"
    r"(?![a-z0-9])(?P<asked>\s*\(?\?)?"
)
_STAGE = re.compile(r"(?:tnm|分期|stage|staging)[^,;。\n]{0,12}$")


def read(page: Page, kind: Kind) -> Iterable[Said]:
    """The category of distant metastasis wherever T and N, a prefix or the word "stage" make the M one."""
    return _staged(page, kind) if may_be_told(page) else ()


def may_be_told(page: Page) -> bool:
    """May it tell the category?"""
    return "m1" in page.text or "m0" in page.text


def _staged(page: Page, kind: Kind) -> Iterator[Said]:
    for found in _M.finditer(page.text):
        start, end = found.span()
        if found["asked"] and found["m"] == "1":
            yield Said("metastasis", "suspected", page.span(start, end), "hedged", (("method", kind),))
        elif not page.void(start) and not found["asked"] and _is_stage(page, found):
            value = f"{found['by'] or 'c'}M{found['m']}"
            yield Said(CATEGORY, value, page.span(start, end), firmness(page.hedged(start, end)), (("method", kind),))


def _is_stage(page: Page, found: re.Match[str]) -> bool:
    if found["by"] and not found["tnm"]:
        return False  # cM0 and pM1 by themselves are words of statements.toml
    return bool(found["tnm"]) or _STAGE.search(page.text, max(0, found.start() - 20), found.start()) is not None
