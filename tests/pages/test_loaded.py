"""What pages load works under their own policy: parts by htmx, figures by ECharts, the prefilled form by LHC-Forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import Request, Response
from jinja2 import ChoiceLoader, DictLoader

from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.emit.questionnaire_response import prefilled_response
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.templates import environment
from tests import ward
from tests.emit.test_questionnaire_response import BASE, FULL, NOW, found
from tests.pages.browser import Visitor
from tests.pages.house import House

Visit = Callable[..., Visitor]

_BEGIN = '{% extends "layout.html" %}{% import "parts.html" as parts with context %}{% block title %}x{% endblock %}'
_HEAD = "{%% block head %%}{%% include '%s' %%}{%% endblock %%}"
PAGES = {
    "trial_chart.html": _BEGIN + _HEAD % "charts.html" + "{% block main %}<h1>x</h1>"
    '{{ parts.chart("one", {"xAxis": {"type": "category", "data": ["<b>a", "</script>"]}, "yAxis": {}, "tooltip":'
    ' {"trigger": "axis"}, "legend": {}, "series": [{"type": "line", "name": "n", "data": [1, 2]}]}, "Enrolment") }}'
    "{% endblock %}",
    "trial_form.html": _BEGIN + _HEAD % "lhc_forms.html" + "{% block main %}<h1>x</h1>"
    "{{ parts.form_place() }}{% endblock %}",
    "trial_part.html": _BEGIN + "{% block main %}<h1>x</h1>"
    '<button hx-post="{{ page.link("/trial_part") }}" hx-target="#here">Ask</button><p id="here"></p>{% endblock %}',
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _trial_pages(full_house: House) -> Iterator[None]:
    """Pages with nothing but what is tried."""
    router, may = full_house.app.router, enters("known")

    def page(name: str, *, styled: bool = False) -> None:
        def shown(request: Request) -> Response:
            return page_of(request).show(f"{name}.html", styled=styled)

        router.add_api_route(f"{ROOT}/{name}", shown, methods=["GET"], response_model=None, dependencies=may)

    def part(request: Request) -> Response:
        return Response(f"<b>{page_of(request).who.site}</b>", media_type="text/html")

    page("trial_chart")
    page("trial_form", styled=True)
    page("trial_part")
    router.add_api_route(f"{ROOT}/trial_part", part, methods=["POST"], response_model=None, dependencies=may)
    loader = environment().loader
    assert loader is not None
    environment().loader = ChoiceLoader([DictLoader(PAGES), loader])
    yield
    environment().loader = loader


def test_a_figure_is_drawn_and_named_and_what_stands_in_it_is_never_markup(visit: Visit) -> None:
    somebody = visit("coordinator")
    page = somebody.goto("/pages/trial_chart")
    page.wait_for_selector(".chart svg")
    box = page.locator(".chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    assert page.locator(".chart").get_attribute("aria-label") == "Enrolment"
    assert "<b>a" in str(page.locator(".chart svg").text_content())
    assert somebody.violations() == []


def test_a_part_is_asked_with_the_proof_of_the_page_and_put_in_its_place(visit: Visit) -> None:
    somebody = visit("coordinator")
    page = somebody.goto("/pages/trial_part")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("#here b")
    assert page.locator("#here").inner_text() == "hospital-b"


def test_a_part_that_is_asked_after_the_session_ended_leads_to_the_login_and_back(
    visit: Visit, full_house: House
) -> None:
    somebody = visit("coordinator")
    page = somebody.goto("/pages/trial_part")
    full_house.clock.later(hours=1)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/pages/login?**")
    assert "next=%2Fpages%2Ftrial_part" in page.url


def test_the_prefilled_form_is_shown_with_its_styles_and_read_back(visit: Visit) -> None:
    study = ward.mappings().study
    form, filled = questionnaire(study, BASE), prefilled_response(found(FULL).screening, study, BASE, NOW)
    somebody = visit("coordinator")
    page = somebody.goto("/pages/trial_form")
    page.wait_for_function("() => Boolean(window.LForms?.Util?.addFormToPage && window.LForms.FHIR)")
    page.evaluate(
        """async ([blank, given]) => {
        const form = LForms.Util.convertFHIRQuestionnaireToLForms(blank, 'R4');
        const merged = LForms.Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', given, form, 'R4');
        await LForms.Util.addFormToPage(merged, 'form', { prepopulate: false }); }""",
        [form, filled],
    )
    page.wait_for_selector("#form lhc-item")
    told = page.wait_for_function(
        """() => { try { return LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4', '#form'); }
        catch { return null; } }"""
    ).json_value()
    assert [item["linkId"] for item in told["item"]] == [item["linkId"] for item in filled["item"]]
    styles = page.evaluate("[...document.querySelectorAll('style')].map((one) => one.sheet?.cssRules.length ?? 0)")
    assert styles
    assert all(styles)


def test_chinese_is_drawn_in_letters_of_its_own(visit: Visit) -> None:
    """A machine without a Chinese font draws the same empty box for each: pictures would say nothing."""
    page = visit("coordinator", language="zh").goto("/pages/home")
    drawn = page.evaluate("""() => [...'肉瘤研究'].map((sign) => { const one = document.createElement('canvas');
      const pen = one.getContext('2d'); pen.font = '20px ' + getComputedStyle(document.body).fontFamily;
      pen.fillText(sign, 5, 30); return one.toDataURL(); })""")
    if len(set(drawn)) == 1:
        pytest.skip("no Chinese font is installed: apt-get install fonts-noto-cjk")
    assert len(set(drawn)) == len(drawn)
