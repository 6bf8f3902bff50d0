"""I-04 to I-08, I-14, I-19 and E-03 to E-05: what was before (clinical.md §2.1, §2.2)."""

from __future__ import annotations

import pytest

from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from tests.domain.trial_patients import ALLOCATED, OPERATED, ask, drug, fact, short

HISTORY = [
    ("I-04", "prior-resection"),
    ("I-06", "radiotherapy"),
    ("I-08", "second-malignancy"),
    ("I-14", "diaphragm-crossing"),
]


@pytest.mark.parametrize(("criterion", "concept"), HISTORY)
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param((("present", "2020-01", "final"),), "no", id="present"),
        pytest.param((("present", None, "final"),), "no", id="present, undated"),
        pytest.param((("absent", "2024-06-01", "final"),), "yes", id="said to be absent"),
        pytest.param((("suspected", "2020-01", "final"),), "unknown imprecise", id="suspected"),
        pytest.param((("present", "2020-01", "hedged"),), "unknown imprecise", id="with doubt"),
        pytest.param((("present", "2020-01", "pending"),), "unknown pending", id="preliminary"),
        pytest.param((("absent", "2024-06-01", "pending"),), "unknown pending", id="absent, preliminary"),
        pytest.param((), "unknown silent", id="nothing"),
        pytest.param(
            (("present", "2020-01", "final"), ("absent", "2024-06-01", "final")), "unknown conflicting", id="both said"
        ),
        pytest.param(
            (("absent", "2019-01", "final"), ("present", "2020-01", "final")), "no", id="present since it was denied"
        ),
        pytest.param(
            (("suspected", "2020-01", "final"), ("absent", "2024-06-01", "final")), "yes", id="suspicion settled later"
        ),
        pytest.param(
            (("absent", "2019-01", "final"), ("suspected", "2020-01", "final")),
            "unknown imprecise",
            id="suspected since",
        ),
        pytest.param(
            (("absent", "2020-01-01", "final"), ("suspected", "2020-01-01", "final")),
            "yes",
            id="settled on the same day",
        ),
    ],
)
def test_history_is_decided_by_what_is_said_and_never_by_silence(
    study: Study, criterion: str, concept: str, told: tuple[tuple[str, str | None, str], ...], expected: str
) -> None:
    facts = [fact(concept, value, when, standing=standing) for value, when, standing in told]  # type: ignore[arg-type]
    assert short(ask(study, criterion, *facts)) == expected


@pytest.mark.parametrize(("criterion", "concept"), HISTORY)
def test_what_began_after_enrolment_is_no_history(study: Study, criterion: str, concept: str) -> None:
    assert short(ask(study, criterion, ALLOCATED, fact(concept, "present", "2024-06-05"))) == "unknown silent"
    assert short(ask(study, criterion, ALLOCATED, fact(concept, "present", "2024-06"))) == "unknown imprecise"
    assert short(ask(study, criterion, ALLOCATED, fact(concept, "present", "2024-05"))) == "no"


BIOPSY_ONLY = fact("laparotomy-biopsy-only", "present", "2024-02-03")


@pytest.mark.parametrize(
    ("facts", "expected", "key"),
    [
        pytest.param((BIOPSY_ONLY,), "yes", "presence.excused", id="biopsy only"),
        pytest.param(
            (BIOPSY_ONLY, fact("prior-resection", "suspected", "2024-02-03", origin="laparotomy")),
            "yes",
            "presence.excused",
            id="the same laparotomy",
        ),
        pytest.param(
            (BIOPSY_ONLY, fact("prior-resection", "suspected", "2021-02-03", origin="laparotomy")),
            "unknown imprecise",
            "presence.laparotomy",
            id="another laparotomy",
        ),
        pytest.param(
            (BIOPSY_ONLY, fact("prior-resection", "present", "2021-02-03")), "no", "presence.yes", id="and a resection"
        ),
        pytest.param(
            (fact("prior-resection", "suspected", "2021"),), "unknown imprecise", "presence.imprecise", id="a bare code"
        ),
    ],
)
def test_a_laparotomy_with_biopsy_only_is_no_resection(
    study: Study, facts: tuple[Fact, ...], expected: str, key: str
) -> None:
    found = ask(study, "I-04", *facts)
    assert (short(found), found.sentence.key) == (expected, key)


