"""A browser, and what a test does with it: visits as somebody, looks with axe, prints, holds it like a telephone.

One Chromium serves a whole test process, and a window of it one test after the other: to open one takes three times as
long as to look at a page. What a test left in a window is taken out of it. https://playwright.dev/python/docs/api/class-playwright
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.pages.house import House

CHROMIUM = shutil.which("chromium")
SCREENS = Path(__file__).parents[2] / ".build" / "screens"
WIDE, PHONE = 1280, 360
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}
_MOST_MS = 20_000
_TALLEST = 2_400


class Chromium:
    """Started when it is first asked for, and stopped by whoever leaves."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None:
            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        return self._browser

    def stop(self) -> None:
        """Its event loop would be in the way of every other test's."""
        _resting.clear()
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._browser = self._playwright = None


@dataclass(slots=True)
class Visitor:
    """Somebody before a browser. ``faults`` is all that a page must not do: errors, requests elsewhere."""

    house: House
    page: Page
    context: BrowserContext = field(repr=False)
    faults: list[str] = field(default_factory=list)

    def failed(self, fault: object) -> None:
        """A script of the page did."""
        self.faults.append(str(fault))

    def said(self, line: Any) -> None:
        """To the console."""
        if _is_fault(line):
            self.faults.append(line.text)

    def asked(self, request: Any) -> None:
        """Of whomever: of ours alone it may."""
        if not request.url.startswith((self.house.address, "data:", "blob:")):
            self.faults.append(f"asked {request.url}")

    def goto(self, path: str, ready: str = "") -> Page:
        """Opens a page of ours, and waits for what scripts put there (*ready*, a selector)."""
        self.page.goto(self.house.address + path)
        if ready:
            self.page.wait_for_selector(ready)
        self.settled()
        return self.page

    def settled(self) -> None:
        """Waits until what is being made for a page is made, and the page shows it."""
        self.page.locator("[data-making]").first.wait_for(state="detached")
        self.page.wait_for_load_state()

    def violations(self) -> list[str]:
        """What axe finds: rule, and where."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]

    def too_wide(self) -> bool:
        """Must one scroll sideways?"""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def holds_a_telephone(self) -> None:
        """The window gets as narrow; what is drawn to fit it is drawn anew by the second frame."""
        self.page.set_viewport_size({"width": PHONE, "height": 900})
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def printed(self) -> bytes:
        """The page as PDF, as it goes to a printer."""
        return self.page.pdf(format="A4")

    def screenshot(self, name: str, folder: Path = SCREENS) -> Path:
        """A picture of the page, for people to look at; of a very long one its beginning."""
        folder.mkdir(parents=True, exist_ok=True)
        size = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        part: Any = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], _TALLEST)}
        self.page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled", clip=part)
        return folder / f"{name}.png"

    def press_to(self, name: str, most: int = 60) -> None:
        """Tab by tab to what is called so; fails where the keyboard does not lead there."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_FOCUSED) == name:
                return
        raise AssertionError(f"the keyboard does not lead to «{name}»")


#: What has the focus, by its label or text.
_FOCUSED = """() => { const one = document.activeElement;
  return (one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || '').trim(); }"""


#: Windows that nobody sits before, by browser and language.
_resting: dict[tuple[Browser, str], Page] = {}


@contextmanager
def visitor(
    browser: Browser, house: House, role: str = "", language: str = "en", width: int = WIDE, **more: Any
) -> Iterator[Visitor]:
    """Somebody of a role (nobody known without one), before a window that knows nobody else; one of their own where
    *more* is said of it. It must not have done any wrong."""
    page = (None if more else _resting.pop((browser, language), None)) or _opened(browser, language, **more)
    page.set_viewport_size({"width": width, "height": 900})
    if role:
        page.context.add_cookies([house.cookie(role)])
    one = Visitor(house, page, page.context)
    heard: dict[str, Callable[[Any], None]] = {
        "pageerror": lambda fault: one.failed(fault),
        "console": lambda line: one.said(line),
        "request": lambda request: one.asked(request),
    }
    for name, hears in heard.items():
        page.on(name, hears)  # type: ignore[call-overload]
    try:
        yield one
        for name, hears in heard.items():
            page.remove_listener(name, hears)
        if not more:
            _emptied(page)
            _resting[browser, language] = page
    finally:
        if page not in _resting.values():
            page.context.close()
    assert one.faults == []


def _opened(browser: Browser, language: str, **more: Any) -> Page:
    context = browser.new_context(locale=_LOCALES[language], **more)
    context.set_default_timeout(_MOST_MS)
    return context.new_page()


def _emptied(page: Page) -> None:
    """The window as it was when it was new: no cookie, nothing stored, nothing open, no key or button held."""
    if page.url.startswith("http"):
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.context.clear_cookies()
    for other in [one for one in page.context.pages if one != page]:
        other.close()
    page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
    page.mouse.move(0, 0)
    page.goto("about:blank")


def _is_fault(line: Any) -> bool:
    """Errors count, but not that an answer was a refusal: a test asks for those."""
    return line.type == "error" and "Failed to load resource" not in line.text
