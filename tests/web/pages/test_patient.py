"""The patient's page over HTTP: what is said is heard once, in the account's name; bad input harms nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from natars_fhir.service.access.bearers import hashed
from natars_fhir.service.people import people, sayings
from natars_fhir.store import accounts, audit, sessions
from natars_fhir.store.tables.core import attestation
from natars_fhir.web.pages.patient import DONE
from natars_fhir.web.pages.patient_facts import MOST
from natars_fhir.web.pages.patient_told import WHOLE
from tests.service.hospital import Node, condition, patient, transaction
from tests.web.pages.people import Somebody
from tests.web.pages.wards import Ward, lms, ward

#: The codes of the form's answers.
YES, NO = "373066001", "373067005"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Ward]:
    made = ward(tmp_path)
    yield made
    made.reception.store.close()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A ward for all that only looks."""
    made = ward(tmp_path_factory.mktemp("still"))
    made.hospital.push(lms("7"))
    yield made
    made.reception.store.close()


def seen(text: str) -> str:
    """The digest that the page was made with."""
    return re.findall(r'name="seen" value="(\w+)"', text)[0]


def state(browser: Somebody, at: str, digest: str, answer: str = "no", reason: str = "MDT of 14 June") -> object:
    fields = {"criterion": "I-15", "answer": answer, "reason": reason, "seen": digest}
    return browser.send(f"{at}/state", fields)


def of(text: str, criterion: str) -> str:
    """The digest that the statement on one criterion is sent with."""
    found = re.search(rf'name="seen" value="(\w+)"><input type="hidden" name="criterion" value="{criterion}">', text)
    assert found is not None
    return found[1]


