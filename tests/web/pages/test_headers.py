"""A browser is told what a page may do: nothing from elsewhere, no script in it, no frame around it, and not kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from natars_fhir.web.pages.headers import policy
from natars_fhir.web.pages.templates import FOLDER
from tests.web.pages.people import Reception


def directives(told: str) -> dict[str, str]:
    return {name: value for name, _, value in (one.strip().partition(" ") for one in told.split(";"))}


@pytest.mark.parametrize("path", ["/pages", "/pages/login", "/pages/home", "/pages/people", "/pages/nothing"])
def test_every_answer_has_them_whatever_it_is(here: Reception, path: str) -> None:
    for browser in (here.browser(), here.browser(here.person())):
        told = browser.get(path).headers
        assert directives(told["content-security-policy"]) == directives(policy())
        assert told["cache-control"] == "no-store"
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "same-origin"
        assert "camera=()" in told["permissions-policy"]


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_script_that_stands_in_a_page() -> None:
    told = directives(policy())
    assert told["default-src"] == told["script-src"] == told["style-src"] == "'self'"
    assert {told[name] for name in ("frame-ancestors", "object-src", "base-uri")} == {"'none'"}
    assert "unsafe" not in policy()


def test_the_form_may_style_itself_and_scripts_stay_as_strict() -> None:
    told = directives(policy("abc"))
    assert told["style-src"] == "'self' 'nonce-abc'"
    assert told["script-src"] == "'self'"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_style_or_a_script_or_a_handler_in_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


def test_the_cookie_is_kept_from_scripts_and_where_we_are_reached_by_https_from_everything_else(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    plain, safe = (Reception(tmp_path_factory.mktemp("r"), public_url=url) for url in ("", "https://adapter.example"))
    for one in (plain, safe):
        told = one.browser().get("/pages/login").headers["set-cookie"]
        assert "HttpOnly" in told
        assert "SameSite=lax" in told
        assert ("Secure" in told) == (one is safe)
        assert told.startswith("__Host-natars=" if one is safe else "natars=")
        one.store.close()