DOXORUBICIN = drug("doxorubicin", "chemotherapy", "anthracycline")
IFOSFAMIDE = drug("ifosfamide", "chemotherapy", "ifosfamide")
ANLOTINIB = drug("anlotinib", "targeted")
GEMCITABINE = drug("gemcitabine", "chemotherapy")
PD1 = drug("pembrolizumab", "immunotherapy")


@pytest.mark.parametrize(
    ("facts", "chemotherapy", "targeted", "listed"),
    [
        pytest.param((DOXORUBICIN,), "no", "unknown silent", "yes", id="an anthracycline"),
        pytest.param((IFOSFAMIDE,), "no", "unknown silent", "yes", id="ifosfamide"),
        pytest.param((ANLOTINIB,), "unknown silent", "no", "yes", id="anlotinib"),
        pytest.param((GEMCITABINE,), "no", "unknown silent", "unknown silent", id="gemcitabine is not listed"),
        pytest.param(
            (PD1,), "unknown silent", "unknown needs-attestation", "unknown needs-attestation", id="a PD-1 antibody"
        ),
        pytest.param(
            (drug("mitoxantrone", "chemotherapy", "anthracenedione"),),
            "no",
            "unknown silent",
            "unknown needs-attestation",
            id="mitoxantrone",
        ),
        pytest.param((drug("mesna", "supportive"),), *["unknown silent"] * 3, id="mesna is no treatment"),
        pytest.param((drug("trial-drug"),), *["unknown imprecise"] * 3, id="a drug of no known class"),
        pytest.param(
            (drug("doxorubicin", "chemotherapy", "anthracycline", given="requested"),),
            "unknown imprecise",
            "unknown silent",
            "unknown imprecise",
            id="requested only",
        ),
        pytest.param(
            (drug("doxorubicin", "chemotherapy", "anthracycline", given="not-given"),),
            *["unknown silent"] * 3,
            id="this one not given",
        ),
        pytest.param((drug("none"),), "yes", "yes", "no", id="none ever"),
        pytest.param((drug("none", "chemotherapy"),), "yes", "unknown silent", "unknown silent", id="no chemotherapy"),
        pytest.param(
            (drug("none", "chemotherapy"), drug("none", "targeted")), "yes", "yes", "no", id="neither of both"
        ),
        pytest.param(
            (drug("none", when="2024-06-01"), DOXORUBICIN),
            "unknown conflicting",
            "yes",
            "unknown conflicting",
            id="none, yet one",
        ),
        pytest.param((), *["unknown silent"] * 3, id="nothing"),
    ],
)
def test_drugs_ever_given(study: Study, facts: tuple[Fact, ...], chemotherapy: str, targeted: str, listed: str) -> None:
    assert [short(ask(study, criterion, *facts)) for criterion in ("I-05", "I-07", "E-05")] == [
        chemotherapy,
        targeted,
        listed,
    ]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-05-31", "yes"),
        ("2024-06-01", "unknown silent"),
        ("2024-06-05", "unknown silent"),
        ("2024-06", "unknown silent"),
        ("2024", "unknown imprecise"),
        (None, "unknown imprecise"),
        ("2024-05", "yes"),
    ],
)
def test_the_trials_own_treatment_is_never_prior_treatment(study: Study, when: str | None, expected: str) -> None:
    given = drug("doxorubicin", "chemotherapy", "anthracycline", when=when)
    assert short(ask(study, "E-05", ALLOCATED, given)) == expected


def test_a_month_that_ends_with_the_day_of_allocation_may_hold_either_treatment(study: Study) -> None:
    given = drug("doxorubicin", "chemotherapy", "anthracycline", when="2024-04")
    found = ask(study, "E-05", fact("allocation", "neoadjuvant", "2024-04-30"), given)
    assert short(found) == "unknown imprecise"


def test_a_preliminary_record_of_a_drug_does_not_decide(study: Study) -> None:
    early = fact("antineoplastic-drug", "doxorubicin", "2024-01", standing="pending", **{"class": ("chemotherapy",)})
    assert short(ask(study, "I-05", early)) == "unknown pending"


def metastasis(value: str, when: str = "2024-05-01", **said: str) -> Fact:
    return fact("metastasis", value, when, **said)


