"""Small simulated hospitals, each made once for all tests; and stories made by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

from natars_fhir.simulate import tumour
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.dialect import NAMES, named
from natars_fhir.simulate.hospital import Order, Patient, arrivals, blocks, lines, patients
from natars_fhir.simulate.story import Event, Person, Story, Tumour

SEED = 5
DAY = date(2024, 3, 1)
AS_OF = date(2024, 6, 15)
DIALECTS = NAMES


def order(dialect: str = "coded", number: int = 40, **asked: Any) -> Order:
    return Order(number, SEED, named(dialect), **{"candidates": 0.8, **asked})


@cache
def hospital(dialect: str) -> tuple[Patient, ...]:
    """Forty patients, most of them with a sarcoma."""
    return tuple(patients(order(dialect)))


@cache
def sent(dialect: str) -> tuple[bytes, ...]:
    """All that they send, in the order of arrival."""
    made = [line for block in blocks(iter(hospital(dialect))) for one in arrivals(block) for line in lines(one)]
    return tuple(made)


@cache
def resources(dialect: str) -> tuple[dict[str, Any], ...]:
    """The same, read; nobody changes them."""
    return tuple(json.loads(line) for line in sent(dialect))


def person(**said: Any) -> Person:
    return Person(1, "sim-1", "模拟甲子", "SIM-1", "", **{"female": True, "born": date(1970, 1, 1), **said})


def sarcoma(histology: str = "DDLPS", **said: Any) -> Tumour:
    """A tumour of a type as the protocol asks for it, but for what is *said* to be otherwise."""
    stains = (
        {"MDM2": "positive", "CDK4": "positive"} if histology == "DDLPS" else {"MDM2": "negative", "CDK4": "negative"}
    )
    plain = {
        "site": "retroperitoneum", "side": "左", "grade": 3, "scores": (3, 2, 1), "mitoses": 12, "necrosis": 20,
        "dimensions": (16.0, 12.0, 8.0), "stains": stains, "ki67": 30, "amplified": histology == "DDLPS", "ratio": 6.0,
        "crossing": False, "spread": "none", "hedged": False,
    }  # fmt: skip
    drawn = tumour.draw(Chance("for its name"), histology)
    return Tumour(histology, drawn.name, drawn.morphology, **{**plain, **said})


def story(of: Tumour, *events: Event, left_out: tuple[str, ...] = (), words: tuple[str, ...] = (), **who: Any) -> Story:
    """The story of somebody who was read, staged and discussed in March 2024, and of whom *events* are told besides."""
    told = [
        Event(DAY, "person"),
        Event(DAY, "diagnosis", {"certain": False}),
        Event(DAY + timedelta(days=1), "scan"),
        Event(DAY + timedelta(days=12), "pathology", {"taken": DAY + timedelta(days=5), "opinion": ""}),
        Event(DAY + timedelta(days=13), "diagnosis", {"certain": True}),
        *events,
    ]
    ordered = tuple(sorted(told, key=lambda event: event.day))
    return Story(person(**who), "sarcoma", of, ordered, dict.fromkeys(left_out, "for the test"), frozenset(words))


def form(day: date, **answers: Any) -> Event:
    """A form with these answers; an underscore stands for a hyphen."""
    return Event(day, "form", {item.replace("_", "-"): said for item, said in answers.items()})


def condition(what: str, onset: str, **said: Any) -> Event:
    return Event(DAY, "condition", {"what": what, "onset": onset, **said})
