"""Patients of the trial as tests need them: short ways to write facts, and one whom nothing bars."""

from __future__ import annotations

import string
from datetime import date

from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.phrases import PHRASES
from natars_fhir.domain.record import Fact, Patient, Record, Source, Standing, detail
from natars_fhir.domain.screening import screen
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Study

AS_OF = date(2024, 6, 15)
PATIENT = Patient("hospital-a", "Patient/1")
Said = str | Number | tuple[str, ...]


def fact(
    concept: str,
    value: str | Number,
    when: str | None = None,
    *,
    standing: Standing = "final",
    known: str | None = None,
    reference: str = "",
    **said: Said,
) -> Fact:
    source = Source("hospital-a", reference or f"Observation/{concept}")
    return Fact(concept, value, when, source, "Observation.value", standing, known, detail=detail(**said))


def cm(low: str, high: str | None = None) -> Number:
    return Interval(*(number(low).low, number(high or low).low), unit="cm")  # type: ignore[arg-type]


def grade(low: int, high: int | None = None) -> Number:
    return Interval(number(low).low, number(high or low).low)


def biopsy(kind: str, when: str | None = "2024-05-20", **said: Said) -> Fact:
    return fact("histology", kind, when, basis="tissue", **said)


def drug(
    name: str, *classes: str, given: str = "given", when: str | None = "2024-01-10", known: str | None = None
) -> Fact:
    return fact("antineoplastic-drug", name, when, known=known, given=given, **{"class": classes} if classes else {})


ALLOCATED = fact("allocation", "neoadjuvant", "2024-06-01")
OPERATED = fact("index-surgery", "present", "2024-06-10", reference="Procedure/index")

#: Everything that the data can say, said in the patient's favour.
CANDIDATE: tuple[Fact, ...] = (
    fact("birth-date", "1965-03-02"),
    fact("sex", "male"),
    fact("consent", "given", "2024-06-01"),
    biopsy("DDLPS"),
    fact("primary-site", "retroperitoneum", "2024-05-20"),
    fact("ihc-mdm2", "positive", "2024-05-20"),
    fact("ihc-cdk4", "positive", "2024-05-20"),
    fact("fnclcc-grade", grade(2), "2024-06-02"),
    fact("tumour-size", cm("18"), "2024-05-10", method="imaging"),
    fact("asa-class", number(2), "2024-06-03"),
)


def record(*facts: Fact) -> Record:
    return Record(PATIENT, facts)


def ask(study: Study, criterion: str, *facts: Fact, as_of: date = AS_OF) -> Finding:
    """The finding of one criterion; its sentence is proven sayable on the way."""
    screening = screen(record(*facts), study, as_of)
    found = next(finding for one, finding in screening.findings if one.id == criterion)
    prove_sayable(found.sentence)
    return found


def prove_sayable(sentence: Sentence) -> None:
    """Both languages have the phrase, use every fill, and leave nothing unsaid."""
    for language in ("en", "zh"):
        used = {int(name) for _, name, _, _ in string.Formatter().parse(PHRASES[language][sentence.key]) if name}
        assert used == set(range(len(sentence.fills))), sentence
        assert render(sentence, language)
    for fill in sentence.fills:
        for each in fill if isinstance(fill, tuple) else (fill,):
            if isinstance(each, Sentence):
                prove_sayable(each)


def short(found: Finding) -> str:
    """``unknown imprecise``, ``yes``, ``no not-applicable``."""
    return f"{found.answer.word} {found.reason or ''}".strip()
