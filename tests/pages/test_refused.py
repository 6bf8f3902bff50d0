"""Pages that say no, or that something failed, seen in a browser: both languages, a telephone, no barrier."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from tests.pages.browser import Visitor

Visit = Callable[..., Visitor]


def _fails(fault: BaseException) -> AbstractContextManager[Any]:
    return patch("natars_fhir.web.pages.page.Page.show", side_effect=fault)


#: What is asked, by whom, and what it says in Chinese.
CASES: dict[str, tuple[str, str, str, AbstractContextManager[Any]]] = {
    "403": ("coordinator", "/pages/people", "您的角色无权打开此页面。", nullcontext()),
    "404": ("", "/pages/none", "此处没有内容。", nullcontext()),
    "404-patient": ("coordinator", "/pages/patient/nobody", "本中心没有此患者", nullcontext()),
    "500": ("coordinator", "/pages/worklist", "系统出错，未保存任何内容。", _fails(RuntimeError())),
}


@pytest.mark.parametrize("name", CASES)
def test_a_page_that_says_no_can_be_read_by_everybody(name: str, visit: Visit) -> None:
    role, path, chinese, failing = CASES[name]
    for language in ("en", "zh"):
        somebody = visit(role, language=language)
        with failing:
            somebody.goto(path)
        somebody.screenshot(f"refused-{name}-{language}")
        assert somebody.violations() == []
        assert somebody.page.get_by_role("alert").is_visible()
    assert chinese in somebody.page.get_by_role("alert").inner_text()
    somebody.holds_a_telephone()
    assert not somebody.too_wide()
    if role:
        somebody.page.locator("main a").last.click()
        assert somebody.page.url.endswith("/pages/worklist")
