"""From the login to a patient, in both languages and by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from natars_fhir.service.worklist.log import log_of
from natars_fhir.service.worklist.worklist_page import listed
from natars_fhir.store.worklist import Asked
from tests import ward
from tests.pages.browser import Visitor
from tests.pages.house import PASSWORD, PEOPLE, House

Visit = Callable[..., Visitor]

WORDS = {
    "en": ("Name", "Password", "Log in", "Go on", "Worklist", "Hospital number", "Find", "Barred by", "Show"),
    "zh": ("登录名", "密码", "登录", "继续", "工作列表", "病案号", "查找", "不符合的标准", "显示"),
}


@pytest.mark.parametrize("site", ["hospital-a", "hospital-b", "hospital-c"])
def test_the_counts_above_the_list_are_those_of_the_log(full_house: House, site: str) -> None:
    store, now = full_house.store, full_house.clock()
    log, told = log_of(store, ward.mappings().study, site, now).consort, listed(store, site, Asked(), 1, now).counts
    assert (told.known, told.in_scope) == (log.looked_at, log.in_scope)
    places = {name: told.places.get(name, 0) for name in ("excluded", "undetermined", "candidate", "eligible", "left")}
    assert places == {name: getattr(log, name) for name in places}
    assert told.places.get("allocated", 0) + told.places.get("off-study", 0) == log.allocated
    assert told.places.get("off-study", 0) == log.off_study
    assert dict(told.bars) == {name: count for name, count in log.excluded_by.items() if name != "died or withdrew"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_login_to_a_patient_by_number(language: str, visit: Visit) -> None:
    name, password, enter, on, title, number, find, _, _ = WORDS[language]
    somebody, role = visit(language=language), "coordinator of A"
    page = somebody.goto("/pages")
    page.get_by_label(name).fill(PEOPLE[role].name)
    page.get_by_label(password).fill(PASSWORD)
    page.get_by_role("button", name=enter).click()
    # a code counts once, and a clock that stands shows the same one again
    somebody.house.clock.later(minutes=1)
    page.locator("#code").fill(somebody.house.code(role))
    page.get_by_role("button", name=on).click()
    assert page.get_by_role("heading", level=1).inner_text() == title
    page.get_by_label(number).fill("BA0000301")
    page.get_by_role("button", name=find).click()
    assert "BA0000301" in page.get_by_role("heading", level=1).inner_text()
    assert "BA0000301" not in page.url


def test_filters_stay_in_the_address_and_can_be_left_again(visit: Visit) -> None:
    *_, bars, show = WORDS["en"]
    page = visit("investigator of A").goto("/pages/worklist")
    page.get_by_label(bars).select_option("I-09")
    page.get_by_role("button", name=show).click()
    assert "bars=I-09" in page.url
    rows = page.locator("table.worklist tbody tr")
    assert rows.count() > 0
    assert all("I-09" in text for text in rows.locator("td:nth-child(3)").all_inner_texts())
    page.get_by_role("link", name="Stands").click()
    assert "bars=I-09" in page.url
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Stands")
    page.reload()
    assert page.get_by_label(bars).input_value() == "I-09"
    page.get_by_role("link", name="All", exact=True).click()
    assert "bars" not in page.url


def test_pages_are_turned_by_the_keyboard(visit: Visit) -> None:
    somebody = visit("investigator of A")
    page = somebody.goto("/pages/worklist?sort=number")
    first = page.locator("tbody th").all_inner_texts()
    page.locator("tbody th a").last.focus()
    somebody.press_to("Next page")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("page=2"))
    assert not {*first} & {*page.locator("tbody th").all_inner_texts()}
