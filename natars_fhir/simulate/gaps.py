"""What goes wrong between the truth and the telling: what is left out, and why; what is told wrong, twice or late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.dialect import Dialect
from natars_fhir.simulate.rates import share
from natars_fhir.simulate.story import Event, Story

#: What may be missing: item → why, as truth.ndjson tells it.
_WHY = {
    "diagnosis": "the confirmed diagnosis was not coded",
    "pathology": "the biopsy's report stayed in the other hospital",
    "CDK4": "CDK4 was not stained",
    "MDM2": "MDM2 was not stained",
    "grade": "the report gives no grade",
    "mitoses": "mitoses were not counted",
    "necrosis": "necrosis was not estimated",
    "size": "the scan's report gives no size",
    "asa": "the anaesthetist had not seen the patient",
    "ecog": "performance status was not noted",
    "staging": "no M category was noted",
    "diaphragm": "nobody speaks of the diaphragm",
    "mdt": "the team's conclusions are on paper",
    "form": "the form was not filled in",
    "consent": "the signed form was not entered",
    "fish": "the gene's report was not sent",
    "hcg": "the pregnancy test was not entered",
    "final": "the final pathology was not sent",
    "condition": "other diagnoses are not coded",
}
_RATE = {"CDK4": "cdk4", "MDM2": "mdm2", "hcg": "pregnancy-test", "final": "final-pathology", "condition": "conditions"}
#: What may come twice, and what may come late.
_TWICE = ("labs", "scan", "asa", "operation", "dose", "pathology")
_LATE = ("labs", "condition", "staging", "person")
_NOT_ASKED = "the hospital's form does not ask it"
_UNTOLD = {"withdrawal-day": "a consent does not say on which day it was withdrawn"}


def withhold(chance: Chance, story: Story, dialect: Dialect, as_of: date) -> Story:
    """*story* as this hospital tells it until *as_of*: with gaps and slips, each kind of result in words or items."""
    words = {*dialect.told["words"], *(group for group in dialect.told["drawn"] if chance.happens(0.5))}
    cut = story.until(as_of)
    left = dict(_left_out(chance, cut, dialect)) if story.tumour is not None else {}
    events = [*(_slip(chance, event) for event in cut.events), *_errors(chance, cut), *_awaited(chance, cut)]
    return replace(
        cut,
        person=replace(story.person, birth_told=_birth(chance), twice=chance.happens(share("slips", "two-records"))),
        events=tuple(sorted(events, key=lambda event: event.day)),
        left_out=left,
        words=frozenset(words),
    )


def _birth(chance: Chance) -> str:
    year, none = share("missing", "birth-year-only"), share("missing", "birth-date")
    return chance.weighted({"year": year, "none": none, "day": 1 - year - none})


def _left_out(chance: Chance, story: Story, dialect: Dialect) -> Iterator[tuple[str, str]]:
    for item, why in _WHY.items():
        if chance.happens(share("missing", _RATE.get(item, item))):
            yield item, why
    for item in dialect.told["not-asked"]:
        yield f"form:{item}", _NOT_ASKED
    for item in dialect.told["untold"]:
        if story.last("withdrawal") is not None:
            yield item, _UNTOLD[item]


def _slip(chance: Chance, event: Event) -> Event:
    """Reports are amended; anything may come twice or late; a person and a form come as they are."""
    if event.what == "pathology" and chance.happens(share("slips", "amended")):
        return replace(event, slip="amended")
    if event.what in _TWICE and chance.happens(share("slips", "twice")):
        return replace(event, slip="twice")
    late = event.what in _LATE and chance.happens(share("slips", "late"))
    return replace(event, slip="late") if late else event


def _errors(chance: Chance, story: Story) -> Iterator[Event]:
    """Another patient's infarction, entered here and struck out the same day."""
    if story.tumour is not None and chance.happens(share("slips", "entered-in-error")):
        day = story.events[-1].day
        yield Event(day, "condition", {"what": "infarction", "onset": (day - timedelta(days=9)).isoformat()}, "error")


def _awaited(chance: Chance, story: Story) -> Iterator[Event]:
    """A report that holds nothing yet, between the biopsy and the report."""
    taken = [event for event in story.all("operation") if event.value["what"] == "biopsy"]
    if taken and chance.happens(share("slips", "preliminary")):
        yield Event(taken[0].day, "awaited")