def filled(text: str) -> str:
    """The form as the page shows it filled in."""
    found = re.search(r'id="filled-form">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.dumps(json.loads(found[1]))


def changed(form: str, criterion: str, code: str, reason: str) -> str:
    """A form in which the answer to one criterion is another."""
    told = json.loads(form)
    below = {"linkId": f"{criterion}.reason", "answer": [{"valueString": reason}]}
    said = {"valueCoding": {"system": "http://snomed.info/sct", "code": code}, "item": [below]}
    (one,) = (one for group in told["item"] for one in group.get("item", ()) if one["linkId"] == criterion)
    one["answer"] = [said]
    return json.dumps(told)


def later(here: Ward, browser: Somebody) -> Somebody:
    """Another login of whose session ended."""
    token = hashed(browser.cookies["natars"])
    with here.reception.store.read() as connection:
        session = sessions.by_hash(connection, token)
        one = accounts.by_id(connection, session.account) if session else None
    return here.reception.browser(one)


def kept(here: Ward) -> list[tuple[str, str, str]]:
    with here.reception.store.read() as connection:
        rows = connection.execute(select(attestation).order_by(attestation.c.seq))
        return [(row.kind, row.by, row.reason) for row in rows]


def test_criteria_stand_in_protocol_order_word_for_word_in_both_languages(still: Ward) -> None:
    study = still.reception.app.state.live.active.mappings.study
    text = unescape(still.worker("coordinator").get(still.address()).text)
    ids = re.findall(r'<article class="criterion[^"]*" id="c-([\w-]+)"', text)
    every = [one.id for one in study.criteria]
    assert ids == [one for kind in ("I", "E") for one in every if one.startswith(kind)]
    assert [one.id for one in study.criteria if one.text["en"] not in text or one.text["zh"] not in text] == []


def test_a_statement_is_kept_in_the_name_of_the_account_and_never_of_another(here: Ward) -> None:
    browser, at = here.worker("coordinator"), here.address()
    page = browser.get(at)
    fields = {"criterion": "I-15", "answer": "no", "reason": "MDT", "seen": seen(page.text), "by": "S-001"}
    done = browser.send(f"{at}/state", {**fields, "author": "S-001"})
    assert (done.status_code, done.headers["location"]) == (303, f"{at}?done=kept#c-I-15")
    assert kept(here) == [("statement", "协调员乙（虚构）", "MDT")]
    assert "Your statement is kept." in browser.follow(done).text


def test_of_two_at_once_the_second_is_told_and_what_they_typed_is_there(here: Ward) -> None:
    at = here.address()
    one, other = here.worker("coordinator"), here.worker("investigator")
    digests = [seen(browser.get(at).text) for browser in (one, other)]
    assert state(one, at, digests[0]).status_code == 303
    second = state(other, at, digests[1], "yes", "I was there: <R0> is possible")
    assert second.status_code == 409
    assert "Since you opened the page:" in second.text
    assert "MDT of 14 June" in second.text
    assert "I was there: &lt;R0&gt; is possible" in second.text
    assert len(kept(here)) == 1
    other.get(at)
    again = state(other, at, seen(second.text), "yes", "I was there: <R0> is possible")
    assert again.headers["location"].startswith(f"{at}?done=conflict")
    assert len(kept(here)) == 2


def test_going_back_after_signing_signs_nothing_twice(here: Ward) -> None:
    browser, at = here.worker("investigator"), here.address()
    digest = seen(browser.get(at).text)
    signed = browser.send(f"{at}/sign", {"seen": digest})
    assert signed.status_code == 303
    assert "You signed" in browser.follow(signed).text
    assert browser.send(f"{at}/sign", {"seen": digest}).status_code == 409
    assert [kind for kind, _, _ in kept(here)] == ["signature"]
    assert f"{at}/sign" not in browser.get(at).text


def test_a_signature_that_came_too_late_is_not_told_as_one(here: Ward) -> None:
    browser, at = here.worker("investigator"), here.address()
    page = browser.get(f"{at}?done=kept")
    assert set(re.findall(r'name="at" value="([^"]*)"', page.text)) == {at}
    here.reception.clock.later(hours=1)
    late = browser.send(f"{at}/sign", {"seen": seen(page.text), "at": f"{at}?done=signed"})
    assert late.headers["location"].startswith("/pages/login?next=")
    assert "done" not in late.headers["location"]
    for query in ("", "?done=signed", "?done=kept"):
        back = later(here, browser).get(at + query).text
        assert 'role="status"' not in back
        assert "Sign: eligible" in back
    assert kept(here) == []


def test_a_signature_that_does_not_hold_any_more_is_not_told_as_done(here: Ward) -> None:
    browser, at = here.worker("investigator"), here.address()
    signed = browser.send(f"{at}/sign", {"seen": seen(browser.get(at).text)})
    assert "You signed:" in browser.follow(signed).text
    here.reception.clock.later(minutes=1)
    other = here.worker("coordinator")
    assert state(other, at, seen(other.get(at).text)).status_code == 303
    page = browser.get(f"{at}?done=signed").text
    assert "It does not hold any more." in page
    assert "You signed:" not in page


@pytest.mark.parametrize("role", ["coordinator", "investigator"])
def test_an_address_alone_tells_of_no_signature(still: Ward, role: str) -> None:
    text = still.worker(role).get(f"{still.address()}?done=signed").text
    assert "You signed:" not in text


def test_what_stops_a_signature_is_said_before_and_a_press_changes_nothing(still: Ward) -> None:
    browser, at = still.worker("investigator"), still.address("Patient/7")
    page = browser.get(at)
    assert "What stops a signature" in page.text
    assert f"{at}/sign" not in page.text
    forced = browser.send(f"{at}/sign", {"seen": seen(page.text)})
    assert forced.status_code == 422
    assert "Signing is refused: I-15 is unknown." in forced.text
    assert kept(still) == []


@pytest.mark.parametrize(
    ("role", "person", "says", "status"),
    [
        ("coordinator", None, "Only an investigator on the site&#39;s delegation list can sign.", 403),
        ("coordinator", "", "Your account is bound to nobody of the delegation list today", 403),
        ("investigator", "", "Your account is bound to nobody of the delegation list today", 403),
        ("investigator", "somebody else", "Your account is bound to nobody of the delegation list today", 403),
    ],
)
def test_who_is_not_on_the_list_states_and_signs_nothing(
    still: Ward, role: str, person: str | None, says: str, status: int
) -> None:
    browser, at = still.worker(role, person), still.address()
    page = browser.get(at)
    assert says in page.text
    digest = seen(browser.get(at).text) if person is None else "0"
    assert browser.send(f"{at}/sign", {"seen": digest}).status_code == status
    if person is not None:
        assert f"{at}/state" not in page.text
        assert state(browser, at, "0").status_code in (403, 409)
    assert kept(still) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"answer": ""}, "Say yes or no."),
        ({"answer": "maybe"}, "Say yes or no."),
        ({"reason": "  "}, "A statement needs its reason."),
        ({"criterion": "E-06"}, "This line is worked out from its parts: answer those."),
        ({"criterion": "I-99"}, "This was not taken. Ask whoever runs the installation."),
        ({"criterion": "E-02"}, "This can be answered only after the surgery."),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_kept(still: Ward, fields: dict[str, str], says: str) -> None:
    browser, at = still.worker("coordinator"), still.address()
    told = {"criterion": "I-15", "answer": "yes", "reason": "MDT", "seen": seen(browser.get(at).text), **fields}
    refused = browser.send(f"{at}/state", told)
    assert refused.status_code == 422
    assert says in refused.text
    assert kept(still) == []


