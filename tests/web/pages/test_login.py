"""Somebody becomes known by name, password and code; nobody else does, and nobody learns who there is."""

from __future__ import annotations

import re
from time import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from natars_fhir.store.tables.audit import audit
from natars_fhir.store.tables.people import login_session
from tests.web.pages.people import PASSWORD, Reception, Somebody

WRONG = "Name and password do not go together, or the account waits after too many attempts."


def typed(browser: Somebody, name: str, password: str, to: str = "/pages/home") -> int:
    browser.get(f"/pages/login?next={to}")
    return browser.send("/pages/login", {"name": name, "password": password, "next": to}).status_code


def test_name_password_and_code_open_the_page_that_was_asked_for(here: Reception) -> None:
    one, browser = here.person("Zhang.Wei"), here.browser()
    response = browser.follow(browser.get("/pages/account"))
    assert "Log in" in response.text
    response = browser.send("/pages/login", {"name": " zhang.WEI", "password": PASSWORD, "next": "/pages/account"})
    assert "Second factor" in browser.follow(response).text
    response = browser.send("/pages/login/second", {"code": here.code(one), "next": "/pages/account"})
    assert response.headers["location"] == "/pages/account"
    assert "zhang.wei" in browser.follow(response).text


def test_the_first_login_sets_up_the_second_factor_and_a_password_of_ones_own(here: Reception) -> None:
    one, browser = here.person(ready=False), here.browser()
    typed(browser, "zhang", PASSWORD)
    page = browser.get("/pages/home")
    assert page.headers["location"].startswith("/pages/login/enrol?next=")
    page = browser.follow(page)
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert secret is not None
    assert f"secret={secret[1].replace(' ', '')}" in page.text
    assert browser.get("/pages/login/enrol").text.count(secret[1]) == 1
    browser.send("/pages/login/enrol", {"code": here.code(one), "next": "/pages/home"})
    page = browser.follow(browser.get("/pages/home"))
    assert "Choose one of your own" in page.text
    chosen = {"old": PASSWORD, "new": "another sentence of mine", "again": "another sentence of mine"}
    response = browser.send("/pages/account/password", {**chosen, "next": "/pages/home"})
    assert response.headers["location"] == "/pages/home"
    assert browser.get("/pages/home").status_code == 200
    assert here.again(one).fresh is False


def test_the_token_changes_with_every_step_and_the_old_one_is_nobodys(here: Reception) -> None:
    one, browser = here.person(), here.browser()
    seen = [browser.cookies.get("natars")]
    typed(browser, "zhang", PASSWORD)
    seen.append(browser.cookies["natars"])
    browser.get("/pages/login/second")
    browser.send("/pages/login/second", {"code": here.code(one)})
    seen.append(browser.cookies["natars"])
    assert len({*seen}) == 3
    old = Somebody(here, {"natars": str(seen[1])})
    assert old.get("/pages/home").headers["location"].startswith("/pages/login?")
    with here.store.read() as connection:
        kept = connection.execute(select(login_session.c.hash)).scalars().all()
    assert len(kept) == 1
    assert not {*kept} & {*seen}


@pytest.mark.parametrize(("name", "password"), [("zhang", "wrong"), ("nobody", PASSWORD), ("", ""), ("zhang", "")])
def test_who_is_not_known_is_told_one_sentence_whatever_was_wrong(here: Reception, name: str, password: str) -> None:
    here.person()
    browser = here.browser()
    browser.get("/pages/login")
    response = browser.send("/pages/login", {"name": name, "password": password})
    assert response.status_code == 401
    assert WRONG in response.text
    assert browser.get("/pages/home").status_code == 303


def test_after_five_failures_the_account_waits_each_time_longer_and_then_opens(here: Reception) -> None:
    one, browser = here.person(), here.browser()
    for _ in range(5):
        assert typed(browser, "zhang", "wrong") == 401
    assert typed(browser, "zhang", PASSWORD) == 401
    assert here.again(one).failures == 5
    here.clock.later(seconds=31)
    assert typed(browser, "zhang", "wrong") == 401
    here.clock.later(seconds=31)
    assert typed(browser, "zhang", PASSWORD) == 401
    here.clock.later(seconds=31)
    assert typed(browser, "zhang", PASSWORD) == 303


def test_codes_are_counted_as_passwords_are_and_a_right_password_does_not_forgive_them(here: Reception) -> None:
    one, browser = here.person(), here.browser()
    for _ in range(5):
        assert typed(browser, "zhang", PASSWORD) == 303
        browser.get("/pages/login/second")
        assert browser.send("/pages/login/second", {"code": "000000"}).status_code == 401
    assert typed(browser, "zhang", PASSWORD) == 401
    assert browser.send("/pages/login/second", {"code": here.code(one)}).status_code in (401, 403)


def test_a_code_counts_once(here: Reception) -> None:
    one, code = here.person(), ""
    answers = []
    for _ in range(2):
        browser = here.browser()
        typed(browser, "zhang", PASSWORD)
        code = code or here.code(one)
        browser.get("/pages/login/second")
        answers.append(browser.send("/pages/login/second", {"code": code}).status_code)
    assert answers == [303, 401]


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/fhir/r4", "/pages@evil.example", "/pages/\\x"]
)
def test_nobody_is_sent_elsewhere_by_a_link_that_others_made(here: Reception, to: str) -> None:
    browser = here.browser(here.person())
    response = browser.get("/pages/login")
    assert response.headers["location"] == "/pages"
    response = browser._ask("GET", "/pages/login?next=" + to, None, {})
    assert response.headers["location"] == "/pages"


def test_logins_are_in_the_audit_by_id_and_keyed_hash_and_without_a_name(here: Reception) -> None:
    here.person()
    browser = here.browser()
    typed(browser, "zhang", "wrong")
    typed(browser, "zhang", PASSWORD)
    with here.store.read() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
    assert [row.act for row in rows] == ["account made", "login refused", "login"]
    assert all(row.person for row in rows)
    assert "zhang" not in str(rows)


@pytest.mark.parametrize("path", ["/pages", "/pages/"])
def test_the_link_of_cards_and_mails_leads_by_the_login_to_where_one_starts(here: Reception, path: str) -> None:
    one, browser = here.person(), here.browser()
    response = browser.get(path)
    assert response.headers["location"].startswith("/pages/login?next=%2Fpages")
    browser.follow(response)
    browser.send("/pages/login", {"name": "zhang", "password": PASSWORD, "next": path})
    browser.get("/pages/login/second")
    response = browser.send("/pages/login/second", {"code": here.code(one), "next": path})
    assert response.headers["location"] == path
    assert browser.get(path).headers["location"] == "/pages/worklist"


def test_who_tries_too_often_waits_and_those_who_are_inside_do_not(
    here: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time()  # where the clock's minute ended meanwhile, some of the last one would be forgotten
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: began))
    inside, browser = here.browser(here.person()), here.browser()
    statuses = [typed(browser, f"nobody-{number}", "wrong") for number in range(31)]
    assert statuses == [401] * 30 + [429]
    assert "wait a minute" in browser.send("/pages/login", {"name": "x", "password": "x"}).text
    assert inside.get("/pages/home").status_code == 200
