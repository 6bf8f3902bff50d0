"""A browser, and what a test does with it: visits as somebody, looks with axe, prints, holds it like a telephone.

One Chromium serves a whole test process. https://playwright.dev/python/docs/api/class-playwright
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
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
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
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


@contextmanager
def visitor(
    browser: Browser, house: House, role: str = "", language: str = "en", width: int = WIDE, **more: Any
) -> Iterator[Visitor]:
    """Somebody of a role (nobody known without one), with a browser of their own. It must not have done any wrong."""
    context = browser.new_context(locale=_LOCALES[language], viewport={"width": width, "height": 900}, **more)
    context.set_default_timeout(_MOST_MS)
    if role:
        context.add_cookies([house.cookie(role)])
    page = context.new_page()
    one = Visitor(house, page, context)
    page.on("pageerror", lambda fault: one.faults.append(str(fault)))
    page.on("console", lambda line: one.faults.append(line.text) if _is_fault(line) else None)
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((house.address, "data:", "blob:")) else one.faults.append(f"asked {asked.url}")
        ),
    )
    try:
        yield one
    finally:
        context.close()
    assert one.faults == []


def _is_fault(line: Any) -> bool:
    """Errors count, but not that an answer was a refusal: a test asks for those."""
    return line.type == "error" and "Failed to load resource" not in line.text
