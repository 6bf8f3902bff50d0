"""Quality: what cannot be so, or leaves an endpoint open, as issues. Nothing is mended here, and no value is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from natars_fhir.domain.answer import YES
from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.moments import Moment
from natars_fhir.domain.endpoints.progression import events
from natars_fhir.domain.endpoints.timeline import Timeline
from natars_fhir.domain.issue import Issue, Severity
from natars_fhir.domain.record import Fact

#: Acts of the trial itself: none of them may come before consent to it.
_OF_TRIAL = ("allocation", "neoadjuvant-cycle", "index-surgery")


def quality(course: Timeline, how: Conventions) -> tuple[Issue, ...]:
    """Everything about *course* that a person should look at, each thing once."""
    found = [
        *_birth(course), *_consent(course), *_arms(course), *_surgery(course), *_progressions(course), *_deaths(course),
        *_cycles(course, how), *_imputed(course),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def _issue(fact: Fact, text: str, severity: Severity = "error") -> Issue:
    return Issue(severity, "business-rule", fact.path, text)


def _surely_before(fact: Fact, day: date) -> bool:
    known = fact.day
    return known is not None and known.high is not None and known.high < day


def _birth(course: Timeline) -> Iterator[Issue]:
    """A birth date is a fact without a day: its value is the date."""
    for fact in course.dated("birth-date"):
        born = str(fact.value)
        for moment, what in ((course.surgery, "The index surgery"), (course.death.moment, "The death")):
            if moment and moment.high.isoformat() < born[:10].ljust(10, "~")[: len(born)]:
                yield _issue(moment.fact, f"{what} is dated before the patient's birth.")


def _consent(course: Timeline) -> Iterator[Issue]:
    """Acts of the trial before consent to it, or without any."""
    given = course.consented
    for concept in _OF_TRIAL:
        for fact in course.dated(concept):
            if given is None:
                yield _issue(fact, f"An act of the trial ({concept}) without consent to it on record.", "warning")
            elif _surely_before(fact, given.low):
                yield _issue(fact, f"An act of the trial ({concept}) is dated before consent to it.")


def _arms(course: Timeline) -> Iterator[Issue]:
    told = [fact for fact in course.dated("allocation") if isinstance(fact.value, str)]
    if len({fact.value for fact in told}) > 1:
        yield _issue(told[0], "Two arms are on record for one subject.")
    if told and course.allocated is None:
        yield _issue(told[0], "An allocation without a day that can be used.")
    if course.surgery is not None and not told:
        yield _issue(course.surgery.fact, "Operated in the trial without an allocation on record.", "warning")


def _surgery(course: Timeline) -> Iterator[Issue]:
    if course.surgery_undated:
        fact = course.dated("index-surgery", "present")[0]
        yield _issue(fact, "The index surgery has no day that can be used: no endpoint from surgery is defined.")


def _progressions(course: Timeline) -> Iterator[Issue]:
    surgery = course.surgery
    for fact in events(course, "present"):
        day = fact.day
        if day is None:
            yield _issue(fact, "A progression without a date.", "warning")
        elif surgery is None:
            continue
        elif _surely_before(fact, surgery.day):
            yield _issue(fact, "A progression before the index surgery: it is no event from surgery.", "warning")
        elif day.at_most(surgery.day) is YES:
            yield _issue(fact, "A progression on the day of the index surgery: it is no event from surgery.", "warning")
        elif day.low is not None and day.low <= surgery.day:
            yield _issue(fact, "A progression of which the date does not tell whether it came before the surgery.")


def _deaths(course: Timeline) -> Iterator[Issue]:
    death = course.death
    if death.doubt == "conflicting":
        for fact in death.facts:
            yield _issue(fact, "Dates of death on record disagree: none of them is used.")
    elif death.doubt == "undated":
        yield _issue(death.facts[0], "The patient is dead, and no day of death can be used.")
    if death.facts and course.dated("death", "absent"):
        yield _issue(death.facts[0], "The patient is said to be dead, and elsewhere to be alive.", "warning")
    died = [fact.day.high for fact in death.facts if fact.day and fact.day.high]
    if not died:
        return
    if course.surgery is not None and max(died) < course.surgery.low:
        yield _issue(course.surgery.fact, "The index surgery is dated after the patient's death.")
    if course.alive is not None and course.alive.low > max(died):
        yield _issue(course.alive.fact, "The patient was seen alive after the day of death.")


def _cycles(course: Timeline, how: Conventions) -> Iterator[Issue]:
    told = course.dated("neoadjuvant-cycle")
    if len(told) > how.cycles:
        yield _issue(told[0], "More cycles of neoadjuvant treatment than the protocol plans.", "warning")
    if any(fact.said("grade") is None for fact in course.dated("adverse-event")):
        fact = next(fact for fact in course.dated("adverse-event") if fact.said("grade") is None)
        yield _issue(fact, "An adverse event without a grade.", "information")


def _imputed(course: Timeline) -> Iterator[Issue]:
    used: Iterable[Moment | None] = (course.surgery, course.allocated, course.death.moment, course.alive)
    for moment in used:
        if moment is not None and moment.imputed:
            text = f"Of {moment.fact.concept} only the month is known: a day stands in for it, flagged."
            yield _issue(moment.fact, text, "information")
