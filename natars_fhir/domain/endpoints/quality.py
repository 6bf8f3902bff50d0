"""Quality: what cannot be so, or leaves an endpoint open, as issues. Nothing is mended here, and no value is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from natars_fhir.domain.answer import YES
from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.cycles import Cycle
from natars_fhir.domain.endpoints.flaws import Flaw, flaw
from natars_fhir.domain.endpoints.moments import Moment
from natars_fhir.domain.endpoints.progression import events
from natars_fhir.domain.endpoints.timeline import Timeline
from natars_fhir.domain.interval import Days, days
from natars_fhir.domain.record import Fact

#: Acts of the trial itself: none of them may come before consent to it.
_OF_TRIAL = ("allocation", "neoadjuvant-cycle", "index-surgery")


def quality(course: Timeline, how: Conventions, given: Iterable[Cycle] = ()) -> tuple[Flaw, ...]:
    """Everything about *course*, and about the cycles that were *given*, that a person should look at, each thing
    once."""
    found = [
        *_birth(course), *_consent(course), *_visits(course, given), *_arms(course), *_surgery(course),
        *_progressions(course), *_deaths(course), *_cycles(course, how), *_imputed(course),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


def _surely_before(fact: Fact, day: date) -> bool:
    known = fact.day
    return known is not None and known.high is not None and known.high < day


def _birth(course: Timeline) -> Iterator[Flaw]:
    """A birth date is a fact without a day: its value is the date."""
    told = [(fact, days(str(fact.value))) for fact in course.dated("birth-date")]
    if _cannot_be_one([born for _, born in told]):
        yield flaw("births-disagree", told[0][0])
    for born in [born for _, born in told]:
        if born.low is None:
            continue
        if course.surgery and course.surgery.high < born.low:
            yield flaw("surgery-before-birth", course.surgery.fact)
        if course.death.moment and course.death.moment.high < born.low:
            yield flaw("death-before-birth", course.death.moment.fact)
        for concept in ("consent", "allocation", "neoadjuvant-cycle"):
            for act in course.dated(concept):
                if _surely_before(act, born.low):
                    yield flaw("act-before-birth", act, concept)


def _cannot_be_one(told: list[Days]) -> bool:
    lows, highs = [one.low for one in told if one.low], [one.high for one in told if one.high]
    return bool(lows and highs) and max(lows) > min(highs)


def _consent(course: Timeline) -> Iterator[Flaw]:
    """Acts of the trial before consent to it, or without any."""
    if course.withdrawal_undated:
        yield flaw("withdrawal-undated", course.record.about("consent")[0])
    given = course.consented
    for concept in _OF_TRIAL:
        for fact in course.dated(concept):
            if given is None:
                yield flaw("act-without-consent", fact, concept)
            elif _surely_before(fact, given.low):
                yield flaw("act-before-consent", fact, concept)


def _visits(course: Timeline, given: Iterable[Cycle]) -> Iterator[Flaw]:
    """Safety visits that were made before consent."""
    consented = course.consented
    for visit in (visit for cycle in given for visit in cycle.visits):
        if consented is not None and visit.done is not None and visit.done < consented.low:
            yield flaw("visit-before-consent", visit.facts[0], f"{visit.cycle}/{visit.name}")


def _arms(course: Timeline) -> Iterator[Flaw]:
    told = [fact for fact in course.dated("allocation") if isinstance(fact.value, str)]
    if len({fact.value for fact in told}) > 1:
        yield flaw("two-arms", told[0])
    if told and course.allocated is None:
        yield flaw("allocation-undated", told[0])
    if course.surgery is not None and not told:
        yield flaw("operated-unallocated", course.surgery.fact)


def _surgery(course: Timeline) -> Iterator[Flaw]:
    if course.surgery_undated:
        yield flaw("surgery-undated", course.dated("index-surgery", "present")[0])


def _progressions(course: Timeline) -> Iterator[Flaw]:
    dead = course.death.moment
    for fact in events(course, "present"):
        day = fact.day
        if day is None:
            yield flaw("progression-undated", fact)
            continue
        if dead is not None and day.low is not None and day.low > dead.high:
            yield flaw("progression-after-death", fact)
        if course.surgery is not None and (found := _around(fact, day, course.surgery.day)):
            yield found


def _around(fact: Fact, day: Days, surgery: date) -> Flaw | None:
    """A progression that is, or may be, of the time up to the day of surgery."""
    if _surely_before(fact, surgery):
        return flaw("progression-before-surgery", fact)
    if day.at_most(surgery) is YES:
        return flaw("progression-on-surgery-day", fact)
    return flaw("progression-around-surgery", fact) if day.low is not None and day.low <= surgery else None


def _deaths(course: Timeline) -> Iterator[Flaw]:
    death = course.death
    if death.doubt == "conflicting":
        for fact in death.facts:
            yield flaw("deaths-disagree", fact)
    elif death.doubt == "undated":
        yield flaw("death-undated", death.facts[0])
    if death.facts and course.dated("death", "absent"):
        yield flaw("dead-and-alive", death.facts[0])
    died = [fact.day.high for fact in death.facts if fact.day and fact.day.high]
    if not died:
        return
    if course.surgery is not None and max(died) < course.surgery.low:
        yield flaw("surgery-after-death", course.surgery.fact)
    if course.alive is not None and course.alive.low > max(died):
        yield flaw("alive-after-death", course.alive.fact)


def _cycles(course: Timeline, how: Conventions) -> Iterator[Flaw]:
    told = course.dated("neoadjuvant-cycle")
    if len(told) > how.cycles:
        yield flaw("too-many-cycles", told[0])
    ungraded = next((fact for fact in course.dated("adverse-event") if fact.said("grade") is None), None)
    if ungraded is not None:
        yield flaw("event-without-grade", ungraded)


def _imputed(course: Timeline) -> Iterator[Flaw]:
    used: Iterable[Moment | None] = (course.surgery, course.allocated, course.death.moment, course.alive)
    for moment in used:
        if moment is not None and moment.imputed:
            yield flaw("imputed", moment.fact, moment.fact.concept)
