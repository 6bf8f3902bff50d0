"""ResearchSubject: the subject's arm, where it stands, and the way there.

https://hl7.org/fhir/R4/researchsubject.html; the way as HL7's extension of R5's ResearchSubject.progress, in codes
alone. A state that the software noticed has no day: that is the day of a push, which others share.
"""

from __future__ import annotations

from natars_fhir.domain.life import Step
from natars_fhir.export.research.whole import SUBJECT, Making
from natars_fhir.fhir import build
from natars_fhir.fhir.build import R5_ELEMENT, Node, coding, concept, extension, parts, reference

_STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"
LINK = f"{R5_ELEMENT}ResearchSubject.assignedComparisonGroup"


def research_subject(making: Making) -> Node:
    """The subject in the study of its site."""
    whole, base = making.whole, making.plan.base
    arm = next((one for one in whole.arms if one.name == whole.subject.endpoints.arm), None)
    link = [extension(LINK, "Id", arm.slug)] if arm else []
    return build.said(
        {
            "resourceType": "ResearchSubject",
            "id": SUBJECT,
            "meta": making.meta(),
            "extension": [*link, *_progress(making)],
            "identifier": [build.identifier(f"{base}/NamingSystem/subject", whole.subject.pseudonym)],
            "status": whole.way.state,
            "period": _period(making),
            "study": reference("ResearchStudy", whole.study),
            "individual": making.patient,
            "assignedArm": arm.name if arm else "",
        }
    )


def _period(making: Making) -> Node:
    """From the consent, else the allocation, to the end of a way that ended."""
    way = making.whole.way
    began = next((way.held[name].day for name in ("consented", "allocated") if name in way.held), "")
    return build.period(began, _day(way.steps[-1], making) if began and way.ended else "")


def _progress(making: Making) -> list[Node]:
    steps = making.whole.way.steps
    ends = [*(_day(step, making) for step in steps[1:]), ""]
    return [_entry(step, end, making) for step, end in zip(steps, ends, strict=True)]


def _entry(step: Step, end: str, making: Making) -> Node:
    course = making.whole.way.course
    known = course.states.get(step.state)
    told = [
        extension("type", "CodeableConcept", concept(coding(_TYPE, "Enrollment"))),
        extension("subjectState", "CodeableConcept", concept(coding(_STATE, known.r5 if known else step.state))),
    ]
    if step.event is not None and step.event.cause in course.causes:
        why = coding(f"{making.plan.base}/CodeSystem/subject-cause", step.event.cause)
        told.append(extension("reason", "CodeableConcept", concept(why)))
    days = (("startDate", _day(step, making)), ("endDate", end))
    told += [extension(name, "DateTime", day) for name, day in days if day]
    return parts(f"{R5_ELEMENT}ResearchSubject.progress", *told)


def _day(step: Step, making: Making) -> str:
    """When it began to be so; nothing where only the software noticed it."""
    cause = making.whole.way.course.causes.get(step.event.cause) if step.event else None
    return "" if cause is None or "screening" in cause.told_by else step.since
