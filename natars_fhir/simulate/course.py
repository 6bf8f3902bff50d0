"""The way of a patient with a sarcoma up to the trial: found, read, staged, discussed, asked (clinical.md §2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from natars_fhir.simulate import history, trial
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.people import years
from natars_fhir.simulate.rates import share
from natars_fhir.simulate.story import Event, Person, Story, Tumour
from natars_fhir.simulate.truth import barred, eligible

#: Women younger than this are tested for pregnancy.
_TESTED_BEFORE = 52


def live(chance: Chance, person: Person, tumour: Tumour, day: date, group: str = "sarcoma") -> Story:
    """The whole story of a sarcoma that is seen first on *day*, told without a gap and without a slip."""
    past = history.draw(chance, person, day)
    met = day + timedelta(days=1)
    events = [*past.events, *_found(chance, tumour, day), *_forms(past, met)]
    read = _tissue(chance, tumour, day)
    events += read
    issued = next((event.day for event in read if event.what == "pathology"), None)
    if issued is None:
        return _story(person, group, tumour, events)
    team = chance.after(issued, 3, 9)
    events += [*_staged(chance, tumour, past, issued), *_discussed(tumour, past, team)]
    events.append(Event(chance.after(team, 0, 2), "asa", {"class": past.asa}))
    events += _asked(chance, person, tumour, past, team, events)
    story = _story(person, group, tumour, events)
    if eligible(story):
        return _story(person, group, tumour, [*story.events, *trial.live(chance, story)])
    return _story(person, group, tumour, [*story.events, *trial.outside(chance, story, team)])


def _story(person: Person, group: str, tumour: Tumour, events: list[Event]) -> Story:
    return Story(person, group, tumour, tuple(sorted(events, key=lambda event: event.day)))


def _found(chance: Chance, tumour: Tumour, day: date) -> Iterator[Event]:
    """The first visit and the first scan; the diagnosis is provisional until the tissue is read."""
    yield Event(day, "person")
    yield Event(day, "visit", {"reason": "发现腹部肿物"})
    yield Event(day, "diagnosis", {"certain": False})
    yield Event(chance.after(day, 1, 3), "scan", {"crossing": tumour.crossing, "spread": tumour.spread, "first": True})
    yield Event(day + timedelta(days=1), "labs", {"nadir": 0.0, "cycle": 0})
    yield Event(day + timedelta(days=2), "heart")


def _tissue(chance: Chance, tumour: Tumour, day: date) -> list[Event]:
    """The biopsy, its report, the gene, and the diagnosis that follows."""
    if not chance.happens(share("course", "biopsy")):
        return []
    taken = chance.after(day, 4, 9)
    issued = chance.after(taken, 4, 8)
    found = [
        Event(taken, "operation", {"what": "biopsy"}),
        Event(issued, "pathology", {"taken": taken, "opinion": ""}),
        Event(issued + timedelta(days=1), "diagnosis", {"certain": not tumour.hedged}),
    ]
    wanted = tumour.histology in ("DDLPS", "WDLPS") or tumour.stains["MDM2"] == "positive"
    if wanted and chance.happens(share("tumour", "fish")):
        failed = chance.happens(share("tumour", "fish-failed"))
        found.append(Event(chance.after(issued, 2, 5), "fish", {"failed": failed}))
    if chance.happens(share("tumour", "conflicting-second-opinion")):
        found.append(Event(chance.after(issued, 2, 3), "pathology", {"taken": taken, "opinion": "OTHER"}))
    return found


def _staged(chance: Chance, tumour: Tumour, past: history.Past, issued: date) -> Iterator[Event]:
    day = chance.after(issued, 0, 2)
    if tumour.spread != "suspected":
        yield Event(day, "staging", {"category": "cM1" if tumour.spread == "present" else "cM0"})
    if tumour.spread == "present":
        yield Event(day, "condition", {"what": "metastasis", "onset": day.isoformat()})
    yield Event(day, "ecog", {"score": past.ecog})


def _discussed(tumour: Tumour, past: history.Past, team: date) -> Iterator[Event]:
    """The team's conclusions. Of a lesion that is only suspected it says nothing yet."""
    said: dict[str, Any] = {
        "mdt-resectability": past.resectable,
        "treatment-tolerance": past.tolerable,
        "organ-dysfunction": past.organs,
        "diaphragm-crossing": tumour.crossing,
    }
    if tumour.spread != "suspected":
        said["metastasis"] = tumour.spread == "present"
    yield Event(team, "mdt", said)


def _forms(past: history.Past, day: date) -> Iterator[Event]:
    yield Event(day, "form", {**past.answers, "severe-infection": history.infected(past.events, day)})


def _asked(
    chance: Chance, person: Person, tumour: Tumour, past: history.Past, team: date, events: list[Event]
) -> Iterator[Event]:
    """Whom the team thinks of for the trial is asked, fills in the form anew and is tested for pregnancy."""
    plain = tumour.histology not in ("WDLPS", "OTHER") and tumour.site == "retroperitoneum"
    barred_now = barred(_story(person, "sarcoma", tumour, events))
    often = "approached" if plain and not barred_now else "approached-though-barred"
    if not chance.happens(share("course", often)):
        return
    day = chance.after(team, 1, 5)
    yield from _forms(past, day)
    if person.female and years(person.born, day) < _TESTED_BEFORE:
        yield Event(day, "hcg", {"positive": past.pregnant})
    given = chance.happens(share("course", "consents"))
    yield Event(day, "consent", {"answer": "given" if given else "refused"})


def seen_last(story: Story) -> date:
    """The day of a story's last event."""
    return story.events[-1].day
