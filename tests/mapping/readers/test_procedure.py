"""Procedures: a resection counts as this tumour's only when something relates it to the tumour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_harm import found, short
from tests.ward import AS_OF, ICD_9, ICD_10, SNOMED, bundle, concept, lines, outcome, read, resource, told

EXCISION, LAPAROTOMY, BIOPSY = concept(ICD_9, "54.4"), concept(ICD_9, "54.11"), concept(ICD_9, "54.24")
TUMOUR = resource("Condition", "tumour", code=concept(ICD_10, "C48.0"))
STONES = resource("Condition", "stones", code=concept(ICD_10, "K80.2"))


def procedure(code: Any, ident: str = "op", **elements: Any) -> dict[str, Any]:
    return resource(
        "Procedure", ident, **{"status": "completed", "code": code, "performedDateTime": "2023-02-03", **elements}
    )


def of(*concepts: str) -> Any:
    """Only the facts of these concepts: every ICD-9-CM-3 operation also says that there was one."""
    return lambda facts: [fact for fact in facts if fact.partition(" ")[0] in concepts]


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"code": EXCISION}, ["resection suspected"], id="a bare code relates to nothing"),
        pytest.param(
            {"code": EXCISION, "bodySite": [concept(SNOMED, "82849001")]}, ["resection present"], id="by its site"
        ),
        pytest.param(
            {"code": EXCISION, "bodySite": [{"text": "腹膜后肿瘤"}]}, ["resection present"], id="by its site in words"
        ),
        pytest.param({"code": EXCISION, "bodySite": [{"text": "腹壁"}]}, ["resection suspected"], id="another site"),
        pytest.param(
            {"code": EXCISION, "reasonCode": [concept(ICD_10, "C48.0")]}, ["resection present"], id="by its reason"
        ),
        pytest.param(
            {"code": EXCISION, "reasonCode": [concept(ICD_10, "K80.2")]}, ["resection suspected"], id="another reason"
        ),
        pytest.param({"code": {**EXCISION, "text": "腹膜后肿瘤切除术"}}, ["resection present"], id="by its name"),
        pytest.param({"code": {"text": "腹膜后肿物切除术"}}, ["resection present"], id="by its name alone"),
        pytest.param({"code": {"text": "Resection of retroperitoneal mass"}}, ["resection present"], id="in English"),
        pytest.param({"code": {"text": "皮下肿物切除术"}}, ["resection suspected"], id="of another place, by name"),
        pytest.param({"code": {"text": "阑尾切除术"}}, [], id="an appendectomy"),
        pytest.param({"code": EXCISION, "note": [{"text": "术中见腹膜后肿瘤"}]}, ["resection present"], id="by a note"),
        pytest.param(
            {"code": concept("http://hl7.org/fhir/sid/icd-10-pcs", "0WBH0ZZ")}, ["resection present"], id="PCS"
        ),
    ],
)
def test_a_resection_is_this_tumours_when_something_says_so(elements: dict[str, Any], facts: list[str]) -> None:
    assert of("resection")(told(procedure(**elements))) == facts


@pytest.mark.parametrize(
    "order",
    [
        pytest.param([TUMOUR, "op"], id="the condition came before"),
        pytest.param(["op", TUMOUR], id="the condition came after"),
    ],
)
@pytest.mark.parametrize("apart", [pytest.param(False, id="one bundle"), pytest.param(True, id="two bundles")])
def test_a_resection_for_a_condition_of_the_tumour_is_its_own(order: list[Any], apart: bool) -> None:
    operation = procedure(EXCISION, reasonReference=[{"reference": "Condition/tumour"}])
    sent = [operation if one == "op" else one for one in order]
    found = outcome(*(map(bundle, sent) if apart else [bundle(*sent)]))
    (resection,) = found.record.about("prior-resection")
    assert (resection.value, resection.source.besides, resection.detail) == ("present", ("Condition/tumour",), ())


@pytest.mark.parametrize(
    "conditions",
    [pytest.param([], id="a condition that never came"), pytest.param([STONES], id="a condition of something else")],
)
def test_a_resection_for_anything_else_stays_suspected(conditions: list[Any]) -> None:
    operation = procedure(EXCISION, reasonReference=[{"reference": "Condition/stones"}])
    (resection,) = outcome(bundle(operation, *conditions)).record.about("prior-resection")
    assert (resection.value, resection.detail) == ("suspected", ())


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"code": LAPAROTOMY}, ["prior-resection suspected"], id="what was done is not said"),
        pytest.param({"code": {"text": "剖腹探查术"}}, ["prior-resection suspected"], id="the same by name"),
        pytest.param(
            {"code": {"text": "剖腹探查+活检术"}},
            ["biopsy present", "laparotomy-biopsy-only present"],
            id="with a biopsy",
        ),
        pytest.param(
            {"code": LAPAROTOMY, "note": [{"text": "未切除，仅取活检"}]},
            ["laparotomy-biopsy-only present"],
            id="by a note",
        ),
        pytest.param(
            {"code": {"coding": [*LAPAROTOMY["coding"], *EXCISION["coding"]]}},
            ["resection suspected"],
            id="with a resection: that one counts",
        ),
        pytest.param({"code": BIOPSY}, ["biopsy present"], id="a biopsy by needle"),
    ],
)
def test_a_laparotomy_is_what_was_done_in_it(elements: dict[str, Any], facts: list[str]) -> None:
    kinds = of("prior-resection", "resection", "biopsy", "laparotomy-biopsy-only", "laparotomy")
    assert sorted(kinds(told(procedure(**elements)))) == sorted(facts)


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        pytest.param("completed", ["resection present"], id="completed"),
        pytest.param("not-done", ["resection absent"], id="not done is said"),
        pytest.param("preparation", ["resection present pending"], id="planned"),
        pytest.param("in-progress", ["resection present pending"], id="in progress"),
        pytest.param("on-hold", ["resection present pending"], id="on hold"),
        pytest.param("stopped", ["resection suspected"], id="stopped: how far it went is not said"),
        pytest.param("unknown", ["resection suspected"], id="unknown"),
        pytest.param("entered-in-error", [], id="entered in error"),
    ],
)
def test_an_operation_counts_as_its_status_says(status: str, facts: list[str]) -> None:
    assert of("resection")(told(procedure({"text": "腹膜后肿瘤切除术"}, status=status))) == facts


def test_a_laparotomy_that_was_not_done_says_nothing_of_a_resection() -> None:
    assert of("prior-resection", "laparotomy-biopsy-only")(told(procedure(LAPAROTOMY, status="not-done"))) == []


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        pytest.param(concept(ICD_9, "92.24"), ["radiotherapy present"], id="given"),
        pytest.param(concept(ICD_9, "92.28"), ["radiotherapy suspected"], id="may be for benign disease"),
        pytest.param(concept(SNOMED, "108290001"), ["radiotherapy present"], id="by SNOMED CT"),
    ],
)
def test_radiotherapy_is_read_by_code(code: Any, facts: list[str]) -> None:
    assert told(procedure(code)) == facts


@pytest.mark.parametrize(
    ("elements", "when"),
    [
        pytest.param({}, "2023-02-03", id="a day"),
        pytest.param(
            {"performedDateTime": None, "performedPeriod": {"start": "2023-01-01", "end": "2023-01-02"}},
            "2023-01-02",
            id="the end of a period",
        ),
        pytest.param(
            {"performedDateTime": None, "performedPeriod": {"start": "2023-01-01"}}, "2023-01-01", id="its start"
        ),
        pytest.param({"performedDateTime": None}, None, id="undated"),
    ],
)
def test_an_operation_is_dated_by_when_it_was_done(elements: dict[str, Any], when: str | None) -> None:
    assert {fact.when for fact in read(procedure(BIOPSY, **elements)).facts} == {when}


CONSENT = resource(
    "Consent",
    "consent",
    status="active",
    scope={"text": "research"},
    category=[{"text": "NATARS"}],
    dateTime="2024-01-10",
)
ALLOCATION = resource(
    "ResearchSubject",
    "subject",
    status="on-study",
    study={"reference": "ResearchStudy/NCT05844813"},
    assignedArm="surgery-only",
    period={"start": "2024-01-15"},
)


@pytest.mark.parametrize(
    ("others", "day", "concepts"),
    [
        pytest.param([], "2024-02-01", ["prior-resection present"], id="without the trial it is history"),
        pytest.param([CONSENT, ALLOCATION], "2023-12-31", ["prior-resection present"], id="before the trial"),
        pytest.param([CONSENT, ALLOCATION], "2024-02-01", ["index-surgery present"], id="after allocation"),
        pytest.param(
            [CONSENT], "2024-02-01", ["index-surgery present"], id="after consent, where allocation is missing"
        ),
        pytest.param(
            [CONSENT, ALLOCATION], "2024-01-12", ["prior-resection present"], id="between consent and allocation"
        ),
        pytest.param([CONSENT, ALLOCATION], "2024", ["prior-resection present"], id="some time in that year"),
        pytest.param([ALLOCATION], None, ["prior-resection present"], id="undated"),
    ],
)
def test_a_resection_is_the_index_surgery_by_its_date(others: list[Any], day: str | None, concepts: list[str]) -> None:
    operation = procedure({"text": "腹膜后肿瘤切除术"}, performedDateTime=day)
    found = outcome(bundle(operation, *others), as_of=AS_OF)
    assert of("prior-resection", "index-surgery")(lines(found)) == concepts


def test_only_the_first_resection_in_the_trial_is_the_index_surgery() -> None:
    first = procedure({"text": "腹膜后肿瘤切除术"}, "first", performedDateTime="2024-02-01")
    second = procedure({"text": "腹膜后肿瘤切除术"}, "second", performedDateTime="2024-03-01")
    found = outcome(bundle(second, first, ALLOCATION))
    assert [fact.source.reference for fact in found.record.about("index-surgery")] == ["Procedure/first"]


def test_an_index_surgery_without_an_allocation_is_flagged() -> None:
    operation = procedure({"text": "腹膜后肿瘤切除术"}, performedDateTime="2024-02-01")
    (fact,) = outcome(bundle(operation, CONSENT)).record.about("index-surgery")
    assert fact.said("flag") == "allocation-missing"


def test_a_consent_in_doubt_makes_no_operation_the_trials_own() -> None:
    operation = procedure({"text": "腹膜后肿瘤切除术"}, performedDateTime="2024-02-01")
    doubtful = {**CONSENT, "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    assert outcome(bundle(operation, doubtful)).record.about("index-surgery") == ()


def test_the_words_that_tell_an_operation_are_where_the_evidence_says() -> None:
    """A name in a note is evidence from the note."""
    sent = procedure(None, note=[{"text": "一般情况可"}, {"text": "行腹膜后肿瘤切除术"}])
    assert {fact.path for fact in read(sent).facts if fact.concept == "resection"} == {"Procedure.note[1].text"}


@pytest.mark.parametrize(
    ("criterion", "code", "text", "note", "said"),
    [
        pytest.param("I-04", "54.4", "腹膜后肿瘤切除术", None, "no", id="a resection"),
        pytest.param("I-04", "54.4", "腹膜后肿物穿刺活检术", None, "unknown imprecise", id="a biopsy, by its name"),
        pytest.param(
            "I-04", "54.4", "腹膜后肿瘤切除术", "术中见无法切除，仅取活检", "unknown imprecise", id="not made"
        ),
        pytest.param("I-04", "54.4", "腹膜后肿瘤切除术", "因心功能差，手术取消", "unknown imprecise", id="called off"),
        pytest.param("I-04", None, "腹膜后肿瘤切除术知情谈话", None, "unknown imprecise", id="a talk of it"),
        pytest.param("I-04", None, "腹膜后肿瘤切除术术前评估", None, "unknown imprecise", id="before it"),
        pytest.param("I-06", "92.24", "电子直线加速器放疗", None, "no", id="radiotherapy"),
        pytest.param("I-06", "92.24", "骨密度检查", None, "unknown imprecise", id="another name"),
        pytest.param("I-06", "92.24", "放疗定位", None, "unknown imprecise", id="its planning"),
        pytest.param("I-06", "92.24", "放疗", "患者拒绝，未行。", "unknown imprecise", id="refused"),
        pytest.param("I-06", None, "放疗科会诊", None, "unknown imprecise", id="a consultation"),
        pytest.param("I-05", "99.25", "注射或输注癌瘤化疗物质", None, "no", id="chemotherapy"),
        pytest.param("I-05", "99.25", "多柔比星输注", None, "no", id="by the drug's name"),
        pytest.param("I-05", "99.25", "静脉输液", None, "unknown imprecise", id="an infusion"),
        pytest.param("I-05", "99.25", "化疗泵置入术", None, "unknown imprecise", id="a device for it"),
    ],
)
def test_an_operation_is_what_its_name_and_its_notes_say(
    criterion: str, code: str | None, text: str, note: str | None, said: str
) -> None:
    coding = concept(ICD_9, code) if code else {}
    notes = {"note": [{"text": note}]} if note else {}
    done = resource("Procedure", status="completed", code={**coding, "text": text}, performedDateTime="2023", **notes)
    assert short(found(criterion, done)) == said
