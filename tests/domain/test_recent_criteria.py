"""E-02, E-06, E-07, E-09 and the attested lines: windows, phases, and what only people say (clinical.md §2.0, §2.2)."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from tests.domain.trial_patients import ALLOCATED, OPERATED, ask, biopsy, drug, fact, grade, short

MI = "myocardial-infarction"


@pytest.mark.parametrize(
    ("criterion", "concept"), [("E-06b", MI), ("E-06c", "cerebral-infarction"), ("E-06d", "pulmonary-embolism")]
)
@pytest.mark.parametrize(
    ("when", "known", "expected"),
    [
        pytest.param("2024-06-15", None, "yes", id="today"),
        pytest.param("2023-12-15", None, "yes", id="six months ago to the day"),
        pytest.param("2023-12-14", None, "no", id="a day earlier"),
        pytest.param("2024-01", None, "yes", id="a month inside"),
        pytest.param("2023-12", None, "unknown imprecise", id="a month across the edge"),
        pytest.param("2023-11", None, "no", id="a month outside"),
        pytest.param("2023", None, "unknown imprecise", id="a year across the edge"),
        pytest.param(None, "2024-03-01", "unknown imprecise", id="recorded inside, onset not told"),
        pytest.param(None, "2023-12-01", "no", id="recorded before the window"),
        pytest.param(None, None, "unknown imprecise", id="undated"),
    ],
)
def test_an_event_counts_by_its_onset(
    study: Study, criterion: str, concept: str, when: str | None, known: str | None, expected: str
) -> None:
    assert short(ask(study, criterion, fact(concept, "present", when, known=known))) == expected


@pytest.mark.parametrize(
    ("end", "inside", "outside"),
    [
        (date(2023, 8, 31), "2023-02-28", "2023-02-27"),
        (date(2024, 8, 31), "2024-02-29", "2024-02-28"),
        (date(2024, 8, 29), "2024-02-29", "2024-02-28"),
        (date(2024, 12, 31), "2024-06-30", "2024-06-29"),
        (date(2024, 5, 30), "2023-11-30", "2023-10"),
    ],
)
def test_six_months_are_calendar_months_clamped_to_the_months_end(
    study: Study, end: date, inside: str, outside: str
) -> None:
    assert short(ask(study, "E-06b", fact(MI, "present", inside), as_of=end)) == "yes"
    assert short(ask(study, "E-06b", fact(MI, "present", outside), as_of=end)) == "no"


def test_a_month_that_touches_the_edge_by_one_day_is_not_sure(study: Study) -> None:
    found = ask(study, "E-06b", fact(MI, "present", "2023-11"), as_of=date(2024, 5, 30))
    assert short(found) == "unknown imprecise"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((fact(MI, "absent", "2024-06-01"),), "no", id="said to be absent"),
        pytest.param((fact(MI, "absent", "2023-12-15"),), "no", id="denied on the window's first day"),
        pytest.param((fact(MI, "absent"),), "no", id="said to be absent, undated"),
        pytest.param((fact(MI, "absent", "2022-01-01"),), "unknown silent", id="denied long ago"),
        pytest.param((fact(MI, "absent", "2023-12"),), "unknown imprecise", id="denied perhaps before the window"),
        pytest.param(
            (fact(MI, "absent", "2024-06-01"), fact(MI, "present", "2024-03-01")), "unknown conflicting", id="both said"
        ),
        pytest.param(
            (fact(MI, "absent", "2024-01-01"), fact(MI, "present", "2024-03-01")),
            "yes",
            id="happened since it was denied",
        ),
        pytest.param((fact(MI, "suspected", "2024-03-01"),), "unknown imprecise", id="suspected"),
        pytest.param((fact(MI, "present", "2024-03-01", standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param(
            (fact(MI, "present", "2024-03-01", old="yes"),), "unknown imprecise", id="code of an old infarction"
        ),
        pytest.param((fact(MI, "present", "2019", old="yes"),), "no", id="old infarction, dated before"),
        pytest.param((fact(MI, "present", "2019"), fact(MI, "present", "2024-03-01")), "yes", id="old and new"),
        pytest.param((ALLOCATED, fact(MI, "present", "2024-06-05")), "unknown silent", id="after allocation"),
        pytest.param((ALLOCATED, fact(MI, "present", "2023-12-02")), "yes", id="the window ends at allocation"),
        pytest.param(
            (fact("allocation", "neoadjuvant", "2024-06"), fact(MI, "present", "2023-12-10")),
            "unknown imprecise",
            id="month of allocation moves the edge",
        ),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_a_window_weighs_what_is_said_of_it(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-06b", *facts)) == expected


def diagnosed(concept: str, when: str | None, *, known: str | None = None, **said: str) -> Fact:
    """An event that a diagnosis dates; a form's answer has the day of the form alone."""
    return fact(concept, "present", when, known=known, method="diagnosis", reference="Condition/1", **said)


