"""Whatever goes wrong on a page, a person reads a page, in their language, and a program an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError

from natars_fhir.web.pages import refused
from natars_fhir.web.pages.words import saying
from tests.web.caller import code
from tests.web.pages.people import Reception, Somebody

AWAY = OperationalError("select PLANTED", {}, Exception("unable to open database file"))
FAILURES: dict[str, tuple[BaseException, int, str, str]] = {
    "a bug": (RuntimeError("PLANTED"), 500, "系统出错，未保存任何内容。", "Something went wrong here"),
    "the store is away": (AWAY, 503, "<h1>暂时无法使用</h1>", "<h1>Not available now</h1>"),
}


@pytest.fixture(scope="module")
def reception(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    made = Reception(tmp_path_factory.mktemp("refused"))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def somebody(reception: Reception) -> Somebody:
    return reception.browser(reception.person("chen.er", "coordinator"))


@pytest.mark.parametrize("where", ["natars_fhir.web.pages.page.Page.show", "natars_fhir.service.access.sessions.known"])
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_as_a_page_that_needs_neither_store_nor_session(
    somebody: Somebody, where: str, name: str
) -> None:
    fault, status, chinese, english = FAILURES[name]
    with patch(where, side_effect=fault):
        told = [somebody.get("/pages/worklist", accept_language=language) for language in ("zh", "en")]
        outcome = somebody.get("/pages/worklist", accept="application/json")
    assert [one.status_code for one in (*told, outcome)] == [status] * 3
    assert [one.headers["content-type"] for one in told] == ["text/html; charset=utf-8"] * 2
    assert chinese in told[0].text
    assert english in told[1].text
    assert "PLANTED" not in "".join(one.text for one in told)
    assert all("content-security-policy" in one.headers and "x-request-id" in one.headers for one in told)
    assert ("retry-after" in told[0].headers) == (status == 503)
    assert outcome.json()["resourceType"] == "OperationOutcome"


def test_where_too_much_is_in_work_a_person_reads_a_page(reception: Reception, somebody: Somebody) -> None:
    with (
        patch("natars_fhir.web.limits.AtOnce.__init__", _none_at_once),
        patch.object(reception.app, "middleware_stack", None),
    ):
        told = somebody.get("/pages/worklist", accept_language="en")
    assert (told.status_code, told.headers["content-type"]) == (503, "text/html; charset=utf-8")


def _none_at_once(self: Any, app: Any, most: int, people: Any) -> None:
    assert most > 0
    self._app, self._most, self._now, self._people = app, 0, 0, people


@pytest.mark.parametrize(("language", "head"), [("zh", "未找到"), ("en", "Not found")])
@pytest.mark.parametrize("path", ["/pages/patient/nobody", "/pages/nowhere"])
def test_the_heading_says_what_is_so_and_not_that_something_is_unfinished(
    somebody: Somebody, path: str, language: str, head: str
) -> None:
    told = somebody.get(path, accept_language=language)
    assert told.status_code == 404
    assert f"<h1>{head}</h1>" in told.text
    assert f"<title>{head}" in told.text


def test_every_status_that_is_explained_has_a_heading_and_it_is_no_question_of_finishing() -> None:
    assert refused._HEADS.keys() == refused._SAYS.keys()
    say = saying("zh")
    assert not [head for head in (*refused._HEADS.values(), refused._NOT_DONE) if "未完成" in say(head)]


def test_a_part_of_a_page_that_is_refused_is_no_page_within_a_page(somebody: Somebody) -> None:
    part = somebody.get("/pages/patient/nobody", hx_request="true")
    assert part.status_code == 404
    assert re.search(r'<p class="notice wrong" role="alert">', part.text)
    assert "<html" not in part.text


def test_who_types_the_address_alone_comes_to_the_pages_and_a_program_to_an_outcome(somebody: Somebody) -> None:
    person, program = somebody.get("/"), somebody.get("/", accept="*/*")
    assert (person.status_code, person.headers["location"]) == (303, "/pages")
    assert (program.status_code, code(program)) == (404, "not-found")


def test_what_is_under_no_page_is_told_in_both_languages(somebody: Somebody) -> None:
    told = [somebody.get("/pages/none", accept_language=language).text for language in ("zh", "en")]
    assert ("此处没有内容。" in told[0], "There is nothing here." in told[1]) == (True, True)


def test_a_part_of_a_page_that_fails_is_told_as_a_part(somebody: Somebody) -> None:
    with patch("natars_fhir.service.access.sessions.known", side_effect=RuntimeError("PLANTED")):
        part = somebody.get("/pages/patient/nobody", hx_request="true", accept_language="en")
    assert (part.status_code, "<html" in part.text) == (500, False)
    assert "Something went wrong here" in part.text
