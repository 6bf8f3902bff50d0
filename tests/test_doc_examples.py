"""What the documentation shows happens: commands print it, worked examples run, statements do what they say."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from natars_fhir.cli import run
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from tests import ward
from tests.doc_pages import ROOT, fenced, pages


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
    assert told("hospital-x", asked("http://his.hospital-x.example/lab", "PLT", 90, "10*9/L")) == ["platelets 90"]
    bare = ward.observation({"coding": [{"code": "MZ-ASA"}]}, valueString="Ⅱ级")
    assert told("hospital-x", bare) == ["asa-class 2"]
    appendix = ward.resource("Procedure", status="completed", code=ward.concept("urn:oid:2.999.156.3.7", "SS9901"))
    assert told("hospital-x", appendix | {"performedDateTime": "2009-03-11"}) == ["surgery present"]
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
