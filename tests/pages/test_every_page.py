"""What holds of every page, in both languages: nobody is shut out, nothing comes from elsewhere, it prints, it fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from natars_fhir.web.pages.registry import PAGES, ROOT
from tests.doc_pages import DOCS
from tests.pages.browser import PHONE, Visitor
from tests.pages.screens import SCREENS

Visit = Callable[..., Visitor]

EVERY = pytest.mark.parametrize("name", SCREENS)


def test_every_page_of_the_navigation_has_its_picture() -> None:
    shown = {screen.path.partition("?")[0] for screen in SCREENS.values()}
    assert {ROOT + entry.path for entry in PAGES.values()} <= shown


@pytest.mark.parametrize("language", ["zh", "en"])
@EVERY
def test_a_page_is_free_of_barriers_and_of_anything_from_elsewhere(name: str, language: str, visit: Visit) -> None:
    screen = SCREENS[name]
    somebody = visit(screen.role, language=language)
    page = screen.seen_by(somebody)
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert somebody.violations() == []
    somebody.screenshot(f"{name}-{language}")


@EVERY
def test_a_page_fits_a_telephone_and_prints_without_what_is_for_the_screen(name: str, visit: Visit) -> None:
    screen = SCREENS[name]
    somebody = visit(screen.role, language="zh", width=PHONE)
    page = screen.seen_by(somebody)
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
