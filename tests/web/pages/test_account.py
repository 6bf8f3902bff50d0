"""One's own account: the password is changed by whoever knows it, and everybody else is out; the language is kept."""

from __future__ import annotations

import pytest

from tests.web.pages.people import PASSWORD, Reception

NEW = "another sentence of mine"


def test_a_changed_password_ends_every_other_session_and_this_one_goes_on(here: Reception) -> None:
    one = here.person()
    mine, other = here.browser(one), here.browser(one)
    assert mine.get("/pages/account").text.count("another device or browser") == 1
    mine.get("/pages/account/password")
    before = mine.cookies["natars"]
    response = mine.send("/pages/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert "The password is changed." in mine.follow(response).text
    assert mine.cookies["natars"] != before
    assert other.get("/pages/account").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("wrong", NEW, NEW, "The old password is not right"),
        (PASSWORD, NEW, NEW + "x", "not typed the same twice"),
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, "x" * 201, "x" * 201, "too long"),
        (PASSWORD, "zhang" * 3, "zhang" * 3, "must not hold your name"),
        (PASSWORD, "abababababab", "abababababab", "repeats too few"),
        (PASSWORD, PASSWORD, PASSWORD, "is the old one"),
    ],
)
def test_a_password_that_cannot_be_is_refused_with_the_reason(
    here: Reception, old: str, new: str, again: str, told: str
) -> None:
    browser = here.browser(here.person())
    browser.get("/pages/account/password")
    response = browser.send("/pages/account/password", {"old": old, "new": new, "again": again})
    assert response.status_code in (401, 422)
    assert told in response.text
    assert new not in response.text.replace(told, "")
    assert browser.get("/pages/account").status_code == 200


def test_guesses_of_the_old_password_are_counted_too(here: Reception) -> None:
    one = here.person()
    browser = here.browser(one)
    browser.get("/pages/account/password")
    for _ in range(6):
        browser.send("/pages/account/password", {"old": "wrong", "new": NEW, "again": NEW})
    assert here.again(one).state(here.clock()) == "locked"
    assert browser.send("/pages/account/password", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 401


def test_one_can_log_out_here_and_everywhere(here: Reception) -> None:
    one = here.person()
    mine, other = here.browser(one), here.browser(one)
    mine.get("/pages/account")
    assert mine.send("/pages/logout").headers["location"] == "/pages/login?why=left"
    assert mine.get("/pages/account").status_code == 303
    assert other.get("/pages/account").status_code == 200
    again = here.browser(one)
    again.get("/pages/account")
    again.send("/pages/logout", {"everywhere": "1"})
    assert other.get("/pages/account").status_code == 303


def test_the_language_is_the_browsers_until_another_is_chosen_which_is_kept(here: Reception) -> None:
    browser = here.browser()
    assert "Log in" in browser.get("/pages/login", accept_language="en-GB").text
    assert "登录" in browser.get("/pages/login", accept_language="zh-TW,en;q=0.5").text
    assert "登录" in browser.get("/pages/login", accept_language="fr").text
    browser.get("/pages/login?why=left")
    response = browser.send("/pages/language", {"language": "zh"})
    assert response.headers["location"] == "/pages/login?why=left"
    assert "您已退出登录" in browser.follow(response).text
    assert browser.send("/pages/language", {"language": "xx"}).status_code == 303
    assert 'lang="zh-CN"' in browser.get("/pages/login").text
