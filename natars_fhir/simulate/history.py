"""Draws what a patient brings along: earlier illness and treatment, fitness, and what forms ask (clinical.md §2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.people import years
from natars_fhir.simulate.rates import rates, table
from natars_fhir.simulate.story import Event, Person

#: Half a year and more ago, for sure; within the half year before whatever window counts.
_OLD, _RECENT = (400, 3000), (5, 40)
_FERTILE = 48


@dataclass(frozen=True, slots=True)
class Past:
    """What was before, and what a form's questions are answered with: True, False or a word."""

    events: tuple[Event, ...]
    answers: Mapping[str, Any]
    asa: int
    ecog: int
    resectable: bool
    tolerable: bool
    organs: bool
    pregnant: bool


def draw(chance: Chance, person: Person, day: date) -> Past:
    """The past of somebody who is seen first on *day*."""
    fertile = person.female and years(person.born, day) < _FERTILE
    drawn = {name: chance.happens(often) for name, often in rates("history").items() if isinstance(often, float)}
    drawn["pregnant"] &= fertile
    drawn["breastfeeding"] &= fertile and not drawn["pregnant"]
    events = [*_illness(chance, drawn, person, day), *_treatment(chance, drawn, day)]
    asa = int(chance.weighted(rates("history")["asa"]))
    return Past(
        tuple(events),
        _answers(drawn, person),
        asa,
        int(chance.weighted(rates("history")["ecog"])),
        not drawn["not-resectable"],
        not drawn["not-tolerable"],
        drawn["organ-failure"],
        drawn["pregnant"],
    )


def _condition(day: date, what: str, onset: date | str) -> Event:
    return Event(day, "condition", {"what": what, "onset": str(onset)})


def _illness(chance: Chance, drawn: Mapping[str, bool], person: Person, day: date) -> Iterator[Event]:
    """Diagnoses, each with the day on which it began; all are on file from the first visit."""
    for name, what, span in (
        ("recent-infarction", "infarction", _RECENT),
        ("old-infarction", "infarction", _OLD),
        ("recent-stroke", "stroke", _RECENT),
        ("old-stroke", "stroke", _OLD),
        ("recent-embolism", "embolism", _RECENT),
        ("in-situ", "in-situ", _OLD),
        ("arrhythmia", "arrhythmia", _RECENT),
        ("psychological", "psychological", _OLD),
        ("hypertension", "hypertension", _OLD),
        ("diabetes", "diabetes", _OLD),
    ):
        if drawn[name]:
            yield _condition(day, what, chance.after(day, -span[1], -span[0]))
    if drawn["undated-infarction"]:
        yield _condition(day, "infarction", str(day.year))
    if drawn["pregnant"]:
        yield _condition(day, "pregnant", chance.after(day, -120, -30))
    for name in ("sepsis", "pneumonia"):
        if drawn[name]:
            began = chance.after(day, 9, 14)
            ended = (began + timedelta(days=10)).isoformat()
            yield Event(ended_on(began), "condition", {"what": name, "onset": began.isoformat(), "ended": ended})
    yield from _second(chance, drawn, person, day)


def ended_on(began: date) -> date:
    """The day on which an infection that *began* then is put on file: when it is over."""
    return began + timedelta(days=10)


def infected(events: tuple[Event, ...], day: date) -> bool | None:
    """Was there a severe infection in the month before *day*? None where it was one that may have been slight."""
    late = [e for e in events if e.what == "condition" and e.value["what"] in ("sepsis", "pneumonia")]
    told = [e.value["what"] for e in late if day - timedelta(days=28) <= date.fromisoformat(e.value["onset"]) <= day]
    return None if "pneumonia" in told else bool(told)


def _second(chance: Chance, drawn: Mapping[str, bool], person: Person, day: date) -> Iterator[Event]:
    if drawn["second-malignancy"]:
        code, name, _ = chance.one_of([one for one in table("words")["diagnoses"]["second"] if _possible(one, person)])
        onset = chance.after(day, -_OLD[1], -_OLD[0])
        yield Event(day, "condition", {"what": "second", "code": code, "name": name, "onset": onset.isoformat()})


def _possible(diagnosis: list[Any], person: Person) -> bool:
    return person.female or diagnosis[0] != "C50.9"


def _treatment(chance: Chance, drawn: Mapping[str, bool], day: date) -> Iterator[Event]:
    """Operations, drugs and radiotherapy of earlier years, as the first visit puts them on file."""
    then = chance.after(day, -1500, -200)
    if drawn["prior-resection"]:
        yield Event(day, "operation", {"what": "resection", "on": then})
    elif drawn["biopsy-laparotomy"]:
        yield Event(day, "operation", {"what": "laparotomy", "on": then})
    if drawn["prior-chemotherapy"]:
        yield Event(day, "earlier-drug", {"drug": "epirubicin", "from": then, "to": then + timedelta(days=84)})
    if drawn["prior-targeted"]:
        yield Event(day, "earlier-drug", {"drug": "imatinib", "from": then, "to": then + timedelta(days=150)})
    if drawn["prior-radiotherapy"]:
        yield Event(day, "operation", {"what": "radiotherapy", "on": then})


def _answers(drawn: Mapping[str, bool], person: Person) -> dict[str, Any]:
    """What the forms say; an old infarction is none of late, and what nobody remembers is not answered (None)."""
    answers: dict[str, Any] = {
        "prior-resection": drawn["prior-resection"],
        "antineoplastic-drug": drawn["prior-chemotherapy"] or drawn["prior-targeted"],
        "radiotherapy": drawn["prior-radiotherapy"],
        "second-malignancy": drawn["second-malignancy"],
        "myocardial-infarction": drawn["recent-infarction"] or (None if drawn["undated-infarction"] else False),
        "cerebral-infarction": drawn["recent-stroke"],
        "pulmonary-embolism": drawn["recent-embolism"],
        "arrhythmia": drawn["arrhythmia"],
        "myelosuppression": False,
        "severe-contraindication": drawn["other-contraindication"],
        "severe-infection": False,
        "high-bleeding-surgery": drawn["bleeding-surgery"],
        "contraception": "unwilling" if drawn["unwilling"] else "willing",
        "psychological-condition": drawn["psychological"],
    }
    if person.female:
        answers |= {"pregnancy": drawn["pregnant"], "breastfeeding": drawn["breastfeeding"]}
    return answers
