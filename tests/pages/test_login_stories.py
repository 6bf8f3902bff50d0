"""Logging in with the keyboard alone, in both languages; what was typed survives the end of a session."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from natars_fhir.service.access import accounts
from natars_fhir.service.access.accounts import Wanted
from tests.pages.browser import PHONE, Visitor
from tests.pages.house import PASSWORD, House
from tests.service.hospital import KEY

Visit = Callable[..., Visitor]

#: What the buttons and fields are called.
WORDS = {
    "en": ("Name", "Password", "Log in", "The code that your telephone shows now", "Go on", "My account", "Log out"),
    "zh": ("登录名", "密码", "登录", "手机上当前显示的动态码", "继续", "我的账户", "退出登录"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_coordinator_logs_in_and_out_with_the_keyboard_alone(language: str, visit: Visit, full_house: House) -> None:
    name, password, enter, code, on, account, leave = WORDS[language]
    full_house.clock.later(minutes=2)  # a code counts once
    somebody = visit(language=language)
    page = somebody.goto("/pages")
    somebody.press_to(name)
    page.keyboard.type("Zhang.Wei")
    somebody.press_to(password)
    page.keyboard.type(PASSWORD)
    somebody.press_to(enter)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/second**")
    assert somebody.violations() == []
    somebody.screenshot(f"second-{language}")
    somebody.press_to(code)
    page.keyboard.type(full_house.code("coordinator"))
    somebody.press_to(on)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/worklist")
    somebody.press_to(account)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/account")
    somebody.press_to(leave)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/login?why=left")
    page.goto(full_house.address + "/pages/home")
    assert "/pages/login" in page.url


def test_the_first_thing_that_the_keyboard_reaches_is_the_way_to_the_content(visit: Visit) -> None:
    somebody = visit("coordinator")
    page = somebody.goto("/pages/home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_somebody_new_sets_everything_up_on_a_telephone(visit: Visit, full_house: House) -> None:
    wanted = Wanted("wang.fang", ("coordinator",), "hospital-b")
    one, password = accounts.add(full_house.store, KEY, wanted, full_house.clock())
    somebody = visit(language="zh", width=PHONE)
    page = somebody.goto("/pages/account")
    page.get_by_label("登录名").fill(one.name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    assert somebody.violations() == []
    assert not somebody.too_wide()
    somebody.screenshot("enrol-phone")
    page.get_by_label("手机上当前显示的动态码").fill(pyotp.TOTP(secret).at(full_house.clock()))
    page.get_by_role("button", name="继续").click()
    page.get_by_label("旧密码").fill(password)
    page.get_by_label("新密码", exact=True).fill("腹膜后肉瘤新辅助治疗临床研究")
    page.get_by_label("再次输入新密码").fill("腹膜后肉瘤新辅助治疗临床研究")
    page.get_by_role("button", name="修改密码").click()
    page.wait_for_url("**/pages/account")
    assert page.get_by_text("wang.fang").first.is_visible()


def test_what_an_operator_typed_when_the_session_ended_is_there_after_the_login(
    visit: Visit, full_house: House
) -> None:
    somebody = visit("operator")
    page = somebody.goto("/pages/people")
    page.get_by_label("Name to log in with").fill("赵 <b>敏</b>")
    page.get_by_label("Coordinator").check()
    page.get_by_label("On the delegation list as").fill("S-009")
    full_house.clock.later(hours=2)
    page.get_by_role("button", name="Make the account").click()
    assert page.get_by_role("status").inner_text().startswith("Your session has ended")
    page.get_by_label("Name").fill("ops")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("The code").fill(full_house.code("operator"))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/pages/people")
    assert page.get_by_label("Name to log in with").input_value() == "赵 <b>敏</b>"
    assert page.get_by_label("Coordinator").is_checked()
    assert page.get_by_label("On the delegation list as").input_value() == "S-009"


def test_the_back_button_after_logging_out_shows_nothing_of_a_page(visit: Visit) -> None:
    somebody = visit("coordinator")
    page = somebody.goto("/pages/account")
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/pages/login?why=left")
    page.go_back()
    page.wait_for_load_state()
    assert "/pages/login" in page.url


def test_the_language_is_switched_where_one_is_and_stays(visit: Visit) -> None:
    somebody = visit("coordinator", language="en")
    page = somebody.goto("/pages/account")
    page.get_by_role("button", name="中文").click()
    assert page.locator("h1").inner_text() == "我的账户"
    somebody.goto("/pages/home")
    assert page.locator("h1").inner_text() == "概览"
