"""The documentation is true: what it names exists, what exists is named, and what it shows happens."""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from natars_fhir.cli import exits, run
from natars_fhir.domain.answer import Reason
from natars_fhir.domain.rules import RULES
from natars_fhir.emit import EMITTERS
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.readers.values import KINDS
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.view import READERS
from natars_fhir.service import answer
from natars_fhir.service.ingest import push
from natars_fhir.service.intake import Intake
from natars_fhir.settings import Settings
from natars_fhir.store.engine import open_store
from natars_fhir.store.tables import metadata
from tests import ward, write_docs
from tests.write_docs import PART, ROOT, commands, criteria, pages

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def fenced(page: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(text_of(page)) if language in languages]


def prose(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def sections(page: Path, level: str) -> dict[str, str]:
    """Heading → what stands below it, for the headings of one level."""
    parts = re.split(rf"^{level} (.+)$", prose(page), flags=re.MULTILINE)
    return {head.strip("`"): re.split(r"^## ", body, flags=re.MULTILINE)[0] for head, body in _pairs(parts[1:])}


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    return zip(parts[::2], parts[1::2], strict=True)


def table(text: str) -> list[list[str]]:
    """The rows of the tables in *text*, without their heads."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    heads = {at - 1 for at, row in enumerate(rows) if set("".join(row)) <= set("- ")}
    kept = [row for at, row in enumerate(rows) if at not in heads and at - 1 not in heads]
    return [[cell.strip() for cell in row] for row in kept]


def first_column(text: str) -> list[str]:
    return [row[0].strip("`") for row in table(text)]


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
    assert set(sections(DOCS / "concepts.md", "###")) == {*KINDS, "date"}
    readers = sections(ROOT / "mappings" / "README.md", "##")["A kind of fact"].split("| reader |")[1]
    assert first_column("| reader |" + readers) == list(READERS)
    delivery = sections(DOCS / "integration.md", "##")["Delivery back"].split("### ")[0]
    assert first_column(delivery) == list(EMITTERS)
    versions = sections(DOCS / "reading.md", "##")["FHIR versions"]
    assert all(re.search(rf"\b{name}\b", versions) for name in VERSIONS)


def test_every_table_of_the_store_is_told_with_what_it_keeps() -> None:
    kept = first_column(sections(DOCS / "privacy.md", "##")["What is kept"])
    assert {name for cell in kept for name in cell.replace("`", "").split(", ")} == set(metadata.tables)


def test_every_status_of_an_entry_is_told() -> None:
    told = first_column(sections(DOCS / "integration.md", "###")["Entries of a transaction or batch"])
    assert set(told) == {*answer._STATUS.values(), "405 Method Not Allowed", "501 Not Implemented"}


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
    settings = {f"NATARS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"NATARS_[A-Z_]*[A-Z]", text_of(page))) <= settings
    named = re.findall(r"`((?:natars_fhir|mappings|tests|docs|fixtures|benchmarks)/[\w./-]*)`", prose(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


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


# What is shown happens


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        pytest.param(body.splitlines()[0].removeprefix("$ natars-fhir "), body.splitlines()[1:], id=f"{page.name} {at}")
        for page in pages()
        for at, body in enumerate(fenced(page, "console"))
    ],
)
def test_a_command_prints_what_the_page_shows(
    command: str, shown: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    run(shlex.split(command))
    printed = [" ".join(line.split()) for out in capfd.readouterr() for line in out.splitlines()]
    for line in shown:
        assert any(" ".join(line.split()).rstrip(" │") in other for other in printed), line


def worked(page: Path, folder: Path) -> None:
    """Applies every diff of a page to a copy of the repository."""
    for body in fenced(page, "diff"):
        head, *hunks = re.split(r"^@@.*\n", body, flags=re.MULTILINE)
        path = folder / re.findall(r"^\+\+\+ b/(.+)$", head, flags=re.MULTILINE)[0]
        for hunk in hunks:
            lines = [line or " " for line in hunk.splitlines()]
            old = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
            new = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
            text = path.read_text("utf-8") if old else ""
            assert not old or text.count(old) == 1, f"{path.name}: stands there once? {old}"
            path.write_text(text.replace(old, new, 1) if old else new, "utf-8")


def test_the_worked_examples_of_the_mappings_load_and_are_read(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    worked(ROOT / "mappings" / "README.md", tmp_path)
    mappings = load(tmp_path / "mappings")

    def told(site: str, resource: dict[str, object]) -> list[str]:
        read = DocumentReader(compiled(mappings, site))(ward.raw(resource)).readings[0]
        return [ward.line(fact) for fact in read.facts]

    def asked(system: str, code: str, value: float, unit: str) -> dict[str, object]:
        return ward.observation(ward.concept(system, code), valueQuantity={"value": value, "unit": unit})

    assert told("hospital-b", asked("http://his.hospital-b.example/exam", "XDT-QTC", 440, "ms")) == ["qtc 440"]
    assert told("hospital-c", asked("http://his.hospital-c.example/lab", "PLT", 90, "10*9/L")) == ["platelets 90"]
    assert told("generic", asked(ward.LOINC, "2951-2", 140, "mmol/L")) == ["sodium 140"]
    assert told("generic", ward.observation({"text": "TLE1"}, valueString="阳性")) == ["ihc-tle1 positive"]
    assert told("generic", ward.observation({"text": "ANO1"}, valueString="阴性")) == ["ihc-dog1 negative"]
    pharmacy = ward.concept("http://his.hospital-b.example/pharmacy", "YP20799")
    dose = ward.resource("MedicationAdministration", status="completed", effectiveDateTime="2024-01-02")
    assert told("hospital-b", dose | {"medicationCodeableConcept": pharmacy}) == ["antineoplastic-drug pazopanib"]
    morphology = ward.resource("Condition", evidence=[{"code": [ward.concept(ward.ICD_O, "8858/3")]}])
    assert told("generic", morphology) == ["histology DDLPS"]
    assert "I-20" in [criterion.id for criterion in mappings.study.criteria]


_EXAMPLES = """
from natars_fhir.domain.rules import RULES
from natars_fhir.emit import EMITTERS
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from natars_fhir.pipeline import run
from natars_fhir.emit import Emission, emit
from tests import ward
from pathlib import Path
mappings = load(Path("mappings"))
reader = DocumentReader(compiled(mappings, "generic"))
site = ward.resource("Specimen", collection={"bodySite": {"text": "腹膜后肿物"}})
assert [ward.line(fact) for fact in reader(ward.raw(site)).readings[0].facts] == ["primary-site retroperitoneum hedged"]
(found,) = run([ward.raw(site)], reader, mappings.study, ward.AS_OF)
made = emit(Emission(found.screening, mappings.study, "generic", "No site", "https://x.example", b"k" * 32))
assert made.resources[-1]["resourceType"] == "Flag", made
assert VERSIONS["R9"].from_r4({"resourceType": "Bundle"})[0]["resourceType"] == "Bundle"
from natars_fhir.domain.dates import ask
from natars_fhir.domain.sentence import render
assert render(RULES["examined"]("ecog")(ask(found.record, ward.AS_OF)).sentence, "en")
"""


def test_the_worked_examples_of_the_code_run(tmp_path: Path) -> None:
    for name in ("natars_fhir", "mappings"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "mapping" / "narrative").mkdir(parents=True)
    for name in ("ward.py", "mapping/narrative/written.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    worked(ROOT / "CONTRIBUTING.md", tmp_path)
    done = subprocess.run([sys.executable, "-c", _EXAMPLES], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 (our own interpreter)
    assert done.returncode == 0, done.stderr


def test_purging_by_hand_leaves_nothing_of_the_patient(tmp_path: Path) -> None:
    statements = fenced(DOCS / "privacy.md", "sql")[0]
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    mappings, reader = ward.mappings(), ward.reader("hospital-b")
    intake = Intake(mappings.study, b"k" * 32, Settings().canonical_base)
    for case in ("candidate-by-text-alone", "cdk4-not-mentioned"):
        for raw in ward.sent_in(ROOT / "fixtures" / "hospital-b" / case):
            push(store, intake, reader, raw, datetime(2024, 6, 15, tzinfo=UTC))
    with store.write() as connection:
        before = {name: len(connection.execute(select(one)).all()) for name, one in metadata.tables.items()}
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(sql(statement))
        after = {name: connection.execute(select(one)).all() for name, one in metadata.tables.items()}
    store.close()
    left = {name for name, rows in after.items() if any("b-311" in str(row) or "90000311" in str(row) for row in rows)}
    assert left == set()
    for name in ("resource_version", "reading", "patient", "patient_name", "screening", "outbox"):
        assert 0 < len(after[name]) < before[name], name
    assert sum(row.kind == "ResearchSubject" for row in after["outbox"]) == 1
