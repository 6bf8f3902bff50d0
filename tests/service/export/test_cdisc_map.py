"""The CDISC map out of a mappings folder: a folder without it, and one with several faults, which are told at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from natars_fhir.mapping.faults import MappingError
from natars_fhir.service.export.cdisc_map import FILE, cdisc_map
from tests import ward


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    return tmp_path


def faults_of(folder: Path, text: str) -> list[str]:
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(MappingError) as caught:
        cdisc_map(replace(ward.mappings(), folder=folder))
    return [f"{fault.line > 0} {fault.text}" for fault in caught.value.faults]


SHIPPED = (ward.mappings().folder / FILE).read_text("utf-8")


def test_unknown_keys_and_wrong_types_are_told_at_once(folder: Path) -> None:
    wrong = SHIPPED.replace('code = "NEUT"', 'kode = "NEUT"').replace('code = "PLAT"', "code = 1")
    told = faults_of(folder, wrong)
    assert len(told) == 2
    assert any("unknown key; did you mean «code»?" in text for text in told)


def test_wrong_names_are_told_at_once(folder: Path) -> None:
    wrong = SHIPPED.replace('terms = "AGEU"', 'terms = "AGEX"').replace('code = "NEUT"', 'code = "WBC"')
    assert sorted(faults_of(folder, wrong)) == [
        "True dataset LB: 2 concepts have the code WBC",
        "True variable AGEU: code list AGEX is not known; did you mean AGEU?",
    ]


def test_a_folder_without_the_map_is_told(folder: Path) -> None:
    with pytest.raises(MappingError, match="is missing or cannot be read"):
        cdisc_map(replace(ward.mappings(), folder=folder))
