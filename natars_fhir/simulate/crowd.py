"""Everybody else in the hospital: other sarcomas that come close, other cancers, benign disease, healthy children."""

from __future__ import annotations

from datetime import date, timedelta

from natars_fhir.simulate import course, people, tumour
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.people import years
from natars_fhir.simulate.rates import rates, table
from natars_fhir.simulate.story import Event, Person, Story

#: What comes close: (type, where it began, a woman's); a stromal tumour is told by its own name.
_NEAR = (("GIST", "gi-tract", False), ("LMS", "uterus", True), ("UPS", "limb", False), ("OTHER", "limb", False))
#: Tumours of women, and of men.
_ONLY = {"C50.9": True, "D25.9": True, "C61": False}


def draw(chance: Chance, number: int, seed: int, day: date) -> Story:
    """A patient who is none of the trial's."""
    group = chance.weighted(rates("groups"))
    if group == "near":
        kind, site, woman = chance.one_of(_NEAR)
        who = people.draw(chance, number, seed, day, woman=woman)
        return course.live(chance, who, tumour.draw(chance, kind, site), day, group)
    person = people.draw(chance, number, seed, day, child=group == "child")
    return Story(person, group, None, tuple(_visits(chance, person, group, day)))


def _visits(chance: Chance, person: Person, group: str, day: date) -> list[Event]:
    """One to four visits, each with its diagnosis and its blood."""
    age = years(person.born, day)
    every = table("words")["diagnoses"][group]
    fits = [one for one in every if one[2] <= age and _ONLY.get(one[0], person.female) == person.female]
    code, name, _ = chance.one_of(fits or table("words")["diagnoses"]["child"])
    events = [Event(day, "person")]
    for _ in range(chance.whole(1, 4)):
        events.append(Event(day, "visit", {"reason": name}))
        events.append(Event(day, "condition", {"what": "other", "code": code, "name": name, "onset": day.isoformat()}))
        events.append(Event(day, "labs", {"nadir": 0.0, "cycle": 0}))
        if group in ("cancer", "benign") and chance.happens(0.4):
            events.append(Event(day + timedelta(days=1), "plain-scan", {"name": name}))
        day = chance.after(day, 20, 120)
    return events
