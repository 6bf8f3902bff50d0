"""The documentation is true: what it names exists, what exists is named, and what is made from data is up to date."""

from __future__ import annotations

import inspect
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest

from natars_fhir.cli import exits
from natars_fhir.domain.answer import Reason
from natars_fhir.domain.rules import RULES
from natars_fhir.emit import EMITTERS, OF_THE_SITE
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.readers.values import KINDS
from natars_fhir.mapping.readers.wholes import WHOLES
from natars_fhir.mapping.view import READERS
from natars_fhir.service.ingest import answer
from natars_fhir.service.search import asking_back
from natars_fhir.settings import Settings
from natars_fhir.store.tables.core import metadata
from tests import shown, ward, write_docs
from tests.doc_pages import DOCS, ROOT, fenced, first_column, pages, prose, sections, table, text_of
from tests.write_docs import PART, commands, criteria

PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())


# What is made from data


@PAGES
def test_the_parts_made_from_data_are_up_to_date(page: Path) -> None:
    assert text_of(page) == write_docs.written(text_of(page), write_docs.parts()), "run: python -m tests.write_docs"


def test_every_part_that_can_be_made_stands_in_some_page() -> None:
    assert {found["name"] for page in pages() for found in PART.finditer(text_of(page))} == set(write_docs.parts())


# What exists is named, and what is named exists


def test_every_command_has_its_section_and_every_exit_code_its_row() -> None:
    told = sections(DOCS / "commands.md", "##")
    assert set(told) - {"Exit codes", "make"} == {name for name, _ in commands()}
    codes = {value for name, value in vars(exits).items() if name.isupper()}
    assert {int(code) for code in first_column(told["Exit codes"])} == codes


