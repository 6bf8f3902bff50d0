"""Who tells a story in a dialect: the pieces that every resource repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from natars_fhir.fhir.build import Node
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.dialect import Dialect, concept, system
from natars_fhir.simulate.story import Story, Tumour

#: How a type calls the patient whom it is about, where it is not `subject`.
_ABOUT = {"ResearchSubject": "individual", "Consent": "patient"}


@dataclass(frozen=True, slots=True)
class Teller:
    """A story as it had been told at the end of a day, and the dialect that it is told in."""

    story: Story
    dialect: Dialect

    @property
    def key(self) -> str:
        """How the ids of the patient's resources begin."""
        return self.story.person.key

    @property
    def tumour(self) -> Tumour:
        """The tumour; only events of patients who have one ask for it."""
        assert self.story.tumour is not None  # noqa: S101
        return self.story.tumour

    def chance(self, *purpose: object) -> Chance:
        """Chance for one purpose: the same whatever else is told."""
        return Chance(self.key, self.dialect.name, *purpose)

    def told(self, item: str) -> bool:
        """Is this told?"""
        return item not in self.story.left_out

    def in_words(self, group: str) -> bool:
        """Does this kind of result come as a report in words?"""
        return group in self.story.words

    def resource(self, kind: str, name: str, day: date, /, **body: Any) -> Node:
        """A resource of the patient, in the version of *day*."""
        made: Node = {
            "resourceType": kind,
            "id": self.key if kind == "Patient" else f"{self.key}-{name}",
            "meta": {"versionId": "1", "lastUpdated": at(day, 1390)},
        }
        if kind != "Patient":
            made[_ABOUT.get(kind, "subject")] = self.me
        for element, value in body.items():
            if value is not None:
                made[element] = value
        return made

    @property
    def me(self) -> Node:
        """A reference to the patient."""
        return {"reference": f"Patient/{self.key}"}

    def observation(self, name: str, day: date, code: Node, value: Node, category: str = "exam", **more: Any) -> Node:
        """A final Observation."""
        kind = concept(category, system("hl7") + "observation-category", category)
        return self.resource(
            "Observation",
            name,
            day,
            status="final",
            category=[kind],
            code=code,
            effectiveDateTime=at(day, 620),
            issued=at(day, 1040),
            **value,
            **more,
        )

    def report(self, name: str, day: date, item: str, text: str, taken: date | None = None) -> Node:
        """A final DiagnosticReport whose content is prose."""
        return self.resource(
            "DiagnosticReport",
            name,
            day,
            status="final",
            code=self.dialect.item(item),
            effectiveDateTime=at(taken or day, 600),
            issued=at(day, 990),
            conclusion=text or None,
        )


def at(day: date, minute: int) -> str:
    """A time of the day, in Shanghai."""
    return f"{day}T{minute // 60:02}:{minute % 60:02}:00+08:00"


def quantity(value: float, unit: str, ucum: str) -> Node:
    """A Quantity with its UCUM code."""
    return {"value": Decimal(f"{value:g}"), "unit": unit, "system": system("ucum"), "code": ucum}


def status(of: str, code: str, text: str) -> Node:
    """A status of a Condition."""
    return concept(text, f"{system('hl7')}condition-{of}", code)
