"""One trial, one hospital and its patients, as the emitters are told of them."""

from __future__ import annotations

from datetime import date

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening import Screening, Verdict
from natars_fhir.domain.study import Arm, Centre, Criterion, Study
from natars_fhir.emit import Emission

BASE = "https://trial.example.org/fhir"
KEY = bytes(range(32))
MRN = "urn:oid:1.2.3.4"
NEOADJUVANT = Arm("neoadjuvant", "The Neoadjuvant Therapy Group", "Experimental", "Three cycles, then surgery")
SURGERY = Arm("surgery-only", "The Surgery only Group", "Active Comparator", "Surgery")

STUDY = Study(
    id="natars",
    registry_id="NCT05844813",
    acronym="NATARS",
    title="Neoadjuvant Chemotherapy Combined With Targeted Treatment in High-risk Retroperitoneal Sarcoma",
    description="Is progression-free survival longer?",
    phase="Phase 4",
    sponsor="Peking University International Hospital",
    enrolment=102,
    start="2022-11-01",
    end="2027-11-01",
    primary_completion="2025-11-01",
    status_note="Enrolling by invitation",
    condition="Retroperitoneal Sarcoma",
    arms=(NEOADJUVANT, SURGERY),
    centres=(
        Centre("Peking University International Hospital", "Beijing"),
        Centre("Beijing Friendship Hospital", "Beijing"),
    ),
    objectives=(("primary", "Progression-free survival"), ("secondary", "Overall survival")),
    outcomes=(("primary", "3-year PFS", "From surgery to progression or death"), ("other", "Cost", "")),
    criteria=(),
    scope=lambda record: bool(record.facts),
    purpose="treatment",
    design=(("SEVCO:01005", "Non-randomized assignment"),),
)

PATIENT = Patient("hospital-a", "Patient/40017", ((MRN, "0040017"), ("urn:other", "7")))

_ANSWERS = {"candidate": Answer.YES, "undetermined": Answer.UNKNOWN, "ineligible": Answer.NO}


def screening(verdict: Verdict = "candidate", patient: Patient = PATIENT, in_scope: bool = True) -> Screening:
    """A screening of one criterion that gives this verdict."""
    finding = Finding(_ANSWERS[verdict], None, Sentence("age"))
    criterion = Criterion("I-01", "inclusion", "data", {"en": "Age"}, rule=lambda asked: finding)
    day = date(2024, 6, 15)
    made = Screening(patient, STUDY.id, day, day, in_scope, ((criterion, finding),))
    assert made.verdict == verdict
    return made


def emission(**said: object) -> Emission:
    """What the emitters are told; any of it may be said otherwise."""
    usual = {
        "screening": screening(),
        "study": STUDY,
        "site_id": "hospital-a",
        "site_title": "Hospital A",
        "canonical_base": BASE,
        "key": KEY,
        "primary_system": MRN,
    }
    return Emission(**(usual | said))  # type: ignore[arg-type]