def staged(value: str, when: str = "2024-05-02") -> Fact:
    return fact("distant-metastasis-category", value, when)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((metastasis("present", method="pathology"),), "yes", id="pathology"),
        pytest.param((metastasis("present", method="diagnosis"),), "yes", id="a confirmed diagnosis"),
        pytest.param((metastasis("present", method="mdt"),), "yes", id="the MDT concludes it"),
        pytest.param((metastasis("present"),), "yes", id="stated"),
        pytest.param((staged("cM1"),), "yes", id="cM1"),
        pytest.param((staged("pM1"),), "yes", id="pM1"),
        pytest.param((staged("cM0"),), "no", id="cM0"),
        pytest.param((staged("MX"),), "unknown silent", id="MX"),
        pytest.param((metastasis("absent", method="mdt"),), "no", id="the MDT excludes it"),
        pytest.param(
            (metastasis("absent", method="imaging"),), "unknown needs-attestation", id="imaging clear, no MDT"
        ),
        pytest.param(
            (metastasis("absent", method="imaging"), metastasis("absent", method="mdt")), "no", id="imaging and MDT"
        ),
        pytest.param((metastasis("absent", method="diagnosis"),), "unknown needs-attestation", id="one site refuted"),
        pytest.param((metastasis("suspected", method="imaging"),), "unknown imprecise", id="suspicious lesion"),
        pytest.param((fact("metastasis", "present", standing="pending"),), "unknown pending", id="preliminary"),
        pytest.param((metastasis("present", method="imaging"),), "unknown imprecise", id="shown by imaging, no MDT"),
        pytest.param((metastasis("suspected", method="imaging"), staged("cM0")), "no", id="suspicion settled"),
        pytest.param(
            (metastasis("suspected", "2024-05-20", method="imaging"), staged("cM0")),
            "unknown imprecise",
            id="suspected since",
        ),
        pytest.param((staged("cM0"), staged("cM1", "2024-05-20")), "yes", id="restaged"),
        pytest.param((staged("cM0"), staged("cM1")), "unknown conflicting", id="staged both ways"),
        pytest.param(
            (ALLOCATED, metastasis("present", "2024-06-10", method="pathology")), "unknown silent", id="later"
        ),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_metastasis(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "E-04", *facts)) == expected


def crossing(value: str, when: str) -> Fact:
    return fact("diaphragm-crossing", value, when)


@pytest.mark.parametrize(
    ("facts", "expected", "key"),
    [
        pytest.param(
            (crossing("absent", "2024-05-01"),), "no", "surgery.so-far", id="imaging denies it, before surgery"
        ),
        pytest.param(
            (crossing("absent", "2024-05-01"), OPERATED), "no", "presence.no", id="imaging denies it, operated"
        ),
        pytest.param((crossing("present", "2024-05-01"),), "yes", "presence.yes", id="imaging shows it"),
        pytest.param(
            (crossing("absent", "2024-05-01"), OPERATED, crossing("present", "2024-06-10")),
            "yes",
            "presence.yes",
            id="found at surgery",
        ),
        pytest.param((), "unknown silent", "presence.silent", id="nothing"),
    ],
)
def test_protrusion_is_asked_before_and_at_surgery(
    study: Study, facts: tuple[Fact, ...], expected: str, key: str
) -> None:
    found = ask(study, "E-03", *facts)
    assert (short(found), found.sentence.key) == (expected, key)


def test_what_surgery_finds_does_not_reach_back_to_inclusion(study: Study) -> None:
    facts = (crossing("absent", "2024-05-01"), OPERATED, crossing("present", "2024-06-11"))
    assert short(ask(study, "I-14", *facts)) == "yes"


SECOND = "second-malignancy"


def in_situ() -> Fact:
    return fact(SECOND, "suspected", "2015-03-01", behaviour="in-situ", method="diagnosis")


def given(**said: str) -> Fact:
    """A signature; ``ended`` is the last day on which it stands."""
    return fact("consent", "given", "2024-05-25", **said)


def withdrawn(when: str = "2024-05-25", **said: str) -> Fact:
    """A signature that does not stand any more; ``ended`` is the day on which it was withdrawn."""
    return fact("consent", "withdrawn", when, **said)


