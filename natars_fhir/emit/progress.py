"""Progress: a subject's way as R5's ResearchSubject.progress, and in R4 by HL7's cross-version extension of it.

https://hl7.org/fhir/R5/researchsubject-definitions.html#ResearchSubject.progress
"""

from __future__ import annotations

from collections.abc import Sequence

from natars_fhir.domain.life import Course, Step
from natars_fhir.emit.bilingual import both
from natars_fhir.fhir.build import R5_ELEMENT, Node, coding, concept, extension, parts

_PROGRESS = f"{R5_ELEMENT}ResearchSubject.progress"
_STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"


def progress(steps: Sequence[Step], course: Course, base: str) -> list[Node]:
    """Every state with its cause and days; the last one has no end. A day that is not known is not said."""
    ends = [*(step.since for step in steps[1:]), ""]
    return [_entry(step, end, course, base) for step, end in zip(steps, ends, strict=True)]


def _entry(step: Step, end: str, course: Course, base: str) -> Node:
    known = course.states.get(step.state)
    told = [
        extension("type", "CodeableConcept", concept(coding(_TYPE, "Enrollment"))),
        extension("subjectState", "CodeableConcept", concept(coding(_STATE, known.r5 if known else step.state))),
    ]
    cause = course.causes.get(step.event.cause) if step.event else None
    if cause is not None:
        why = coding(f"{base}/CodeSystem/subject-cause", cause.id)
        words = step.move.reason if step.move else cause.text
        told.append(extension("reason", "CodeableConcept", concept(why) | both("text", words["en"], words["zh"])))
    told += [extension(name, "DateTime", day) for name, day in (("startDate", step.since), ("endDate", end)) if day]
    return parts(_PROGRESS, *told)
