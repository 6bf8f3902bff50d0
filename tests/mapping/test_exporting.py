"""What may go out is checked when the mappings load: every fault at once, with file, line and the nearest name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from natars_fhir.mapping.exporting import Allowed, Placed, allowed_faults, placed_faults
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import load
from tests.mapping.test_files import add, change, folder, words_known  # noqa: F401 (fixtures)
from tests.ward import FOLDER, mappings

ALLOWED, RECORD = "export/allowed.toml", "export/record.toml"


def test_every_element_says_how_it_goes_out_and_why() -> None:
    rows = [row for table in mappings().exporting.allowed.allow.values() for row in table.values()]
    assert len(rows) > 100
    assert all(how and why for how, why in rows)


def test_the_files_of_this_repository_have_no_fault() -> None:
    read = mappings().exporting
    assert allowed_faults(FOLDER / ALLOWED, read.allowed) == []
    assert placed_faults(FOLDER / RECORD, read.placed, mappings().concepts) == []


def faults_of_allowed(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return [
        f"{fault.line}: {fault.text}" for fault in allowed_faults(path, Allowed.model_validate(tomllib.loads(text)))
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('status = ["wrd", "x"]', "2: Observation.status: «wrd» is no rule and no table; did you mean «word»?"),
        ('statuss = ["word", "x"]', "2: Observation.statuss: R4 has no such element; did you mean «status»?"),
        ('issued = ["word", "x"]', "2: Observation.issued: a date goes out moved, or not at all"),
        (
            'effectiveDateTime = ["keyed", "x"]',
            "2: Observation.effectiveDateTime: a date goes out moved, or not at all",
        ),
        ('note = ["trial", "x"]', "2: Observation.note: only a ResearchStudy goes out as the trial file has it"),
    ],
)
def test_a_rule_that_cannot_be_honoured_is_a_fault(tmp_path: Path, row: str, told: str) -> None:
    assert faults_of_allowed(tmp_path / "allowed.toml", f"[allow.Observation]\n{row}\n") == [told]


def faults_of_record(tmp_path: Path, old: str, new: str) -> list[str]:
    path = tmp_path / "record.toml"
    text = (FOLDER / RECORD).read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    placed = Placed.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return [fault.text for fault in placed_faults(path, placed, mappings().concepts)]


_UNVERIFIED = "or that is not verified"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[concepts.ecog]", "[concepts.ecogg]", "unknown concept «ecogg»; did you mean «ecog»?"),
        ("loinc|718-7", "loinc|718-8", f"«haemoglobin» is not asked for by «loinc|718-8», {_UNVERIFIED}"),
        ("icd-o-3|8815/1", "icd-o-3|8858/3", f"«histology» is not «SFT» by «icd-o-3|8858/3», {_UNVERIFIED}"),
        ("snomed|1163022006", "snomed|51549004", f"«histology» is not «LMS» by «snomed|51549004», {_UNVERIFIED}"),
        ("snomed|10828004", "snomed|260385009", "«snomed|260385009» is not a verified code of «positive»"),
        ('["icd-10|C48.0"', '["icd-10|C15"', "«icd-10|C15» does not say where the tumour is, or is not verified"),
        ('types = ["DDLPS"', 'types = ["DDLP"', "«histology» cannot be «DDLP»; did you mean «DDLPS»?"),
    ],
)  # fmt: skip
def test_a_code_that_does_not_mean_the_same_is_a_fault(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in faults_of_record(tmp_path, old, new)


def test_a_concept_whose_kind_has_no_place_is_a_fault(tmp_path: Path) -> None:
    found = faults_of_record(
        tmp_path,
        '[concepts.last-known-alive]\nas = "Observation"\ncategory = "survey"\ncodes = ["loinc|21975-8"]\n',
        "",
    )
    assert found == ["«last-known-alive» has no place, and a date has none either"]


@pytest.mark.usefixtures("words_known")
def test_the_folder_does_not_load_with_a_fault_in_either_file(folder: Path) -> None:  # noqa: F811
    add(folder, ALLOWED, '[allow.Nobody]\nname = ["perhaps", "x"]')
    at = change(folder, RECORD, 'as = "within"', 'as = "within"\nout = "both"')
    with pytest.raises(MappingError) as raised:
        load(folder)
    told = "\n".join(map(str, raised.value.faults))
    assert "«perhaps» is no rule and no table" in told
    assert f"{RECORD}:{at - 1}" in told
    assert "one of as and out" in told


@pytest.mark.usefixtures("words_known")
def test_a_folder_without_an_allow_list_does_not_load(folder: Path) -> None:  # noqa: F811
    (folder / ALLOWED).unlink()
    with pytest.raises(MappingError, match="is missing or cannot be read"):
        load(folder)


def test_a_detail_is_words_or_a_number_or_stays() -> None:
    with pytest.raises(ValueError, match="one of words, number and out"):
        Placed.model_validate({"tumour": {"codes": [], "types": []}, "kinds": {}, "concepts": {}, "details": {"x": {}}})
