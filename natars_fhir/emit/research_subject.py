"""ResearchSubject: this patient of the hospital, in this study, at this stage (standards.md §1.1, §1.5).

R4: https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from natars_fhir.domain.life import Life
from natars_fhir.domain.screening import Screening, Verdict
from natars_fhir.domain.study import Arm
from natars_fhir.emit.identity import Identity
from natars_fhir.emit.progress import progress
from natars_fhir.emit.sources import patient_reference
from natars_fhir.fhir import build
from natars_fhir.fhir.build import R5_ELEMENT, Node

#: What the data alone may say. `eligible` is absent on purpose: a named investigator signs it, software does not.
STATUS: Mapping[Verdict, str] = MappingProxyType(
    {"undetermined": "potential-candidate", "candidate": "candidate", "ineligible": "ineligible"}
)

#: What people's acts make of a subject: R4's other codes (standards.md §1.5).
STATES = frozenset(
    {
        "eligible",
        "follow-up",
        "ineligible",
        "not-registered",
        "off-study",
        "on-study",
        "on-study-intervention",
        "on-study-observation",
        "pending-on-study",
        "screening",
        "withdrawn",
    }
)


def research_subject(
    screening: Screening,
    site_study_reference: str,
    identity: Identity,
    consent_reference: str | None = None,
    arm: Arm | None = None,
    state: str | None = None,
    way: Life | None = None,
) -> Node:
    """The same screening gives the same bytes, so that sending twice changes nothing.

    *state* is what a person's act made of the subject; it goes before the verdict, and so does an allocation. *way* is
    how the subject came there: its progress and its period. Raises ValueError for a patient out of scope: nobody is
    told of them; and for a state that R4 has not.
    """
    if not screening.in_scope:
        raise ValueError("a patient out of the trial's scope has no ResearchSubject")
    said = {
        "resourceType": "ResearchSubject",
        "id": identity.id,
        "meta": {"tag": [build.coding(f"{identity.canonical_base}/CodeSystem/trial", screening.study)]},
        "identifier": [identity.identifier],
        "extension": progress(way.steps, way.course, identity.canonical_base) if way else None,
        "status": _status(screening, arm, state),
        "period": _period(way) if way else None,
        "study": {"reference": site_study_reference},
        "individual": patient_reference(screening.patient, identity.primary),
        "consent": {"reference": consent_reference} if consent_reference else None,
    }
    return build.said(said | (_assigned(arm) if arm else {}))


def _status(screening: Screening, arm: Arm | None, state: str | None) -> str:
    """A bar that the data shows after allocation is for people to judge: never a screen failure."""
    if state is not None and state not in STATES:
        raise ValueError("not a state that people may give a subject")
    return state or ("on-study" if arm else STATUS[screening.verdict])


def _period(way: Life) -> Node:
    """From the consent, else the allocation, to what ended it; a day that is not known is not said."""
    began = next((way.held[name].day for name in ("consented", "allocated") if name in way.held), "")
    return build.period(began, way.steps[-1].since if began and way.ended else "")


def _assigned(arm: Arm) -> Node:
    """R4 names the arm; R5's linkId goes along."""
    link = build.extension(f"{R5_ELEMENT}ResearchSubject.assignedComparisonGroup", "Id", arm.slug)
    return {"assignedArm": arm.name, "_assignedArm": {"extension": [link]}}