FORM = "2024-05-01"


@pytest.mark.parametrize(
    ("criterion", "concept"),
    [
        ("E-06b", MI),
        ("E-06c", "cerebral-infarction"),
        ("E-06d", "pulmonary-embolism"),
        ("E-07a", "severe-infection"),
        ("E-07b", "high-bleeding-surgery"),
    ],
)
@pytest.mark.parametrize(
    ("dated", "form", "expected"),
    [
        pytest.param((), "2024-06-01", "yes", id="a form alone"),
        pytest.param(("2022-03-01",), "2024-06-01", "unknown imprecise", id="a diagnosis of before the window"),
        pytest.param(("2024-06-03",), "2024-06-10", "yes", id="a diagnosis in the window"),
        pytest.param(("2022-03-01", "2024-06-03"), "2024-06-10", "yes", id="one before, one in the window"),
        pytest.param(("2024",), "2024-06-01", "unknown imprecise", id="a diagnosis of some day of the year"),
    ],
)
def test_a_forms_yes_beside_a_diagnosis_that_has_a_day(
    study: Study, criterion: str, concept: str, dated: tuple[str, ...], form: str, expected: str
) -> None:
    """Which event a yes means, it does not say: where none that is dated lies in the window, a person looks."""
    ends = {"2022-03-01": "2022-04", "2024": "2024"}
    facts = [diagnosed(concept, day, **({"ended": ends[day]} if day in ends else {})) for day in dated]
    found = ask(study, criterion, *facts, fact(concept, "present", form, reference="QuestionnaireResponse/1"))
    assert short(found) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            (diagnosed(MI, None, known="2015-01-01"), fact(MI, "present", FORM)),
            "unknown imprecise",
            id="on file for years",
        ),
        pytest.param((diagnosed(MI, None), fact(MI, "present", FORM)), "unknown imprecise", id="undated"),
        pytest.param(
            (diagnosed(MI, "2020-01-01"), fact(MI, "absent", FORM), fact(MI, "present", "2024-06-10")),
            "unknown imprecise",
            id="denied, then told",
        ),
        pytest.param(
            (diagnosed(MI, "2020-01-01"), fact(MI, "present", FORM), fact(MI, "absent", "2024-06-10")),
            "no",
            id="told, then denied",
        ),
        pytest.param((diagnosed(MI, "2020-01-01"), fact(MI, "absent", FORM)), "no", id="denied of late"),
    ],
)
def test_what_forms_say_of_an_event_that_is_on_file(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-06b", *facts)) == expected


def test_what_is_not_sure_shows_the_form_and_the_diagnosis(study: Study) -> None:
    told = (diagnosed(MI, "2020-01-01"), fact(MI, "present", FORM))
    assert set(ask(study, "E-06b", *told).facts) == set(told)


SEPSIS = "severe-infection"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((fact(SEPSIS, "present", "2024-04-10"),), "unknown needs-attestation", id="a form alone"),
        pytest.param(
            (diagnosed(SEPSIS, "2024-04-01", ended="2024-04-15"), fact(SEPSIS, "present", "2024-04-10")),
            "no",
            id="the infection that the form told of is over",
        ),
        pytest.param(
            (diagnosed(SEPSIS, "2024-04-01"), fact(SEPSIS, "present", "2024-04-10")),
            "unknown needs-attestation",
            id="it may last",
        ),
        pytest.param(
            (diagnosed(SEPSIS, "2023-04-01", ended="2023-04-15"), fact(SEPSIS, "present", "2024-04-10")),
            "unknown needs-attestation",
            id="the form told of another, a year later",
        ),
    ],
)
def test_an_infection_that_a_form_told_of_before_the_window(
    study: Study, facts: tuple[Fact, ...], expected: str
) -> None:
    assert short(ask(study, "E-07a", *facts)) == expected


