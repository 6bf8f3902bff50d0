"""One server, one browser, for all tests of pages in this process. They run in one worker, one after the other.

A browser that is driven from here has an event loop of its own in the thread of the tests: `asyncio.run` does not work
beside it. Tests that call the application without a browser stand in tests/web/pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages.browser import CHROMIUM, Chromium, Visitor, visitor
from tests.pages.house import House, frozen_twice, house

_HERE = Path(__file__).parent
_chromium = Chromium()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/pages/"):
            item.add_marker(pytest.mark.xdist_group("pages"))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or _HERE not in nextitem.path.parents:
        _chromium.stop()


@pytest.fixture(scope="session")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The server of all tests, as the fixtures fill it: what a test changes there it changes back, or makes anew."""
    with house(tmp_path_factory.mktemp("house")) as one:
        frozen_twice(one)
        yield one


@pytest.fixture
def browser() -> Browser:
    """The browser of all tests."""
    if CHROMIUM is None:
        if os.environ.get("NATARS_TESTS") == "all":
            pytest.fail("Chromium is not installed, and nothing may be skipped here")
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    return _chromium.browser()


@pytest.fixture
def visit(browser: Browser, full_house: House) -> Iterator[Callable[..., Visitor]]:
    """Somebody before the browser: `visit("coordinator", language="zh", width=PHONE)`. What a page must not do fails
    the test at its end."""
    with ExitStack() as stack:

        def one(role: str = "", **more: object) -> Visitor:
            made: AbstractContextManager[Visitor] = visitor(browser, full_house, role, **more)  # type: ignore[arg-type]
            return stack.enter_context(made)

        yield one