def test_every_setting_stands_in_the_table_with_its_default_and_its_meaning() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table(prose(DOCS / "settings.md"))}
    assert set(rows) == {f"NATARS_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default, meaning, chinese = rows[f"NATARS_{name.upper()}"]
        assert meaning == field.description
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        if not field.default_factory:
            assert default == f"`{field.default}`"


def test_every_rule_has_its_section_with_all_its_parameters() -> None:
    told = sections(DOCS / "rules.md", "##")
    assert [name for name in told if name not in ("What all rules share", "Reasons")] == list(RULES)
    for name, rule in RULES.items():
        named = set(re.findall(r"`(\w+)(?: = \d+)?`", told[name]))
        assert set(inspect.signature(rule).parameters) <= named, name
    assert set(first_column(told["Reasons"])) == set(get_args(Reason))


@pytest.mark.parametrize("row", list(shown.PROMISES))
def test_a_test_that_is_named_behind_a_promise_exists(row: int) -> None:
    for named in shown.PROMISES[row].tests:
        path, _, test = named.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text("utf-8"), named


def test_every_criterion_has_its_section_in_the_protocols_order() -> None:
    assert list(sections(DOCS / "criteria.md", "###")) == [row["id"] for row in criteria()]


@pytest.mark.parametrize("name", [row["id"] for row in criteria()])
def test_a_criterion_names_concepts_that_exist_and_cases_that_claim_something_of_it(name: str) -> None:
    told = sections(DOCS / "criteria.md", "###")[name]
    reads = next((line for line in told.splitlines() if line.startswith("- **Reads**")), "")
    assert set(re.findall(r"`([^`]+)`", reads)) <= set(ward.mappings().concepts.concepts)
    assert bool(reads) == all(row["id"] != name or "parts" not in row for row in criteria())
    cases = re.findall(r"\(\.\./fixtures/([^)]+)\)", told)
    assert cases
    for case in cases:
        claims = tomllib.loads((ROOT / "fixtures" / case / "claims.toml").read_text("utf-8"))
        assert any(name in patient["criteria"] for patient in claims["patient"]), case


def test_every_kind_of_concept_reader_output_and_version_is_told() -> None:
    assert set(sections(DOCS / "concepts.md", "###")) == {*KINDS, *WHOLES}
    readers = sections(ROOT / "mappings" / "README.md", "##")["A kind of fact"].split("| reader |")[1]
    assert first_column("| reader |" + readers) == list(READERS)
    delivery = sections(DOCS / "integration.md", "##")["Delivery back"].split("### ")[0]
    assert first_column(delivery) == [*EMITTERS, *OF_THE_SITE]
    versions = sections(DOCS / "reading.md", "##")["FHIR versions"]
    assert all(re.search(rf"\b{name}\b", versions) for name in VERSIONS)


def test_every_table_of_the_store_is_told_with_what_it_keeps() -> None:
    kept = first_column(sections(DOCS / "privacy.md", "##")["What is kept"])
    assert {name for cell in kept for name in cell.replace("`", "").split(", ")} == set(metadata.tables)


def test_every_status_of_an_entry_is_told() -> None:
    told = first_column(sections(DOCS / "integration.md", "###")["Entries of a transaction or batch"])
    known = {*answer._STATUS.values(), *asking_back._WORDS.values(), "304 Not Modified", "501 Not Implemented"}
    assert {one.strip("` ") for cell in told for one in cell.split(",")} == known


@PAGES
def test_commands_settings_modules_and_files_that_a_page_names_exist(page: Path) -> None:
    known = dict(commands())
    for line in _typed(page):
        if "natars-fhir" in line:
            words = line[line.index("natars-fhir") + 1 :]
            name = next((name for name in known if words[: len(name.split())] == name.split()), None)
            assert name or words[:1] in ([], ["--version"], ["--help"]), line
            options = {one for parameter in known[name].params for one in parameter.opts} if name else set()
            assert {word for word in words if word.startswith("--")} <= options | {"--help", "--version"}, line
        if line[:1] == ["make"]:
            assert f"\n{line[1]}:" in text_of(ROOT / "Makefile"), line
        if line[1:2] == ["-m"]:
            assert find_spec(line[2]), line
    known_names = {f"NATARS_{name.upper()}" for name in Settings.model_fields} | of_tests(page)
    assert set(re.findall(r"NATARS_[A-Z_]*[A-Z]", text_of(page))) <= known_names
    named = re.findall(r"`((?:natars_fhir|mappings|tests|docs|fixtures|benchmarks)/[\w./-]*)`", prose(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


def of_tests(page: Path) -> set[str]:
    """What tests ask for: told to whoever works on them, and to nobody else."""
    if page.name != "CONTRIBUTING.md":
        return set()
    asks = re.compile(r'environ\.get\("(NATARS_[A-Z_]+)"')
    return {name for path in (ROOT / "tests").rglob("*.py") for name in asks.findall(text_of(path))}


def _typed(page: Path) -> Iterator[list[str]]:
    """What a page tells one to type, word by word."""
    inline = re.findall(r"`((?:natars-fhir|make|python -m|\.venv/bin/python -m) [^`]+)`", prose(page))
    blocks = [line.removeprefix("$ ") for body in fenced(page, "sh", "console") for line in body.splitlines()]
    for line in (*inline, *(line for line in blocks if re.match(r"(natars-fhir|make)\b", line))):
        yield [word.removesuffix("natars-fhir") or word for word in shlex.split(line, comments=True)]


# Links


@PAGES
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@cache
def _anchors(page: Path) -> frozenset[str]:
    heads = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads)


def test_the_readme_leads_to_every_page() -> None:
    listed = set(re.findall(r"\]\(([^)#\s]+)\)", text_of(ROOT / "README.md")))
    assert {page.relative_to(ROOT).as_posix() for page in pages()} - {"README.md"} <= listed


@PAGES
def test_no_page_names_a_package_index_or_a_path_of_one_machine(page: Path) -> None:
    hosts = [("py", "pi"), ("python", "hosted"), ("npm", "js"), ("registry.", "npm"), ("maven", ".org"), ("deb", "ian")]
    assert not [host for host in map("".join, hosts) if f"{host}." in text_of(page).lower()]
    folders = "|".join(("work", "root", "tmp", "home", "Users"))
    assert not re.search(rf"(?<![\w.])/(?:{folders})/", text_of(page))
