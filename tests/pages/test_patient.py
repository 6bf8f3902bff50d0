"""The patient's page in a browser: evidence on one click, a statement, a signature, the form; by the keyboard too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.pages.browser import PHONE, Visitor
from tests.pages.screens import CORRECTED, patient

Visit = Callable[..., Visitor]

#: Of whom every criterion is answered; and of whom little is.
WHOLE, OPEN = patient("BA0000102"), patient("BA0000101")
SAYS = {
    "en": ("Evidence of I-09", "yes", "Reason", "Keep the statement on {}", "Your statement is kept."),
    "zh": ("I-09 的依据", "是", "理由", "保存对 {} 的判定", "您的判定已保存。"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_evidence_is_there_on_one_click_with_the_words_marked(language: str, visit: Visit) -> None:
    somebody = visit("coordinator of A", language=language)
    page = somebody.goto(CORRECTED)
    page.get_by_role("link", name=SAYS[language][0]).click()
    page.wait_for_selector("#e-I-09 mark")
    assert page.url.endswith(CORRECTED)
    assert "Observation/" in page.locator("#e-I-09 .source").first.inner_text()
    assert somebody.violations() == []


@pytest.mark.parametrize(("language", "criterion"), [("zh", "I-16"), ("en", "I-15")])
def test_what_a_coordinator_states_stands_beside_the_data(language: str, criterion: str, visit: Visit) -> None:
    _, yes, reason, keep, done = SAYS[language]
    page = visit("coordinator of A", language=language).goto(OPEN)
    article = page.locator(f"#c-{criterion}")
    article.locator("summary").click()
    article.get_by_label(yes, exact=True).check()
    article.get_by_label(reason).fill("MDT 2024-06-14")
    article.get_by_role("button", name=keep.format(criterion)).click()
    assert page.get_by_role("status").inner_text() == done
    told = page.locator(f"#c-{criterion} .stated").inner_text()
    assert "协调员乙（虚构）" in told
    assert "MDT 2024-06-14" in told
    assert page.url.endswith(f"#c-{criterion}")


#: Presses twice before the answer is there, and counts what a browser would send.
_TWICE = """(form) => {
  let sent = 0;
  addEventListener("submit", (event) => { sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); });
  form.requestSubmit(); form.requestSubmit();
  return sent;
}"""


def test_a_button_that_is_pressed_twice_sends_once(visit: Visit) -> None:
    page = visit("coordinator of A").goto(OPEN)
    article = page.locator("#c-I-17")
    article.locator("summary").click()
    article.get_by_label("yes", exact=True).check()
    article.get_by_label("Reason").fill("MDT 2024-06-14")
    assert article.locator("form").evaluate(_TWICE) == 1


def test_by_the_keyboard_alone_a_patient_is_found_evidence_read_a_statement_made_and_signed(visit: Visit) -> None:
    somebody = visit("investigator of A")
    page = somebody.goto("/pages/worklist")
    press = page.keyboard.press
    somebody.press_to("Hospital number")
    page.keyboard.type("BA0000102")
    press("Enter")
    page.wait_for_url(re.compile("/pages/patient/"))
    somebody.press_to("Sign: eligible")
    somebody.press_to("Evidence of I-02")
    press("Enter")
    page.wait_for_selector("#e-I-02 mark")
    for down, hindered in ((1, 1), (0, 0)):
        somebody.press_to("State or correct I-15", 150)
        press("Enter")
        somebody.press_to("yes")
        press("ArrowDown" if down else "Space")
        somebody.press_to("Reason")
        page.keyboard.type(f"MDT of 14 June, {down}")
        somebody.press_to("Keep the statement on I-15")
        press("Enter")
        page.wait_for_selector(f"#c-I-15 .stated:has-text('June, {down}')")
        assert page.get_by_text("I-15 bars").count() == hindered
        somebody.house.clock.later(minutes=1)  # of two statements of one moment neither is the newer
    page.goto(page.url.partition("?")[0])
    somebody.press_to("Sign: eligible")
    press("Enter")
    page.wait_for_url(re.compile("done=signed"))
    assert "It holds: eligible." in page.locator("main").inner_text()
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Sign: eligible").count() == 0


def test_the_form_is_shown_prefilled_and_what_is_changed_in_it_is_kept(visit: Visit) -> None:
    somebody = visit("coordinator of A")
    page = somebody.goto(f"{OPEN}/form", "#form lhc-item")
    page.wait_for_selector("form[data-form] button:enabled")
    page.get_by_role("button", name="Keep what I changed").click()
    assert page.get_by_role("status").inner_text() == "Nothing new was said: nothing changes."
    page = somebody.goto(f"{OPEN}/form", "#form lhc-item")
    page.wait_for_selector("form[data-form] button:enabled")
    page.locator("[id='I-17/1/1']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("[id='I-17.reason/1/1/1']").fill("seen on the ward")
    page.locator("h1").click()
    page.get_by_role("button", name="Keep what I changed").click()
    assert page.get_by_role("status").inner_text() == "Your statement is kept."
    assert "seen on the ward" in page.locator("#c-I-17 .stated").inner_text()


def test_without_scripts_the_same_can_be_seen(visit: Visit) -> None:
    page = visit("coordinator of A", java_script_enabled=False).goto(CORRECTED)
    page.get_by_role("link", name="Evidence of I-09").click()
    assert page.locator("mark").count() > 0
    page.goto(page.url.partition("/evidence")[0] + "/facts")
    assert page.locator("tbody tr").count() > 5
    page.goto(page.url.replace("/facts", "/form"))
    assert "The form needs scripts." in page.content()


@pytest.mark.parametrize(("number", "says"), [("BA0000175", "conflicting"), ("BA0000177", "said with doubt")])
def test_conflict_and_hedge_are_said_in_words(number: str, says: str, visit: Visit) -> None:
    page = visit("coordinator of A", width=PHONE).goto(patient(number))
    assert page.locator(".mark.doubt", has_text=says).count() > 0
