"""Laws of every record: knowing more never turns a yes into a no, order is nothing, the verdict is the fold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.interval import Interval, days
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.screening import bars, screen, verdict
from natars_fhir.domain.study import Study
from tests.domain.trial_patients import AS_OF, PATIENT, fact, prove_sayable, short

PRESENCE = ("present", "absent", "suspected")
WORDS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "consent": ("given", "refused", "withdrawn", "proposed"),
    "allocation": ("neoadjuvant",),
    "index-surgery": ("present",),
    "histology": ("DDLPS", "WDLPS", "LMS", "UPS", "SFT", "OTHER", "SARCOMA-NOS"),
    "primary-site": ("retroperitoneum", "gi-tract", "abdomen-pelvis-nos"),
    "ihc-mdm2": ("positive", "negative", "equivocal", "not-done", "pending"),
    "ihc-cdk4": ("positive", "negative", "equivocal", "not-done", "pending"),
    "fish-mdm2": ("amplified", "not-amplified", "failed", "pending"),
    "prior-resection": PRESENCE,
    "laparotomy-biopsy-only": ("present",),
    "radiotherapy": PRESENCE,
    "antineoplastic-drug": ("doxorubicin", "none"),
    "second-malignancy": PRESENCE,
    "diaphragm-crossing": PRESENCE,
    "metastasis": PRESENCE,
    "distant-metastasis-category": ("cM0", "cM1", "MX"),
    "myocardial-infarction": PRESENCE,
    "arrhythmia": PRESENCE,
    "severe-infection": PRESENCE,
    "surgery": ("present",),
    "hcg": ("positive", "negative"),
    "pregnancy": PRESENCE,
    "breastfeeding": PRESENCE,
    "mdt-resectability": ("yes", "no"),
    "organ-dysfunction": ("present", "absent", "recoverable"),
    "cerebral-infarction": PRESENCE,
    "pulmonary-embolism": PRESENCE,
    "myelosuppression": PRESENCE,
    "high-bleeding-surgery": PRESENCE,
    "severe-contraindication": PRESENCE,
    "psychological-condition": PRESENCE,
    "contraception": ("willing", "unwilling", "not-needed"),
    "treatment-tolerance": ("yes", "no"),
    "neoadjuvant-cycle": ("1", "2"),
    "histologic-grade": ("high", "low"),
}
#: Details that some rules read.
DETAILS: dict[str, tuple[dict[str, object], ...]] = {
    "antineoplastic-drug": (
        {"class": ("chemotherapy", "anthracycline"), "given": "given"},
        {"class": ("chemotherapy", "anthracycline"), "given": "requested"},
        {"class": ("immunotherapy",), "given": "given"},
    ),
    "histology": ({"basis": "tissue"}, {"basis": "tissue", "specimen": "resection"}, {"basis": "imaging"}),
    "metastasis": ({"method": "imaging"}, {"method": "mdt"}, {}),
    "arrhythmia": ({"control": "uncontrolled"}, {"control": "controlled"}, {}),
    "myelosuppression": ({"course": "persistent"}, {"course": "recovered"}, {}),
    "second-malignancy": ({"behaviour": "in-situ"}, {}),
    "severe-infection": ({"ended": "2024-05-01"}, {}),
    "pregnancy": ({"cause": "hysterectomy"}, {}),
}
NUMBERS = {
    "fnclcc-grade": (1, 3, ""),
    "tumour-size": (1, 20, "cm"),
    "asa-class": (1, 6, ""),
    "necrosis-percent": (0, 40, "%"),
    "mitoses-per-10hpf": (0, 12, "{mitoses}/10.[HPF]"),
    "mdm2-cep12-ratio": (1, 9, "1"),
    "ecog": (0, 5, ""),
}

years = st.sampled_from(["2023", "2024"])
months = st.sampled_from(["2023-12", "2024-01", "2024-05", "2024-06"])
a_day = st.dates(date(2023, 11, 1), date(2024, 6, 20)).map(date.isoformat)
whens = st.one_of(st.none(), years, months, a_day)
standings = st.sampled_from(["final", "final", "final", "pending", "hedged"])


@st.composite
def words(draw: st.DrawFn) -> Fact:
    concept = draw(st.sampled_from(sorted(WORDS)))
    value = draw(st.sampled_from(WORDS[concept]))
    said = draw(st.sampled_from(DETAILS.get(concept, ({},)))) if value not in ("none", "absent") else {}
    known = draw(st.one_of(st.none(), a_day))
    return fact(concept, value, draw(whens), standing=draw(standings), known=known, **said)  # type: ignore[arg-type]


@st.composite
def numbers(draw: st.DrawFn) -> Fact:
    concept = draw(st.sampled_from(sorted(NUMBERS)))
    least, most, unit = NUMBERS[concept]
    low = draw(st.integers(least, most))
    high = draw(st.integers(low, most))
    return fact(concept, Interval(Decimal(low), Decimal(high), unit=unit), draw(whens), standing=draw(standings))


births = st.sampled_from(["1948", "1948-06", "1949", "2006", "2006-06", "1970-01-01"]).map(
    lambda text: fact("birth-date", text)
)
facts = st.lists(st.one_of(words(), words(), numbers(), births), max_size=7).map(tuple)


def narrower(draw: st.DrawFn, one: Fact) -> Fact:
    """The same fact, known more exactly."""
    if isinstance(one.value, Interval) and one.value.low is not None and one.value.high is not None:
        point = Decimal(draw(st.integers(int(one.value.low), int(one.value.high))))
        one = one._replace(value=Interval(point, point, unit=one.value.unit))
    if one.concept == "birth-date":
        return one._replace(value=exacter(draw, str(one.value)))
    return one._replace(when=exacter(draw, one.when)) if one.when else one


def exacter(draw: st.DrawFn, text: str) -> str:
    if len(text) == 4:
        text = f"{text}-{draw(st.integers(1, 12)):02d}"
    return f"{text}-{draw(st.integers(1, 28)):02d}" if len(text) == 7 else text


@st.composite
def narrowed(draw: st.DrawFn) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    before = draw(facts)
    return before, tuple(narrower(draw, one) for one in before)


def answers(study: Study, told: tuple[Fact, ...]) -> dict[str, Answer]:
    return {one.id: found.answer for one, found in screen(Record(PATIENT, told), study, AS_OF).findings}


@settings(max_examples=300, deadline=None)
@given(pair=narrowed())
def test_knowing_a_date_or_a_number_more_exactly_never_flips_an_answer(
    study: Study, pair: tuple[tuple[Fact, ...], tuple[Fact, ...]]
) -> None:
    before, after = (Record(PATIENT, told).known_by(AS_OF).facts for told in pair)
    if len(before) != len(after):  # what turns out to lie after the day asked for was never known
        return
    first, then = answers(study, before), answers(study, after)
    flipped = {key for key, answer in first.items() if answer is not Answer.UNKNOWN and then[key] is ~answer}
    assert not flipped


def test_a_laparotomy_does_not_explain_a_resection_of_the_same_year_away(study: Study) -> None:
    """Found by the law above: I-04 was yes while only the year was known, and no with the day."""

    def told(year: str, month: str) -> tuple[Fact, ...]:
        return (
            fact("allocation", "neoadjuvant"),
            fact("allocation", "neoadjuvant", month),
            fact("laparotomy-biopsy-only", "present", month),
            fact("prior-resection", "present", year),
        )

    assert answers(study, told("2023", "2023-12"))["I-04"] is Answer.UNKNOWN
    assert answers(study, told("2023-01-01", "2023-12-01"))["I-04"] is Answer.NO


@settings(max_examples=150, deadline=None)
@given(told=facts, data=st.data())
def test_the_order_of_facts_says_nothing(study: Study, told: tuple[Fact, ...], data: st.DataObject) -> None:
    shuffled = tuple(data.draw(st.permutations(told)))
    one, other = (screen(Record(PATIENT, each), study, AS_OF) for each in (told, shuffled))
    for (criterion, found), (_, again) in zip(one.findings, other.findings, strict=True):
        assert short(found) == short(again), criterion.id
        assert sorted(map(repr, found.facts)) == sorted(map(repr, again.facts))
    assert (one.verdict, one.reference, one.in_scope) == (other.verdict, other.reference, other.in_scope)


@settings(max_examples=150, deadline=None)
@given(told=facts)
def test_the_verdict_is_the_fold_of_the_leaves(study: Study, told: tuple[Fact, ...]) -> None:
    screening = screen(Record(PATIENT, told), study, AS_OF)
    leaves = [(one, found) for one, found in screening.findings if not one.parts and not one.advisory]
    barred = any(bars(one, found) for one, found in leaves)
    assert (screening.verdict == "ineligible") is barred
    assert verdict(leaves) == screening.verdict
    for _, found in screening.findings:
        assert (found.answer is Answer.UNKNOWN) is (found.reason not in (None, "not-applicable"))
        assert set(found.facts) <= set(told)
        prove_sayable(found.sentence)


@settings(max_examples=100, deadline=None)
@given(told=facts, on=st.dates(date(2023, 12, 1), date(2024, 6, 15)))
def test_what_is_known_later_does_not_count(study: Study, told: tuple[Fact, ...], on: date) -> None:
    record = Record(PATIENT, told)
    assert screen(record, study, on) == screen(record.known_by(on), study, on)


@settings(max_examples=150, deadline=None)
@given(told=facts, again_=st.lists(st.integers(0, 6), max_size=4))
def test_a_fact_that_is_told_twice_says_nothing_more(study: Study, told: tuple[Fact, ...], again_: list[int]) -> None:
    twice = (*told, *(told[number] for number in again_ if number < len(told)))
    assert answers(study, twice) == answers(study, told)


@settings(max_examples=100, deadline=None)
@given(told=facts)
def test_asking_again_gives_the_same(study: Study, told: tuple[Fact, ...]) -> None:
    one, other = (screen(Record(PATIENT, told), study, AS_OF) for _ in range(2))
    assert one == other


def _later(one: Fact, on: date) -> bool:
    """Is it certainly of a later day?"""
    return any(said and (days(said).low or date.min) > on for said in (one.when, one.known))


@settings(max_examples=200, deadline=None)
@given(told=facts, news=facts, on=st.dates(date(2023, 12, 1), date(2024, 6, 15)))
def test_what_is_dated_later_than_the_day_asked_for_changes_no_answer(
    study: Study, told: tuple[Fact, ...], news: tuple[Fact, ...], on: date
) -> None:
    later = tuple(one for one in news if _later(one, on))
    without, beside = (screen(Record(PATIENT, each), study, on) for each in (told, told + later))
    assert [(c.id, short(f)) for c, f in beside.findings] == [(c.id, short(f)) for c, f in without.findings]
    assert (beside.verdict, beside.reference, beside.phase) == (without.verdict, without.reference, without.phase)