def test_a_form_without_the_digest_of_its_page_is_not_taken(still: Ward) -> None:
    browser, at = still.worker("coordinator"), still.address()
    browser.get(at)
    assert state(browser, at, "").status_code == 409


def test_what_was_typed_when_the_session_ended_comes_back(here: Ward) -> None:
    browser, at = here.worker("coordinator"), here.address()
    digest = seen(browser.get(at).text)
    clock = here.reception.clock
    clock.later(hours=1)
    late = state(browser, at, digest, "no", "a long reason")
    assert late.headers["location"].startswith("/pages/login")
    with here.reception.store.read() as connection:
        one = next(one for one in accounts.every(connection, "hospital-a"))
    page = here.reception.browser(one).get(at)
    assert re.search(r'<details class="state" open>.*?a long reason', page.text, re.DOTALL)
    assert kept(here) == []


def test_what_was_typed_before_somebody_was_quicker_is_not_taken_unseen(here: Ward) -> None:
    browser, at = here.worker("coordinator"), here.address()
    digest = seen(browser.get(at).text)
    here.reception.clock.later(hours=1)
    assert state(browser, at, digest, "yes", "a long reason").headers["location"].startswith("/pages/login")
    other = here.worker("investigator")
    assert state(other, at, seen(other.get(at).text)).status_code == 303
    here.reception.clock.later(minutes=1)
    again = later(here, browser)
    page = again.get(at)
    refused = state(again, at, of(page.text, "I-15"), "yes", "a long reason")
    assert refused.status_code == 409
    assert "MDT of 14 June" in refused.text
    assert "a long reason" in refused.text
    assert [reason for _, _, reason in kept(here)] == ["MDT of 14 June"]
    assert of(page.text, "I-14") != digest
    sent = state(again, at, of(refused.text, "I-15"), "yes", "a long reason")
    assert sent.headers["location"].startswith(f"{at}?done=conflict")


def test_a_form_that_was_filled_in_before_somebody_was_quicker_is_not_taken_unseen(here: Ward) -> None:
    at, clock = here.address(), here.reception.clock
    other = here.worker("investigator")
    assert state(other, at, seen(other.get(at).text)).status_code == 303
    clock.later(minutes=1)
    browser = here.worker("coordinator")
    first = browser.get(f"{at}/form").text
    response = filled(first)
    clock.later(hours=1)
    browser.send(f"{at}/form", {"seen": seen(first), "response": response})
    other = here.worker("investigator")
    assert state(other, at, seen(other.get(at).text), "yes", "seen again").status_code == 303
    again = later(here, browser)
    page = again.get(f"{at}/form").text
    assert json.loads(filled(page)) == json.loads(response)
    refused = again.send(f"{at}/form", {"seen": seen(page), "response": filled(page)})
    assert refused.status_code == 409
    assert "Since you opened the page:" in refused.text
    assert "seen again" in refused.text or "I-15" in refused.text
    assert len(kept(here)) == 2


