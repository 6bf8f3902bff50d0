"""Telling: gaps, slips and wording; what is left out is nowhere, what is corrected is a later version."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.dialect import NAMES, named, system
from natars_fhir.simulate.gaps import withhold
from natars_fhir.simulate.hospital import lines
from natars_fhir.simulate.rates import table
from natars_fhir.simulate.story import Event, Story
from natars_fhir.simulate.telling import TELL, tell
from natars_fhir.simulate.windows import back, span
from natars_fhir.simulate.wording import biopsy, follow_up, scan
from tests import ward
from tests.simulate.hospitals import AS_OF, DAY, condition, form, sarcoma, story

#: The code of a stain is made of the marker's name.
STAINS = ("a-pathology", "IHC-{}")


def told(of: Story, dialect: str = "coded") -> list[dict[str, Any]]:
    return [json.loads(line) for one in tell(of, named(dialect)) for line in lines(one)]


def slipped(of: Story, what: str, slip: str) -> Story:
    events = tuple(Event(e.day, e.what, e.value, slip) if e.what == what else e for e in of.events)
    return Story(of.person, of.group, of.tumour, events, of.left_out, of.words)


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize(
    ("item", "sign"),
    [
        ("CDK4", "CDK4"),
        ("grade", "FNCLCC"),
        ("size", "大小"),
        ("diaphragm", "膈"),
        ("pathology", "免疫组"),
        ("form", "病史"),
    ],
)
def test_what_is_left_out_is_told_nowhere(dialect: str, item: str, sign: str) -> None:
    words = tuple(named(dialect).told["words"])
    answered = form(DAY, prior_resection=False)
    assert sign not in json.dumps(
        told(story(sarcoma(), answered, left_out=(item,), words=words), dialect), ensure_ascii=False
    )


def test_an_amended_report_was_wrong_before_and_is_right_in_its_later_version() -> None:
    of = slipped(story(sarcoma()), "pathology", "amended")
    stains = {one["meta"]["versionId"]: one for one in told(of) if one["id"].endswith("pathology-mdm2")}
    assert (stains["2"]["status"], stains["3"]["status"]) == ("final", "amended")
    assert [stains[number]["valueCodeableConcept"]["text"] for number in "23"] == ["阴性", "阳性"]
    texts = {
        one["meta"]["versionId"]: one["conclusion"]
        for one in told(slipped(story(sarcoma(), words=("pathology",)), "pathology", "amended"), "text")
        if one["id"].endswith("-pathology")
    }
    assert texts["2"] != texts["3"]


def test_what_is_said_with_doubt_stays_so_when_it_is_amended() -> None:
    of = slipped(story(sarcoma(hedged=True)), "pathology", "amended")
    assert {one["status"] for one in told(of) if one["id"].endswith("pathology-type")} == {"preliminary"}


def test_what_was_entered_in_error_is_struck_out() -> None:
    wrong = Event(DAY, "condition", {"what": "infarction", "onset": "2024-02-20"}, "error")
    first, second = (one for one in told(story(sarcoma(), wrong)) if "condition" in one["id"])
    assert first["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert second["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert second["meta"]["versionId"] > first["meta"]["versionId"]


def test_what_comes_twice_is_the_same_and_what_is_late_comes_later() -> None:
    twice = [one for one in told(slipped(story(sarcoma()), "scan", "twice")) if "scan" in one["id"]]
    assert twice[0] == twice[1]
    late = slipped(story(sarcoma()), "scan", "late")
    days = {resource["id"]: one.day for one in tell(late, named("coded")) for resource in one.resources}
    assert days["sim-1-scan-1"] > DAY + timedelta(days=5)


def test_a_diagnosis_is_provisional_until_the_tissue_is_read() -> None:
    first, second = (one for one in told(story(sarcoma())) if one["resourceType"] == "Condition")
    assert [one["verificationStatus"]["coding"][0]["code"] for one in (first, second)] == ["provisional", "confirmed"]
    assert first["id"] == second["id"]
    assert "extension" in second
    assert "extension" not in first


def test_a_death_is_the_next_version_of_the_patient_and_a_withdrawal_that_of_the_consent() -> None:
    consent = Event(DAY, "consent", {"answer": "given"})
    every = told(story(sarcoma(), consent, Event(AS_OF, "withdrawal"), Event(AS_OF, "death")))
    assert [one["meta"]["versionId"] for one in every if one["resourceType"] == "Patient"] == ["1", "2"]
    assert [one["status"] for one in every if one["resourceType"] == "Consent"] == ["active", "inactive"]
    assert [one for one in every if "deceasedDateTime" in one]


def test_a_patient_with_two_records_has_one_number() -> None:
    every = told(story(sarcoma(), twice=True))
    people = [one for one in every if one["resourceType"] == "Patient"]
    assert {one["id"] for one in people} == {"sim-1", "sim-1-b"}
    assert people[0]["identifier"] == people[1]["identifier"]
    assert {one["subject"]["reference"] for one in every if "scan" in one["id"]} == {"Patient/sim-1-b"}


def test_the_confirmed_diagnosis_may_be_missing_and_the_provisional_one_stays() -> None:
    (only,) = (one for one in told(story(sarcoma(), left_out=("diagnosis",))) if one["resourceType"] == "Condition")
    assert only["verificationStatus"]["coding"][0]["code"] == "provisional"


def test_every_kind_of_event_that_a_story_may_hold_is_told_by_somebody() -> None:
    from tests.simulate.test_stories import stories

    assert {event.what for one in stories() for event in one.events} - {*TELL} == {"death", "withdrawal"}


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dialect", NAMES)
def test_gaps_keep_what_they_left_out_with_a_reason_and_nothing_later_than_the_day(dialect: str) -> None:
    day = DAY + timedelta(days=10)
    kept = [withhold(Chance("gaps", number), story(sarcoma()), named(dialect), day) for number in range(60)]
    assert {why for one in kept for why in one.left_out.values()} >= {
        "CDK4 was not stained",
        "the report gives no grade",
    }
    assert max(event.day for one in kept for event in one.events) <= day
    assert {one.person.birth_told for one in kept} >= {"day"}
    asked = {item for one in kept for item in one.left_out if item.startswith("form:")}
    assert asked == {f"form:{item}" for item in named(dialect).told["not-asked"]}


def test_wards_of_a_mixed_hospital_differ() -> None:
    kept = {withhold(Chance("wards", n), story(sarcoma()), named("mixed"), AS_OF).words for n in range(40)}
    assert len(kept) == 8


# ── wording ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reports_come_in_several_hands_and_none_leaves_a_place_unfilled() -> None:
    texts = set()
    for number in range(60):
        chance, one = Chance("hand", number), sarcoma()
        texts |= {biopsy(chance, story(one), one, one.stains, one.name), scan(chance, story(one), one)}
        texts |= {follow_up(chance, one, "PD")}
    assert not [text for text in texts if re.search(r"[{}]|None|，。|。。", text)]
    assert len(texts) > 60


def test_a_scan_tells_all_three_diameters_in_any_order_and_unit() -> None:
    one = sarcoma(dimensions=(16.0, 12.0, 8.0))
    for number in range(20):
        found = re.search(r"大小约(.+?(?:cm|mm))(?=[，。])", scan(Chance("size", number), story(one), one))
        assert found
        numbers = sorted(float(text) for text in re.findall(r"[\d.]+", found[1]))
        assert numbers in ([8, 12, 16], [80, 120, 160])


def test_a_tumour_of_an_organ_has_no_side() -> None:
    one = sarcoma("GIST", site="gi-tract")
    assert all("侧胃" not in scan(Chance("side", number), story(one), one) for number in range(20))


# ── dialects and windows ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dialect", NAMES)
def test_the_local_codes_of_a_dialect_are_those_of_its_sites_file(dialect: str) -> None:
    site = ward.mappings().sites[named(dialect).site]
    known = {
        (site.systems[name].uri if name in site.systems else name, code)
        for name, of in site.codes.items()
        for code in of
    }
    used = {(of, code) for of, code, *_ in named(dialect).told["codes"].values() if of[:2] in ("a-", "b-")} - {STAINS}
    assert {(system(of), code) for of, code in used} <= known
    assert len(used) > 10


def test_every_question_of_a_form_has_its_words_and_in_text_its_link() -> None:
    questions, text = {*table("words")["questions"]}, named("text").told
    assert questions == {*text["links"]} | {*text["not-asked"]}


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("2024-02", "2024-02-01", "2024-02-29"), ("2023", "2023-01-01", "2023-12-31"), ("2024-03-05",) * 3],
)
def test_a_partly_known_day_is_a_span(text: str, low: str, high: str) -> None:
    assert [day.isoformat() for day in span(text)] == [low, high]


def test_a_window_of_months_is_clamped_at_the_months_end() -> None:
    assert back(span("2024-08-31").low, 6).isoformat() == "2024-02-29"
    assert back(span("2023-01-15").low, 1).isoformat() == "2022-12-15"


def test_an_infection_keeps_its_end() -> None:
    of = story(sarcoma(), condition("sepsis", "2024-03-02", ended="2024-03-12"))
    (one,) = (found for found in told(of) if found["id"].endswith("condition-1"))
    assert (one["onsetDateTime"], one["abatementDateTime"]) == ("2024-03-02", "2024-03-12")
    assert one["clinicalStatus"]["coding"][0]["code"] == "resolved"
