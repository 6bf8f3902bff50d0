"""Every figure is a file: a picture in the language that is asked for, a table; with headers under which it can do
nothing."""

from __future__ import annotations

import pytest

from natars_fhir.export.figures.fonts import chinese_font
from natars_fhir.service.office.figures import FIGURES
from natars_fhir.service.upkeep.audit import told
from tests.extras import needed
from tests.web.pages.office.conftest import Desk

needed("statistics", "lifelines")
AT = "/pages/trial/figure"


@pytest.mark.parametrize("name", FIGURES)
def test_the_table_is_a_file(office: Desk, name: str) -> None:
    response = office.get(f"{AT}/{name}.csv")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="natars-{name}.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")


def test_a_picture_is_given_in_both_forms_and_languages(office: Desk) -> None:
    svg = office.get(f"{AT}/enrolment.svg?language=zh&site=hospital-c")
    assert "各月各中心入组" in svg.text
    assert svg.headers["content-type"] == "image/svg+xml"
    assert 'filename="natars-enrolment-hospital-c.zh.svg"' in svg.headers["content-disposition"]
    assert "sandbox" in svg.headers["content-security-policy"]
    png = office.get(f"{AT}/enrolment.png?language=en&site=hospital-c")
    assert png.content.startswith(b"\x89PNG")
    chinese = office.get(f"{AT}/enrolment.png?language=zh&site=hospital-c")
    assert chinese.status_code == (200 if chinese_font() else 404)


def test_what_was_drawn_is_kept_with_its_numbers(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = office.get(f"{AT}/visits.svg").content

    def never(*_: object) -> None:
        raise AssertionError("it was drawn before")

    monkeypatch.setattr("natars_fhir.export.figures.stacked_plot.plot", never)
    assert office.get(f"{AT}/visits.svg").content == first


@pytest.mark.parametrize("name", ["nothing.svg", "enrolment.pdf", "enrolment", ".svg", "enrolment.svg.exe"])
def test_what_is_no_figure_is_not_found(office: Desk, name: str) -> None:
    assert office.get(f"{AT}/{name}").status_code == 404


def test_of_another_site_there_is_none(office: Desk) -> None:
    assert office.get(f"{AT}/enrolment.csv?site=hospital-c", "b").status_code == 404
    own = office.get(f"{AT}/enrolment.csv", "b").text
    assert "hospital-b" in own
    assert "hospital-c" not in own


def test_that_it_was_taken_away_is_in_the_audit_and_that_it_was_shown_is_not_told_twice(office: Desk) -> None:
    def acts() -> int:
        return sum(act.act == "figure" for _, act in told(office.reception.store, ["hospital-b"]))

    before = acts()
    office.get(f"{AT}/visits.csv?shown=1", "b")
    assert acts() == before
    office.get(f"{AT}/visits.csv", "b")
    assert acts() == before + 1