@pytest.mark.parametrize(
    ("code", "reason", "done"),
    [(NO, "MDT of 14 June", "nothing"), (NO, "a second look", "kept"), (YES, "a second look", "conflict")],
)
def test_a_form_is_answered_as_a_statement_is(here: Ward, code: str, reason: str, done: str) -> None:
    other, at = here.worker("investigator"), here.address()
    assert state(other, at, seen(other.get(at).text)).status_code == 303
    here.reception.clock.later(minutes=1)
    browser = here.worker("coordinator")
    page = browser.get(f"{at}/form").text
    form = changed(filled(page), "I-15", code, reason)
    sent = browser.send(f"{at}/form", {"seen": seen(page), "response": form})
    assert sent.headers["location"].startswith(f"{at}?done={done}")
    assert DONE[done] in unescape(browser.follow(sent).text)


@pytest.mark.parametrize("path", ["", "/facts", "/history", "/form", "/evidence/I-02"])
def test_every_view_of_a_patient_is_in_the_audit(still: Ward, path: str) -> None:
    at = still.address()
    assert still.worker("coordinator").get(at + path).status_code == 200
    with still.reception.store.read() as connection:
        last = [act for _, act in audit.numbered(connection, "hospital-a")][-1]
    assert last.about == at.rpartition("/")[2]
    assert last.by.startswith("account ")


NO_FORM = '{"resourceType": "QuestionnaireResponse", "item": 7}'


@pytest.mark.parametrize(
    ("path", "person", "fields", "status", "act"),
    [
        ("/state", None, {"answer": "maybe"}, 422, "view"),
        ("/state", None, {"answer": "yes", "reason": " "}, 422, "view"),
        ("/state", None, {"answer": "yes", "reason": "MDT", "criterion": "I-99"}, 422, "view"),
        ("/state", None, {"answer": "yes", "reason": "MDT", "seen": "0"}, 409, "view"),
        ("/state", "", {"answer": "yes", "reason": "MDT"}, 403, "view"),
        ("/sign", "", {}, 403, "view"),
        ("/form", None, {"response": "no form"}, 422, "populate"),
        ("/form", None, {"response": NO_FORM}, 422, "populate"),
        ("/form", "", {"response": NO_FORM}, 422, "populate"),
    ],
)
def test_a_patient_who_is_shown_beside_a_refusal_is_in_the_audit(
    still: Ward, path: str, person: str | None, fields: dict[str, str], status: int, act: str
) -> None:
    at = still.address()
    digest = seen(still.worker("coordinator").get(at).text)
    browser = still.worker("investigator", person)
    browser.get("/pages/worklist")
    refused = browser.send(at + path, {"criterion": "I-15", "seen": digest, **fields})
    assert refused.status_code == status
    with still.reception.store.read() as connection:
        last = [act for _, act in audit.numbered(connection, "hospital-a")][-1]
    assert (last.act, last.about) == (act, at.rpartition("/")[2])


@pytest.mark.parametrize("path", ["", "/facts", "/history", "/form", "/evidence/I-02"])
@pytest.mark.parametrize("role", ["operator", "trial-office"])
def test_nobody_else_sees_a_patient(still: Ward, path: str, role: str) -> None:
    assert still.worker(role, "", site="").get(still.address() + path).status_code == 403


def test_nobody_of_this_name_and_no_such_criterion_are_told(still: Ward) -> None:
    browser = still.worker("coordinator")
    assert browser.get(f"/pages/patient/{'0' * 32}").status_code == 404
    assert browser.get(f"{still.address()}/evidence/I-99").status_code == 404


