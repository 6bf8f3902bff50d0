"""The stories of whoever looks after the interfaces, from login to outcome, in a real browser.

The stories change the house, so they have one of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from natars_fhir.service.remap import mapped
from natars_fhir.store import outbox, quarantine
from natars_fhir.store.quarantine import Wanted
from tests.pages.browser import PHONE, WIDE, Visitor, visitor
from tests.pages.filled import GAP, NAME, SITE
from tests.pages.house import PASSWORD, PEOPLE, House, house

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("desk"), whole=False) as one:
        yield one


def logged_in(somebody: Visitor, role: str, to: str, language: str) -> None:
    """From nobody to the page, as a person comes in."""
    page = somebody.goto(to)
    page.locator("#name").fill(PEOPLE[role].name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    page.locator("#code").fill(somebody.house.code(role))
    page.locator("main form button").click()
    page.wait_for_url(f"**{to}*")
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    somebody.house.clock.later(seconds=31)  # a code counts once


WORDS = {
    "en": ("Map LIS0103", "Keep as a new version, and see its effect", "Make version {} active", "counts from now on"),
    "zh": ("映射 LIS0103", "保存为新版本并查看影响", "启用版本 {}", "已启用"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_is_mapped_and_made_active_by_the_keyboard_alone(
    language: str, browser: Browser, own_house: House
) -> None:
    map_it, keep_it, make_it, told = WORDS[language]
    with visitor(browser, own_house, language=language) as somebody:
        logged_in(somebody, "engineer", f"/pages/mapping?site={SITE}", language)
        page = somebody.page
        somebody.press_to(map_it)
        page.keyboard.press("Enter")
        page.wait_for_url("**/mapping/line*")
        somebody.press_to("概念" if language == "zh" else "Concept")
        page.keyboard.type("中性粒" if language == "zh" else "absolute neu")
        assert page.locator("#concept").input_value() == "anc"
        somebody.press_to(keep_it)
        page.keyboard.press("Enter")
        page.wait_for_url("**/mapping/version?*")
        number = mapped.desk(own_house.store, SITE).next_on
        page.locator("#effect .figure").wait_for()
        assert "3" in page.locator("#effect .figure").inner_text()
        assert page.locator("#effect tbody tr").count() >= 3
        assert somebody.violations() == []
        somebody.press_to(make_it.format(number))
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert told in page.get_by_role("status").inner_text()
        assert mapped.desk(own_house.store, SITE).active == number
        # and back again, for the other language finds the house as this one did
        page.goto(f"{own_house.address}/pages/mapping/version?site={SITE}&number=0")
        page.locator("main form button").click()
        page.get_by_role("status").wait_for()
        assert mapped.desk(own_house.store, SITE).active == 0


def test_a_name_in_words_is_mapped_by_the_keyboard_alone(browser: Browser, own_house: House) -> None:
    with visitor(browser, own_house, "engineer", language="zh") as somebody:
        page = somebody.goto(f"/pages/mapping?site={SITE}&what=text")
        somebody.press_to(f"映射 {NAME}")
        page.keyboard.press("Enter")
        page.wait_for_url("**/mapping/line*")
        assert page.locator("#concept").input_value() == "anc"  # the hint, by its name
        somebody.press_to(WORDS["zh"][1])
        page.keyboard.press("Enter")
        page.locator("#effect .figure").wait_for()
        assert page.locator("#effect tbody tr").count() >= 2
        somebody.press_to(WORDS["zh"][2].format(mapped.desk(own_house.store, SITE).next_on))
        page.keyboard.press("Enter")
        assert WORDS["zh"][3] in page.get_by_role("status").inner_text()
        assert somebody.violations() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_document_in_quarantine_is_tried_once_more_by_the_keyboard_alone(
    language: str, browser: Browser, own_house: House
) -> None:
    document, again = {"en": ("Document {}", "Try it once more"), "zh": ("文档 {}", "重试一次")}[language]
    with own_house.store.read() as connection:
        number = quarantine.listed(connection, Wanted("waiting"), SITE)[-1].number
    with visitor(browser, own_house, language=language) as somebody:
        logged_in(somebody, "operator", f"/pages/feeds/quarantine?site={SITE}", language)
        page = somebody.page
        somebody.press_to(document.format(number))
        page.keyboard.press("Enter")
        page.wait_for_url("**/quarantine/one*")
        somebody.press_to(again)
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert somebody.violations() == []
    with own_house.store.read() as connection:
        found = quarantine.one(connection, number, SITE)
    assert found is not None
    assert found.tries == 1


def test_the_state_renews_itself_and_the_focus_stays(browser: Browser, own_house: House) -> None:
    with visitor(browser, own_house, "operator") as somebody:
        page = somebody.page
        page.clock.install()
        somebody.goto(f"/pages/feeds?site={SITE}")
        before = page.locator("#now p").first.inner_text()
        page.locator("#sites a").nth(2).focus()
        focused = page.evaluate("document.activeElement.id")
        own_house.clock.later(minutes=1)
        with page.expect_response("**/feeds/now*"):
            page.clock.run_for(21_000)
        page.wait_for_function("before => document.querySelector('#now p').innerText !== before", arg=before)
        assert page.evaluate("document.activeElement.id") == focused != ""


def test_the_choices_follow_what_is_chosen_and_the_focus_stays(browser: Browser, own_house: House) -> None:
    with visitor(browser, own_house, "engineer") as somebody:
        page = somebody.goto(f"/pages/mapping/line?site={SITE}&gap={GAP}")
        with page.expect_response("**/mapping/choices*") as answer:
            page.locator("#part-says").check()
        assert "csrf" not in answer.value.url
        page.locator("#concept").focus()
        page.locator("#concept").select_option("metastasis")
        page.locator('#value option[value="present"]').wait_for(state="attached")
        assert page.evaluate("document.activeElement.id") == "concept"
        assert page.locator("#part-says").is_checked()
        assert page.locator("#concept").input_value() == "metastasis"
        assert somebody.violations() == []


def test_letters_that_were_given_up_are_sent_again(browser: Browser, own_house: House) -> None:
    with visitor(browser, own_house, "operator", language="zh") as somebody:
        page = somebody.goto(f"/pages/feeds/outbox?site={SITE}")
        page.get_by_role("button", name="重新发送全部已放弃的消息").click()
        page.get_by_role("status").wait_for()
    with own_house.store.read() as connection:
        assert outbox.due_letters(connection, SITE, own_house.clock(), 1)


@pytest.mark.parametrize(("language", "width"), [("en", WIDE), ("zh", PHONE)])
def test_a_token_is_shown_once(language: str, width: int, browser: Browser, own_house: House) -> None:
    with visitor(browser, own_house, "operator", language, width) as somebody:
        page = somebody.goto("/pages/feeds/tokens")
        page.locator("#site").select_option(SITE)
        page.locator("#label").fill("engine")
        page.locator("main form button").last.click()
        token = page.locator("#token").inner_text()
        assert token.startswith("natars_")
        assert not somebody.too_wide()
        assert somebody.violations() == []
        somebody.goto("/pages/feeds/tokens")
        assert token not in page.content()