def consent(value: str, when: str | None = "2024-05-25", standing: str = "final") -> Fact:
    return fact("consent", value, when, standing=standing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((consent("given"),), "yes", id="given"),
        pytest.param((consent("given"), ALLOCATED), "yes", id="given before allocation"),
        pytest.param((consent("given", "2024-06-01"), ALLOCATED), "yes", id="given on the day of allocation"),
        pytest.param((consent("given", "2024-06-02"), ALLOCATED), "no", id="given after allocation"),
        pytest.param((consent("given", "2024-06-12"), OPERATED), "no", id="given after surgery"),
        pytest.param(
            (consent("given", "2024-06"), ALLOCATED), "unknown imprecise", id="given in the month of allocation"
        ),
        pytest.param((consent("given", None),), "unknown imprecise", id="given, undated"),
        pytest.param((consent("refused"),), "no", id="refused"),
        pytest.param((consent("given"), consent("withdrawn", "2024-05-28")), "no", id="withdrawn before allocation"),
        pytest.param((consent("given"), ALLOCATED, consent("withdrawn", "2024-06-08")), "yes", id="withdrawn after it"),
        pytest.param((given(ended="2030-01-01"),), "yes", id="it stands for years"),
        pytest.param((given(ended="2024-05-30"),), "unknown imprecise", id="it stood for some days"),
        pytest.param((given(ended="2024-05-30"), ALLOCATED), "unknown imprecise", id="it ran out before allocation"),
        pytest.param((given(ended="2024-06-08"), ALLOCATED), "yes", id="it ran out after allocation"),
        pytest.param((withdrawn(),), "no", id="withdrawn, not allocated"),
        pytest.param((withdrawn(ended="2024-06-08"),), "no", id="withdrawn on a day, not allocated"),
        pytest.param((withdrawn(), ALLOCATED), "unknown imprecise", id="signed before allocation, withdrawn some day"),
        pytest.param((withdrawn(ended="2024-06-08"), ALLOCATED), "yes", id="signed before, withdrawn after allocation"),
        pytest.param((withdrawn(ended="2024-05-30"), ALLOCATED), "no", id="signed and withdrawn before allocation"),
        pytest.param((withdrawn(ended="2024-06-01"), ALLOCATED), "unknown imprecise", id="withdrawn on that very day"),
        pytest.param((withdrawn(ended="2024-06"), ALLOCATED), "unknown imprecise", id="withdrawn in that month"),
        pytest.param(
            (withdrawn(ended="2027-12-31"), ALLOCATED), "unknown imprecise", id="an end to come is no withdrawal"
        ),
        pytest.param(
            (withdrawn("2024-06-03", ended="2024-06-08"), ALLOCATED), "no", id="signed after allocation, and withdrawn"
        ),
        pytest.param(
            (withdrawn("2024-05-20", ended="2024-05-25"), consent("given"), ALLOCATED), "yes", id="signed anew"
        ),
        pytest.param((consent("refused"), consent("given", "2024-05-28")), "yes", id="given at last"),
        pytest.param((consent("refused"), consent("given")), "unknown conflicting", id="both on one day"),
        pytest.param((consent("proposed"),), "unknown pending", id="proposed"),
        pytest.param((consent("given", standing="hedged"),), "unknown imprecise", id="with doubt"),
        pytest.param((), "unknown silent", id="nothing"),
    ],
)
def test_consent_is_signed_before_the_trial_begins(study: Study, facts: tuple[Fact, ...], expected: str) -> None:
    assert short(ask(study, "I-19", *facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param((in_situ(),), "unknown imprecise", id="in situ"),
        pytest.param((in_situ(), fact(SECOND, "absent", "2024-06-01")), "unknown imprecise", id="a form denies later"),
        pytest.param(
            (in_situ(), fact(SECOND, "suspected", "2016"), fact(SECOND, "absent", "2024-06-01")),
            "unknown imprecise",
            id="a form settles another suspicion, and not this",
        ),
        pytest.param((in_situ(), fact(SECOND, "present", "2020")), "no", id="an invasive one besides"),
    ],
)
def test_no_form_settles_what_a_carcinoma_in_situ_counts_for(
    study: Study, facts: tuple[Fact, ...], expected: str
) -> None:
    """Whether it is a malignancy is the protocol's question (I-08): whoever denies malignancies may not mean it."""
    assert short(ask(study, "I-08", *facts)) == expected