@pytest.mark.parametrize(
    ("criterion", "concept", "key", "decides", "clears"),
    [
        ("E-06a", "myelosuppression", "course", "persistent", "recovered"),
        ("E-06e", "arrhythmia", "control", "uncontrolled", "controlled"),
    ],
)
def test_a_condition_that_may_last_needs_a_person_unless_its_state_is_told(
    study: Study, criterion: str, concept: str, key: str, decides: str, clears: str
) -> None:
    def told(when: str, **said: str) -> str:
        return short(ask(study, criterion, fact(concept, "present", when, **said)))

    assert told("2024-03-01") == "unknown needs-attestation"
    assert told("2020-03-01") == "unknown needs-attestation"
    assert told("2020-03-01", ended="2021-01-01") == "no"
    assert told("2024-03-01", **{key: decides}) == "yes"
    assert told("2024-03-01", **{key: clears}) == "no"
    assert short(ask(study, criterion, fact(concept, "absent", "2024-06-01"))) == "no"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((fact("severe-infection", "present", "2024-05-15"),), "yes", id="a month ago to the day"),
        pytest.param(
            (fact("severe-infection", "present", "2024-05-14"),), "unknown needs-attestation", id="may still last"
        ),
        pytest.param(
            (fact("severe-infection", "suspected", "2024-06-01"),), "unknown needs-attestation", id="pneumonia"
        ),
        pytest.param(
            (fact("severe-infection", "present", "2024-05-10", ended="2024-05-15"),), "yes", id="lasted into the month"
        ),
        pytest.param(
            (fact("severe-infection", "suspected", "2024-05-10", ended="2024-05-20"),),
            "unknown needs-attestation",
            id="pneumonia that lasted into the month",
        ),
        pytest.param(
            (fact("severe-infection", "present", "2024-05-10", ended="2024-05-14"),), "no", id="over before the month"
        ),
        pytest.param(
            (fact("severe-infection", "present", "2024-04-10", ended="2024-05"),),
            "unknown imprecise",
            id="over in a month across the edge",
        ),
        pytest.param((fact("severe-infection", "absent", "2024-06-01"),), "no", id="denied"),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_severe_infection_within_a_month(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-07a", *facts)) == expected


def operation(when: str, reference: str = "Procedure/9") -> Fact:
    return fact("surgery", "present", when, reference=reference)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((fact("high-bleeding-surgery", "present", "2024-06-01"),), "yes", id="attested"),
        pytest.param((fact("high-bleeding-surgery", "absent", "2024-06-01"),), "no", id="attested none"),
        pytest.param((operation("2024-06-01"),), "unknown needs-attestation", id="an operation of the month"),
        pytest.param((operation("2024-03-01"),), "unknown silent", id="an operation before"),
        pytest.param(
            (operation("2024-06-01"), fact("high-bleeding-surgery", "absent", "2024-06-02")),
            "no",
            id="weighed by a person",
        ),
        pytest.param(
            (operation("2024-06-05"), fact("high-bleeding-surgery", "absent", "2024-06-02")),
            "unknown needs-attestation",
            id="an operation after it was denied",
        ),
        pytest.param(
            (operation("2024-06-05"), fact("high-bleeding-surgery", "absent")), "no", id="denied, who knows when"
        ),
        pytest.param((OPERATED, operation("2024-06-10", "Procedure/index")), "unknown silent", id="the index surgery"),
        pytest.param(
            (fact("biopsy", "present", "2024-06-01", reference="Procedure/9"), operation("2024-06-01")),
            "unknown silent",
            id="a biopsy",
        ),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_operations_of_the_last_month_are_shown_to_a_person(
    study: Study, facts: tuple[Fact, ...], expected: str
) -> None:
    assert short(ask(study, "E-07b", *facts)) == expected


WOMAN, MAN = fact("sex", "female"), fact("sex", "male")


def coded(ended: str, concept: str = "pregnancy") -> Fact:
    """A diagnosis that was over on a day."""
    return fact(concept, "present", "2024-05-01", method="diagnosis", clinicalStatus="resolved", ended=ended)


def hcg(value: str, when: str, standing: str = "final") -> Fact:
    return fact("hcg", value, when, standing=standing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((MAN,), "no not-applicable", id="man"),
        pytest.param((MAN, WOMAN), "unknown silent", id="sexes disagree"),
        pytest.param((WOMAN,), "unknown silent", id="woman, nothing"),
        pytest.param((), "unknown silent", id="sex not known"),
        pytest.param((WOMAN, hcg("positive", "2024-06-14")), "yes", id="positive"),
        pytest.param((WOMAN, hcg("negative", "2024-06-08")), "no", id="negative, seven days"),
        pytest.param((WOMAN, hcg("negative", "2024-06-07")), "unknown silent", id="negative, eight days"),
        pytest.param((WOMAN, hcg("positive", "2024-06-01")), "unknown imprecise", id="positive two weeks ago"),
        pytest.param((WOMAN, hcg("positive", "2023-01-01")), "unknown silent", id="positive long ago"),
        pytest.param(
            (WOMAN, hcg("positive", "2024-06-01"), hcg("negative", "2024-06-14")), "no", id="the last test counts"
        ),
        pytest.param((WOMAN, hcg("negative", "2024-06-14", "pending")), "unknown pending", id="preliminary"),
        pytest.param((WOMAN, hcg("equivocal", "2024-06-14")), "unknown imprecise", id="in doubt"),
        pytest.param(
            (WOMAN, hcg("positive", "2024-06-10"), hcg("negative", "2024-06")),
            "unknown conflicting",
            id="which is newer?",
        ),
        pytest.param((WOMAN, coded("2024-06-10")), "unknown silent", id="a pregnancy that ended"),
        pytest.param((WOMAN, coded("2024-12-10")), "yes", id="a pregnancy that ended later"),
        pytest.param((WOMAN, coded("2024-06")), "unknown imprecise", id="a pregnancy that ends these days"),
        pytest.param((WOMAN, ALLOCATED, coded("2024-06-10")), "yes", id="a pregnancy that ended after the allocation"),
        pytest.param(
            (WOMAN, hcg("negative", "2024-06-10"), hcg("equivocal", "2024-06-14")),
            "unknown imprecise",
            id="negative, then in doubt",
        ),
        pytest.param((WOMAN, hcg("equivocal", "2024-05-14")), "unknown imprecise", id="in doubt a month ago"),
        pytest.param((WOMAN, hcg("pending", "2024-06-14")), "unknown pending", id="awaited"),
        pytest.param((WOMAN, hcg("pending", "2024-05-01")), "unknown silent", id="awaited, and long forgotten"),
        pytest.param(
            (WOMAN, hcg("positive", "2024-06-14"), hcg("negative", "2024-06-14")), "unknown conflicting", id="both"
        ),
        pytest.param((WOMAN, diagnosed("pregnancy", "2024-03-01")), "yes", id="recorded, onset within 42 weeks"),
        pytest.param((WOMAN, diagnosed("pregnancy", "2023-01-01")), "unknown imprecise", id="onset long ago"),
        pytest.param((WOMAN, fact("pregnancy", "present", "2024-06-10")), "yes", id="a form of this week"),
        pytest.param((WOMAN, fact("pregnancy", "present", "2024-03-01")), "unknown imprecise", id="a form of spring"),
        pytest.param((WOMAN, fact("pregnancy", "present", "2023-01-01")), "unknown silent", id="a form of long ago"),
        pytest.param(
            (WOMAN, fact("pregnancy", "present", "2024-03-01"), hcg("negative", "2024-06-14")),
            "no",
            id="a form of spring, a test of this week",
        ),
        pytest.param(
            (WOMAN, diagnosed("pregnancy", "2023-01-01"), fact("pregnancy", "present", "2024-06-10")),
            "unknown imprecise",
            id="a form of this week beside a pregnancy of long ago",
        ),
        pytest.param(
            (WOMAN, diagnosed("pregnancy", "2024-03-01"), fact("pregnancy", "present", "2024-06-10")),
            "yes",
            id="a form of this week beside one that lasts",
        ),
        pytest.param((WOMAN, fact("pregnancy", "present")), "unknown imprecise", id="undated"),
        pytest.param(
            (WOMAN, fact("pregnancy", "absent", "2020-01-01", cause="post-menopausal")),
            "no",
            id="post-menopausal, whenever",
        ),
        pytest.param((WOMAN, fact("pregnancy", "absent", "2024-06-12")), "no", id="denied this week"),
        pytest.param((WOMAN, fact("pregnancy", "absent", "2024-01-01")), "unknown silent", id="denied in winter"),
    ],
)
def test_pregnancy_as_of_now(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-09a", *facts)) == expected


def nursing(value: str, when: str) -> Fact:
    return fact("breastfeeding", value, when)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((MAN,), "no not-applicable", id="man"),
        pytest.param((WOMAN,), "unknown silent", id="nothing"),
        pytest.param((WOMAN, nursing("present", "2024-05-01")), "yes", id="does"),
        pytest.param((WOMAN, nursing("absent", "2024-05-01")), "no", id="does not"),
        pytest.param((WOMAN, nursing("present", "2024-03-01"), nursing("absent", "2024-06-01")), "no", id="weaned"),
        pytest.param((WOMAN, nursing("present", "2020-05-01")), "unknown imprecise", id="did long ago"),
        pytest.param((WOMAN, coded("2024-06-10", "breastfeeding")), "unknown silent", id="it ended"),
        pytest.param((WOMAN, coded("2024-12-10", "breastfeeding")), "yes", id="it ended later"),
    ],
)
def test_breastfeeding_as_of_now(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-09b", *facts)) == expected


ATTESTED = [
    ("I-15", "mdt-resectability", "yes", "no"),
    ("I-16", "organ-dysfunction", "absent", "present"),
    ("I-17", "treatment-tolerance", "yes", "no"),
    ("E-06f", "severe-contraindication", "present", "absent"),
    ("E-08", "organ-dysfunction", "present", "absent"),
    ("E-09c", "contraception", "unwilling", "willing"),
    ("E-10", "psychological-condition", "present", "absent"),
]


@pytest.mark.parametrize(("criterion", "concept", "yes", "no"), ATTESTED)
def test_only_people_answer_what_the_protocol_leaves_to_them(
    study: Study, criterion: str, concept: str, yes: str, no: str
) -> None:
    def said(*told: tuple[str, str]) -> str:
        return short(ask(study, criterion, *(fact(concept, value, when) for value, when in told)))

    assert said((yes, "2024-05-01")) == "yes"
    assert said((no, "2024-05-01")) == "no"
    assert said((yes, "2024-05-01"), (no, "2024-05-02")) == "no"
    assert said((yes, "2024-05-01"), (no, "2024-05-01")) == "unknown conflicting"
    assert said() == "unknown needs-attestation"
    assert short(ask(study, criterion, fact(concept, yes, standing="hedged"))) == "unknown needs-attestation"
    assert short(ask(study, criterion, ALLOCATED, fact(concept, yes, "2024-06-05"))) == "unknown needs-attestation"


def test_evidence_for_an_attestation_is_shown_and_does_not_decide(study: Study) -> None:
    coded = fact("psychological-condition", "suspected", "2024-01")
    found = ask(study, "E-10", coded)
    assert (short(found), found.facts) == ("unknown needs-attestation", (coded,))
    fit = fact("ecog", grade(1), "2024-05-01")
    assert ask(study, "I-17", fit).facts == (fit,)


def test_slight_and_recoverable_dysfunction_neither_bars_nor_fails(study: Study) -> None:
    slight = fact("organ-dysfunction", "recoverable", "2024-05-01")
    assert [short(ask(study, criterion, slight)) for criterion in ("I-16", "E-08")] == ["yes", "no"]


def specimen(kind: str, standing: str = "final") -> Fact:
    return fact("histology", kind, "2024-06-12", standing=standing, basis="tissue", specimen="resection")  # type: ignore[arg-type]


LOW = fact("fnclcc-grade", grade(1), "2024-06-12", specimen="resection")
DOSE = drug("doxorubicin", "chemotherapy", "anthracycline", when="2024-06-02")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((biopsy("WDLPS"),), "unknown not-yet", id="not operated"),
        pytest.param((OPERATED,), "unknown silent", id="operated, no report"),
        pytest.param((OPERATED, biopsy("WDLPS")), "unknown silent", id="a biopsy from before is not final"),
        pytest.param((OPERATED, specimen("WDLPS")), "yes", id="WDLPS"),
        pytest.param((OPERATED, specimen("OTHER")), "yes", id="another type"),
        pytest.param((OPERATED, specimen("LMS")), "no", id="LMS"),
        pytest.param((OPERATED, specimen("DDLPS"), specimen("WDLPS")), "no", id="both components"),
        pytest.param((OPERATED, specimen("LMS"), specimen("OTHER")), "unknown conflicting", id="reports disagree"),
        pytest.param((OPERATED, specimen("LMS"), specimen("UPS")), "no", id="eligible either way"),
        pytest.param((OPERATED, specimen("SARCOMA-NOS")), "unknown imprecise", id="untyped"),
        pytest.param(
            (OPERATED, specimen("NO-VIABLE-TUMOUR")), "unknown imprecise", id="no viable tumour is no other type"
        ),
        pytest.param((OPERATED, specimen("DDLPS", "pending")), "unknown pending", id="preliminary"),
        pytest.param((OPERATED, specimen("DDLPS"), LOW), "yes", id="grade 1 liposarcoma"),
        pytest.param((OPERATED, specimen("LMS"), LOW), "no", id="grade 1 leiomyosarcoma"),
        pytest.param(
            (ALLOCATED, DOSE, OPERATED, specimen("DDLPS"), LOW), "unknown imprecise", id="grade 1 after treatment"
        ),
        pytest.param((OPERATED, biopsy("OTHER", "2024-06-10")), "yes", id="tissue of the day of surgery"),
        pytest.param(
            (OPERATED, specimen("DDLPS"), fact("fnclcc-grade", grade(1, 2), "2024-06-12")),
            "unknown imprecise",
            id="liposarcoma of grade 1 or 2",
        ),
    ],
)
def test_final_pathology(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-02", *facts)) == expected


@pytest.mark.parametrize(
    ("facts", "composite", "expected"),
    [
        pytest.param((fact(MI, "present", "2024-03-01"),), "E-06", "yes", id="one part applies"),
        pytest.param((fact(MI, "absent", "2024-06-01"),), "E-06", "unknown needs-attestation", id="parts are open"),
        pytest.param((MAN, fact("contraception", "willing")), "E-09", "no", id="no part applies"),
        pytest.param((fact(MI, "present", "2023-12"),), "E-06", "unknown imprecise", id="the gravest reason"),
        pytest.param((), "E-07", "unknown silent", id="nothing"),
    ],
)
def test_a_composite_is_the_or_of_its_parts(
    study: Study, facts: tuple[Fact, ...], composite: str, expected: str
) -> None:
    assert short(ask(study, composite, *facts)) == expected
