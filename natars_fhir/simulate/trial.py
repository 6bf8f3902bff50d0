"""The trial's part of a story: allocation, cycles with their toxicity, surgery, complications, follow-up, death.

And what happens to those who are treated outside it (clinical.md §6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.rates import rates, share
from natars_fhir.simulate.story import Event, Story

ARMS = ("The Neoadjuvant Therapy Group", "The Surgery only Group")
#: How long a story goes on after the surgery; what lies after the day asked for is cut off.
_YEARS = 3
_RESECTED = ("kidney", "colon", "spleen", "pancreas", "adrenal", "diaphragm", "small-bowel")


def live(chance: Chance, story: Story) -> list[Event]:
    """Everything from the allocation on, of somebody who consented and whom nothing bars."""
    consented = story.last("consent")
    assert consented is not None  # noqa: S101
    day = chance.after(consented.day, 1, 4)
    neoadjuvant = chance.happens(share("course", "neoadjuvant"))
    events = [Event(day, "allocation", {"arm": ARMS[0] if neoadjuvant else ARMS[1]})]
    if chance.happens(share("course", "withdraws")):
        return [*events, Event(chance.after(day, 5, 30), "withdrawal")]
    if neoadjuvant:
        events += _cycles(chance, day + timedelta(days=2))
    if chance.happens(share("course", "never-operated")):
        return events
    last = events[-1].day if neoadjuvant else day
    cut = chance.after(last, 20, 30) if neoadjuvant else chance.after(day, 5, 14)
    return events + _operated(chance, story, cut, treated=neoadjuvant)


def outside(chance: Chance, story: Story, team: date) -> list[Event]:
    """Some of those who are not in the trial are operated on all the same, by everyday practice."""
    said = story.last("consent")
    tumour = story.tumour
    if said is not None and said.value["answer"] == "given":
        return []
    if tumour is None or tumour.spread != "none" or not chance.happens(share("course", "outside")):
        return []
    return _operated(chance, story, chance.after(team, 10, 25), treated=False)


def _cycles(chance: Chance, first: date) -> list[Event]:
    """Three cycles three weeks apart, with delays; one in ten stops early."""
    number = chance.whole(1, 2) if chance.happens(share("course", "stops-early")) else 3
    events: list[Event] = []
    day = first
    for cycle in range(1, number + 1):
        events += _cycle(chance, cycle, day)
        day = chance.after(day, 21, 26)
    return events


def _cycle(chance: Chance, cycle: int, day: date) -> Iterator[Event]:
    """One cycle: the drugs, the blood before it, on days 2 and 8 and at its lowest, and what that comes to."""
    yield Event(day - timedelta(days=1), "labs", {"nadir": 0.1, "cycle": cycle})
    for drug, dose, last in (("doxorubicin", 70, 0), ("ifosfamide", 1.7, 4), ("anlotinib", 10, 13)):
        yield Event(day, "dose", {"drug": drug, "dose": dose, "to": day + timedelta(days=last), "cycle": cycle})
    yield Event(day + timedelta(days=1), "labs", {"nadir": 0.15, "cycle": cycle})
    yield Event(day + timedelta(days=1), "heart")
    yield Event(day + timedelta(days=7), "labs", {"nadir": 0.5, "cycle": cycle})
    lowest = chance.after(day, 10, 14)
    anc = round(chance.skewed(*rates("course")["nadir"]["neutrophils"]), 2)
    platelets = round(chance.skewed(*rates("course")["nadir"]["platelets"]))
    yield Event(lowest, "labs", {"nadir": 1.0, "cycle": cycle, "anc": anc, "platelets": platelets})
    yield from _toxic(chance, lowest, anc, platelets)


def _toxic(chance: Chance, day: date, anc: float, platelets: int) -> Iterator[Event]:
    """Adverse events of CTCAE v5 grades that the counts come to."""
    for what, grade in (("neutrophils", _grade(anc, 1.5, 1.0, 0.5)), ("platelets", _grade(platelets, 75, 50, 25))):
        if grade > 1:
            yield Event(day, "toxicity", {"what": what, "grade": grade})
    if anc < 0.5 and chance.happens(0.25):
        yield Event(day, "toxicity", {"what": "febrile", "grade": 3})


def _grade(value: float, *limits: float) -> int:
    return 1 + sum(value < limit for limit in limits)


def _operated(chance: Chance, story: Story, cut: date, *, treated: bool) -> list[Event]:
    """The surgery, its report, the final pathology, complications, and what follows."""
    margin = chance.weighted(rates("course")["margin"])
    organs = tuple(organ for organ in _RESECTED if chance.happens(rates("course")["organs"][organ]))
    events = [Event(cut, "surgery", {"margin": margin, "organs": organs, "treated": treated})]
    events.append(Event(chance.after(cut, 5, 9), "final", _final(chance, story, treated=treated)))
    worst = chance.weighted(rates("course")["complication"])
    if worst != "none":
        events.append(Event(chance.after(cut, 2, 25), "complication", {"grade": worst}))
    if worst == "V":
        return [*events, Event(events[-1].day, "death")]
    return events + _followed(chance, cut)


def _final(chance: Chance, story: Story, *, treated: bool) -> dict[str, Any]:
    assert story.tumour is not None  # noqa: S101
    kind = story.tumour.histology
    enrolled = story.last("consent") is not None and story.last("consent").value["answer"] == "given"  # type: ignore[union-attr]
    if enrolled and kind == "DDLPS" and chance.happens(share("course", "other-type-at-surgery")):
        kind = "WDLPS"
    viable = not (treated and chance.happens(share("course", "no-viable-tumour")))
    return {"histology": kind, "viable": viable}


def _followed(chance: Chance, cut: date) -> list[Event]:
    """A scan every three months until the story ends; after a progression the patient may die."""
    events: list[Event] = []
    progressed, day, end = False, cut, cut + timedelta(days=365 * _YEARS)
    while day < end:
        day = chance.after(day + timedelta(days=rates("course")["days-between-scans"]), -7, 14)
        if progressed and chance.happens(share("course", "death-a-scan-after-progression")):
            return [*events, Event(day, "death")]
        progressed |= chance.happens(share("course", "progression-a-scan"))
        events.append(Event(day, "follow-up", {"assessment": "PD" if progressed else "SD"}))
    return events
