"""Telling: a story's events as FHIR resources in a dialect, each with the day on which it reaches us.

Corrections, duplicates and delays are part of the telling: what is told wrong first, twice or late comes so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.simulate import acts, forms, results
from natars_fhir.simulate.dialect import Dialect
from natars_fhir.simulate.story import Event, Story, Tumour
from natars_fhir.simulate.teller import Teller, at, status

Tell = Callable[[Teller, Event, str], Iterator[Node]]

#: What happened → who tells it. A death is told by the Patient's next version, a withdrawal by the Consent's.
TELL: Final[Mapping[str, Tell]] = MappingProxyType(
    {
        "person": acts.person,
        "visit": acts.visit,
        "diagnosis": acts.diagnosis,
        "condition": acts.condition,
        "operation": acts.operation,
        "earlier-drug": acts.earlier_drug,
        "scan": results.scan,
        "plain-scan": results.plain_scan,
        "labs": results.blood,
        "heart": results.heart,
        "awaited": results.awaited,
        "pathology": results.pathology,
        "fish": results.gene,
        "asa": results.asa,
        "ecog": results.ecog,
        "staging": results.staging,
        "form": forms.form,
        "mdt": forms.mdt,
        "hcg": results.pregnancy_test,
        "consent": acts.consent,
        "allocation": acts.allocation,
        "dose": acts.dose,
        "toxicity": acts.toxicity,
        "surgery": acts.surgery,
        "final": acts.final,
        "complication": acts.complication,
        "follow-up": acts.follow_up,
    }
)
_TURNED = {"positive": "negative", "negative": "positive"}
#: What becomes of a status when what it stands at is corrected: what is not final yet stays so.
_AMENDED: Final[Mapping[str, Node]] = MappingProxyType({"final": {"status": "amended"}})
#: Events that are told of the second record of a patient who has two.
_ELSEWHERE = ("labs", "scan", "asa", "staging")
#: Events that are later versions of one resource.
_ONE = {"person": "person", "diagnosis": "diagnosis", "consent": "consent", "awaited": "pathology"}


class Sent(NamedTuple):
    """Resources that reach us together, on a day."""

    day: date
    resources: tuple[Node, ...]


def tell(story: Story, dialect: Dialect) -> list[Sent]:
    """Everything of a story that is told, in the order in which it arrives."""
    teller = Teller(story, dialect)
    sent: list[Sent] = []
    counts: dict[str, int] = {}
    for event in story.events:
        number = counts[event.what] = counts.get(event.what, 0) + 1
        if event.what in TELL and _is_told(story, event):
            sent += _event(teller, event, number)
    sent += [*_second(teller), *_ends(teller)]
    return sorted((Sent(one.day, _spoken(one.resources, dialect)) for one in sent), key=lambda one: one.day)


def _is_told(story: Story, event: Event) -> bool:
    """Of the diagnosis it is the confirmed one that may be missing."""
    return event.what not in story.left_out or (event.what == "diagnosis" and not event.value["certain"])


def _event(teller: Teller, event: Event, number: int) -> Iterator[Sent]:
    one = event.what in _ONE or (event.what == "pathology" and number == 1)
    name = _ONE.get(event.what, event.what) if one else f"{event.what}-{number}"
    made = tuple(_numbered(one, event, number) for one in TELL[event.what](teller, event, name))
    if teller.story.person.twice and event.what in _ELSEWHERE:
        made = tuple(one | {"subject": {"reference": f"Patient/{teller.story.person.second}"}} for one in made)
    if made:
        yield from _slipped(teller, event, name, made)


def _numbered(resource: Node, event: Event, number: int) -> Node:
    """The diagnosis that is confirmed follows the provisional one; a report follows the one that held nothing yet."""
    if event.what == "diagnosis":
        return _version(resource, number)
    follows = event.what == "pathology" and number == 1 and resource["resourceType"] == "DiagnosticReport"
    return _version(resource, 2) if follows else resource


def _slipped(teller: Teller, event: Event, name: str, made: tuple[Node, ...]) -> Iterator[Sent]:
    """The telling with its slip; a correction is a later version, and the later one may arrive first."""
    day = event.day
    if event.slip == "amended":
        corrected = tuple(_version(one | _AMENDED.get(str(one["status"]), {}), 3) for one in made)
        before = replace(teller, story=replace(teller.story, tumour=_mistaken(teller.tumour)))
        wrong = tuple(_version(one, 2) for one in TELL[event.what](before, event, name))
        first, second = (wrong, corrected) if teller.chance("order", day).happens(0.7) else (corrected, wrong)
        yield Sent(day, first)
        yield Sent(day, second)
    elif event.slip == "error":
        yield Sent(day, made)
        yield Sent(day, tuple(_in_error(one) for one in made))
    elif event.slip == "late":
        yield Sent(day + timedelta(days=teller.chance("late", day).whole(5, 30)), made)
    else:
        yield Sent(day, made)
        if event.slip == "twice":
            yield Sent(day + timedelta(days=1), made)


def _version(resource: Node, number: int) -> Node:
    return {**resource, "meta": {**resource["meta"], "versionId": str(number)}}


def _mistaken(tumour: Tumour) -> Tumour:
    """What the report says before it is corrected: the two stains that matter turned round, and the lowest grade."""
    turned = {marker: _TURNED.get(tumour.stains[marker], "equivocal") for marker in ("MDM2", "CDK4")}
    return replace(tumour, stains={**tumour.stains, **turned}, grade=1, scores=(1, 1, 0))


def _in_error(resource: Node) -> Node:
    wrong = {"verificationStatus": status("ver-status", "entered-in-error", "录入错误")}
    without = {name: element for name, element in resource.items() if name != "clinicalStatus"}
    return _version(without | wrong, 2)


def _second(teller: Teller) -> Iterator[Sent]:
    """A second record of the same patient, under the same number, with which some results come."""
    first = teller.story.first("person")
    if teller.story.person.twice and first is not None:
        made = acts.person(teller, first, "person")
        yield Sent(first.day, tuple(one | {"id": teller.story.person.second} for one in made))


def _ends(teller: Teller) -> Iterator[Sent]:
    """A death and a withdrawal, as the next version of what they change."""
    story = teller.story
    if (death := story.last("death")) is not None:
        for one in acts.person(teller, Event(death.day, "person"), "person"):
            yield Sent(death.day, (_version(one | {"deceasedDateTime": at(death.day, 300)}, 2),))
    gone, said = story.last("withdrawal"), story.last("consent")
    if gone is not None and said is not None and teller.told("consent"):
        for one in acts.consent(teller, said, "consent"):
            meta = {"versionId": "2", "lastUpdated": at(gone.day, 1390)}
            over = {"status": "inactive", "meta": meta}
            if teller.told("withdrawal-day"):
                over["provision"] = one["provision"] | {"period": {"start": one["dateTime"], "end": str(gone.day)}}
            yield Sent(gone.day, (one | over,))


def _spoken(resources: tuple[Node, ...], dialect: Dialect) -> tuple[Node, ...]:
    """In the FHIR version of the dialect; a stay is told in it from the first."""
    to = VERSIONS[dialect.told["version"]].from_r4
    return tuple(one if one["resourceType"] == "Encounter" else to(one)[0] for one in resources)