MARKUP = '<script>alert("x")</script><b onclick=x>'


def test_markup_in_numbers_reports_and_reasons_is_text(here: Ward) -> None:
    here.hospital.push(lms("8", MARKUP, f"腹膜后平滑肌肉瘤{MARKUP}", name=[{"text": MARKUP}]))
    browser, at = here.worker("coordinator"), here.address("Patient/8")
    digest = seen(browser.get(at).text)
    assert state(browser, at, digest, "yes", MARKUP).status_code == 303
    for path in ("", "/facts", "/history", "/form", "/evidence/I-01?whole=1", "/evidence/I-02?whole=1"):
        text = browser.get(at + path).text
        assert "<script>alert" not in text, path
        assert "<b onclick" not in text, path
    assert "&lt;script&gt;" in browser.get("/pages/worklist").text


def test_signs_that_turn_a_text_are_named_and_rare_characters_stay(here: Ward) -> None:
    here.hospital.push(lms("9", "12\u202e34", "腹膜后平滑肌肉瘤 \u202eevil\u202c שלום 𠮷\u0300"))
    browser, at = here.worker("coordinator"), here.address("Patient/9")
    assert "12⟨U+202E⟩34" in browser.get("/pages/worklist").text
    told = browser.get(f"{at}/evidence/I-02?whole=1").text
    assert "\u202e" not in told
    assert "שלום 𠮷\u0300" in told
    assert 'dir="auto"' in told


def test_of_a_report_of_100_kb_the_words_are_shown_and_the_whole_when_asked(here: Ward) -> None:
    words = "镜下见梭形细胞增生。" * 3_500
    here.hospital.push(lms("10", "L" * 200, f"{words}腹膜后平滑肌肉瘤。{words}"))
    browser, at = here.worker("coordinator"), here.address("Patient/10")
    part, whole = (browser.get(f"{at}/evidence/I-02?whole={asked}").text for asked in ("0", "1"))
    assert "<mark>" in part
    assert len(part) < 20_000
    assert len(whole.encode()) > 200_000
    assert "L" * 200 in browser.get(at).text


def test_of_thousands_of_facts_a_page_shows_some_and_leads_to_the_others(here: Ward) -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
    quantity = {"unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}
    many: list[Node] = [
        {
            "resourceType": "Observation", "id": f"hb{number}", "status": "final", "code": code,
            "subject": {"reference": "Patient/7"}, "effectiveDateTime": f"2024-05-{number % 28 + 1:02}",
            "valueQuantity": {**quantity, "value": number + 1},
        }
        for number in range(5_000)
    ]  # fmt: skip
    here.hospital.push(transaction(patient("7"), condition("c7", of="Patient/7"), *many))
    browser, at = here.worker("coordinator"), here.address("Patient/7")
    first = browser.get(f"{at}/facts?concept=haemoglobin").text
    assert "Facts found: 5000. Page 1 of 50." in first
    assert len(re.findall(r'<th scope="row">', first)) == MOST
    assert len(browser.get(at).text) < 200_000
    assert "Page 50 of 50." in browser.get(f"{at}/facts?concept=haemoglobin&page=999").text
    assert browser.get(f"{at}/history").status_code == 200


def test_evidence_is_a_part_for_a_click_and_a_page_for_a_link(still: Ward) -> None:
    browser, at = still.worker("coordinator"), still.address()
    whole, part = browser.get(f"{at}/evidence/I-02"), browser.get(f"{at}/evidence/I-02", hx_request="true")
    assert "<h1>" in whole.text
    assert "<html" not in part.text
    for told in (whole.text, part.text):
        assert "<mark>" in told
        assert "Condition/a-102-condition-1" in told
        assert "read by mapping" in told


def test_every_text_that_is_translated_is_one_that_the_service_says() -> None:
    source = "".join(Path(str(one.__file__)).read_text("utf-8") for one in (people, sayings))
    source = re.sub(r'"\n\s*"', "", source)
    assert [text for text in WHOLE if text not in source] == []
