"""Word lists are checked when they load: every fault at once, each with its file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from natars_fhir.mapping.narrative import WordListError, load, read

from .conftest import LISTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LISTS, tmp_path / "narrative"))


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_all_faults_are_told_together(folder: Path) -> None:
    (folder / "sites.toml").unlink()
    (folder / "size.toml").write_text("not toml", "utf-8")
    _change(folder / "grade.toml", "high = [", "highest = [")
    _change(folder / "fish.toml", 'sequencing = ["NGS"', 'sequencing = [7, "NGS"')
    _change(folder / "characters.toml", "業业", "業业业")
    with pytest.raises(WordListError) as raised:
        load(folder)
    text = str(raised.value)
    for expected in (
        "size.toml: cannot be read",
        "sites.toml: [organ] is missing",
        "grade.toml: [mark] high is missing",
        "grade.toml: [mark] highest is a tag that no code reads",
        "fish.toml: [method] sequencing: holds something that is no word",
        "characters.toml: '業业业' is no pair of characters",
    ):
        assert expected in text


def test_the_same_lists_in_another_folder_are_the_same_words_and_a_changed_one_is_read(folder: Path) -> None:
    assert load(folder) is load(LISTS)
    _change(folder / "histology.toml", 'LMS = ["平滑肌肉瘤"', 'LMS = ["平滑肌肉瘤", "平滑肌恶性瘤"')
    changed = load(folder)
    assert changed is not load(LISTS)
    assert "平滑肌恶性瘤" in changed["histology.name"].words["LMS"]
    assert load(folder, {"甲药 x": ["甲药"]}) is not changed


def test_a_word_with_two_meanings_is_a_fault(folder: Path) -> None:
    _change(folder / "histology.toml", 'LMS = ["平滑肌肉瘤"', 'LMS = ["平滑肌肉瘤", "去分化脂肪肉瘤"')
    with pytest.raises(WordListError, match="stands for both DDLPS and LMS"):
        load(folder)


def test_a_word_that_begins_with_a_space_is_a_fault(folder: Path) -> None:
    """In a text with wide spaces it would begin at two places."""
    _change(folder / "fish.toml", '"to CEP12"', '" to CEP12"')
    with pytest.raises(WordListError, match="« to CEP12» begins or ends with a space"):
        load(folder)


def test_a_missing_characters_file_is_a_fault(folder: Path) -> None:
    (folder / "characters.toml").unlink()
    with pytest.raises(WordListError, match=r"characters\.toml: the file is missing"):
        load(folder)


def test_a_new_marker_needs_one_line_and_no_code(folder: Path) -> None:
    _change(folder / "markers.toml", "[marker]", '[marker]\nihc-newmark = ["NewMark-9", "新标记九"]')
    assert [each.concept for each in read("新标记九（+）", load(folder)).said] == ["ihc-newmark"]


def test_a_new_name_of_a_tumour_needs_one_word_and_no_code(folder: Path) -> None:
    _change(folder / "histology.toml", 'LMS = ["平滑肌肉瘤"', 'LMS = ["平滑肌肉瘤", "平滑肌细胞肉瘤"')
    assert [each.value for each in read("平滑肌细胞肉瘤", load(folder)).said] == ["LMS"]
