"""The figures as files: XML that says its numbers, PNG that opens, in both languages, and the same bytes each time."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from natars_fhir.export.extra import ExtraError
from natars_fhir.export.figures import fonts, plate, written
from natars_fhir.export.figures.consort import flow
from natars_fhir.export.figures.kaplan_meier import kaplan_meier
from natars_fhir.export.figures.written import NO_FONT, survival_figure, write_figures
from tests import ward
from tests.export.figures_made import LOG, SUBJECTS
from tests.extras import needed

needed("statistics", "matplotlib", "lifelines")
FLOW = flow([LOG], SUBJECTS, ward.mappings().study, {})
NAMES = ["consort", "kaplan-meier-os", "kaplan-meier-os-itt", "kaplan-meier-pfs", "kaplan-meier-pfs-itt"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written where no font has Chinese letters."""
    made = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(written, "chinese_font", lambda: None)
        counts, said = write_figures(made, SUBJECTS, FLOW)
    assert sorted(counts) == NAMES
    assert said == [NO_FONT]
    return made


def texts(svg: bytes) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own


def test_without_a_chinese_font_the_chinese_figures_are_svg_alone(folder: Path) -> None:
    found = sorted(path.name for path in folder.iterdir())
    assert found == sorted(f"{name}.{form}" for name in NAMES for form in ("csv", "json", "en.svg", "en.png", "zh.svg"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_svg_says_the_numbers_at_risk(folder: Path, language: str) -> None:
    said = texts((folder / f"kaplan-meier-pfs.{language}.svg").read_bytes())
    for one in kaplan_meier(SUBJECTS, "PFS").arms:
        assert all(str(count) in said for count in one.at_risk)
    assert {"en": "Numbers at risk", "zh": "在险人数"}[language] in said
    assert any({"en": "not randomised", "zh": "非随机"}[language] in one for one in said)


@pytest.mark.parametrize(("language", "line"), [("en", "Excluded: 12"), ("zh", "排除：12例")])
def test_the_flow_says_its_numbers(folder: Path, language: str, line: str) -> None:
    said = texts((folder / f"consort.{language}.svg").read_bytes())
    assert line in said
    assert any("I-11: 5" in one for one in said)
    assert any("22" in one and "102" in one for one in said)


@pytest.mark.parametrize("name", NAMES)
def test_a_png_opens_and_has_its_size(folder: Path, name: str) -> None:
    from matplotlib.image import imread

    pixels = imread(folder / f"{name}.en.png")
    assert pixels.shape[1] >= 1280
    assert pixels.min() < pixels.max()


def test_no_figure_holds_a_pseudonym_a_date_or_a_clock(folder: Path) -> None:
    for path in folder.iterdir():
        text = path.read_bytes().decode("utf-8", "replace")
        assert "aaaa" not in text
        assert "dc:date" not in text
        assert "2024-0" not in text


@pytest.fixture(scope="module")
def lettered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is named as a Chinese font is."""
    from matplotlib.font_manager import findfont

    path = tmp_path_factory.mktemp("fonts") / "NotoSansCJK-Regular.ttf"
    path.write_bytes(Path(findfont("DejaVu Serif")).read_bytes())
    return path


def test_with_a_font_there_is_a_chinese_png_and_the_bytes_are_the_same(folder: Path, lettered: Path) -> None:
    first, again = (survival_figure(SUBJECTS, "PFS", lettered) for _ in range(2))
    assert first == again
    assert first.plates["zh"].png is not None
    assert first.plates["zh"].png[:8] == b"\x89PNG\r\n\x1a\n"
    assert first.plates["en"].svg == (folder / "kaplan-meier-pfs.en.svg").read_bytes()
    assert first.plates["en"].png == (folder / "kaplan-meier-pfs.en.png").read_bytes()


def test_the_best_font_is_chosen_by_its_file() -> None:
    files = map(
        Path, ("/f/DejaVuSans.ttf", "/f/wqy-zenhei.ttc", "/f/NotoSansCJK-Bold.ttc", "/f/NotoSansCJK-Regular.ttc")
    )
    assert fonts.best(files) == Path("/f/NotoSansCJK-Regular.ttc")
    assert fonts.best([Path("/f/DejaVuSans.ttf")]) is None


def test_nobody_is_a_figure_too() -> None:
    made = survival_figure((), "OS", None)
    assert "Nobody can be shown yet." in texts(made.plates["en"].svg)
    assert made.table.rows == []


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ExtraError, match="Figures need the extra `statistics`"):
        plate.plate(lambda _: None, (1.0, 1.0), "en", None, "x")
