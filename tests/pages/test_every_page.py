"""What holds of every page, in both languages: nobody is shut out, nothing comes from elsewhere, it prints, it fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from natars_fhir.web.pages.registry import PAGES, ROOT
from tests.doc_pages import DOCS
from tests.pages.browser import Visitor
from tests.pages.screens import SCREENS

Visit = Callable[..., Visitor]

EVERY = pytest.mark.parametrize("name", SCREENS)


def test_every_page_of_the_navigation_has_its_picture() -> None:
    shown = {screen.path.partition("?")[0] for screen in SCREENS.values()}
    assert {ROOT + entry.path for entry in PAGES.values()} <= shown


def looked_at(somebody: Visitor, name: str, language: str) -> Page:
    """The page, in its language, without a barrier, and its picture taken."""
    page = SCREENS[name].seen_by(somebody)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert somebody.violations() == []
    somebody.screenshot(f"{name}-{language}")
    return page


@EVERY
def test_a_page_is_free_of_barriers_and_of_anything_from_elsewhere(name: str, visit: Visit) -> None:
    looked_at(visit(SCREENS[name].role, language="en"), name, "en")


@EVERY
def test_a_page_in_chinese_is_too_and_fits_a_telephone_and_prints_without_what_is_for_the_screen(
    name: str, visit: Visit
) -> None:
    somebody = visit(SCREENS[name].role, language="zh")
    page = looked_at(somebody, name, "zh")
    somebody.holds_a_telephone()
    if name == "form":  # LHC-Forms lays itself out when it is loaded, and never again
        SCREENS[name].seen_by(somebody)
    assert not somebody.too_wide()
    somebody.screenshot(f"{name}-phone")
    page.emulate_media(media="print")
    assert page.locator("main h1").is_visible()
    assert not page.locator("body > header").is_visible()
    assert somebody.printed().startswith(b"%PDF")


@pytest.mark.parametrize("language", ["zh", "en"])
@EVERY
def test_the_documentation_has_a_picture_of_it(name: str, language: str) -> None:
    assert (DOCS / "pages" / f"{name}-{language}.png").is_file(), "run: python -m tests.write_screens"
