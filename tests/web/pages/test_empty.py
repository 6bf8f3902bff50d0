"""A new installation: no site has sent anything, and every page says so in words, whoever looks, in each language."""

from __future__ import annotations

import pytest

from natars_fhir.service.access.roles import Role
from natars_fhir.web.pages.office.room import SECTIONS
from natars_fhir.web.pages.registry import ROOT
from tests.web.pages.office.conftest import made
from tests.web.pages.people import Reception

SITE = "hospital-b"
NOTHING, NONE = ("There is nothing to show yet.", "暂无"), ("There is none yet.", "暂无")
#: Role, whether it is of a site, and what the pages say that have nothing to show.
EMPTY = {
    ("coordinator", SITE): {
        "/worklist": ("Of nobody at your site", "尚无任何患者"), "/mapping": ("Everything that came", "全部"),
        "/mapping/versions": ("The file alone has counted", "仅使用中心文件"),
        "/mapping/check": ("Site check", "中心检查"), "/mapping/check/figure": ("not ready", "未就绪"),
        "/mapping/try": ("Try a document", "试读文档"),
    },
    ("operator", ""): {
        "/feeds": ("Nothing waits.", "没有等待"), "/feeds/quarantine": ("Nothing is set apart", "没有"),
        "/feeds/outbox": ("Nothing waits.", "没有等待"), "/feeds/tokens": ("Tokens: 0", "令牌：0"),
        "/people": ("Accounts: 1", "账户数：1"),
    },
    ("trial-office", ""): {
        "/trial": NOTHING, "/trial/missing": NOTHING, "/trial/visits": NOTHING, "/trial/events": NOTHING,
        "/trial/endpoints": NOTHING, "/trial/subjects": ("Nobody.", "无"),
        "/trial/overlap": ("Nothing can be said", "无法得出结论"), "/trial/freezes": NONE,
        "/trial/freezes/compare": ("Two freezes are needed", "比较需要两次冻结"), "/trial/exports": NONE,
    },
}  # fmt: skip


@pytest.mark.parametrize(("who", "site"), EMPTY, ids=[role for role, _ in EMPTY])
def test_with_nothing_to_show_every_page_says_so_in_both_languages(here: Reception, who: Role, site: str) -> None:
    browser = here.browser(here.person(f"first-{who}", who, site=site))
    for path, told in EMPTY[who, site].items():
        for language, words in zip(("en", "zh"), told, strict=True):
            page = made(browser, f"{ROOT}{path}", accept_language=language)
            assert page.status_code == 200, path
            assert words in page.text, (path, language, page.text)


def test_every_page_of_the_office_is_among_them() -> None:
    assert {entry.path for entry in SECTIONS.values()} <= {*EMPTY["trial-office", ""]}
