"""Every text of the pages is said in both languages, and nothing is translated that nobody says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from markupsafe import Markup

from natars_fhir.web.pages.templates import FOLDER
from natars_fhir.web.pages.words import LOCALE, catalogue, saying
from tests.ward import ROOT

CATALOGUES = sorted((LOCALE / "zh").glob("*.po"))
TEMPLATES = sorted(FOLDER.glob("*.html"))
#: What is said aloud although it stands in no element.
SPOKEN = {"alt", "aria-label", "placeholder", "title"}


@cache
def said() -> frozenset[str]:
    """Every text that a template or a module says, or marks to be said."""
    modules = [*(ROOT / "natars_fhir" / "web").rglob("*.py")]
    found = {text for path in modules for text in _extracted("python", path)}
    return frozenset(found | {text for path in TEMPLATES for text in _extracted("jinja2.ext:babel_extract", path)})


def _extracted(method: str, path: Path) -> Iterator[str]:
    """The texts in a file; *method* is Babel's, or Jinja's for it."""
    options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    with path.open("rb") as file:
        found = extract(_method(method), file, {"_": None, "msg": None, "say": None}, (), options)
        for _, message, _, _ in found:
            yield from [message] if isinstance(message, str) else message


def _method(name: str) -> object:
    from jinja2.ext import babel_extract

    return babel_extract if name.startswith("jinja2") else name


def test_every_text_that_is_said_has_its_chinese() -> None:
    assert said() - {*catalogue()} == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    assert {*catalogue()} - said() == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_is_whole_and_in_chinese(path: Path) -> None:
    with path.open("rb") as file:
        told = [one for one in read_po(file, locale="zh", abort_invalid=True) if one.id]
    assert [one.id for one in told if one.fuzzy or not re.search(r"[\u4e00-\u9fff]", str(one.string))] == []


@pytest.mark.parametrize("text", sorted(catalogue()))
def test_what_varies_is_called_the_same_in_both_languages(text: str) -> None:
    assert _names(catalogue()[text]) == _names(text)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_in_a_language_of_its_own(path: Path) -> None:
    """NATARS is a name."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    reader = _Bare()
    reader.feed(plain)
    assert [text for text in reader.found if re.search(r"[^\W\d_]", text.replace("NATARS", ""))] == []


class _Bare(HTMLParser):
    """Texts that a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def test_what_is_filled_in_is_never_markup() -> None:
    for language in ("zh", "en"):
        told = saying(language)("Disable {name}", name="<b>x</b>")
        assert isinstance(told, Markup)
        assert "&lt;b&gt;x&lt;/b&gt;" in told


def test_two_pages_cannot_translate_one_text_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, chinese in (("a", "甲"), ("b", "乙")):
        path = tmp_path / "zh" / f"{name}.po"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'msgid "One"\nmsgstr "{chinese}"\n', "utf-8")
    monkeypatch.setattr("natars_fhir.web.pages.words.LOCALE", tmp_path)
    with pytest.raises(ValueError, match="otherwise"):
        catalogue.__wrapped__()
