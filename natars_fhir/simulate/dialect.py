"""A dialect: how one simulated hospital says things; read from dialects.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from natars_fhir.fhir.build import Node
from natars_fhir.simulate.rates import table

NAMES: Final = ("coded", "text", "mixed", "r5")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One hospital's ways."""

    name: str
    told: Mapping[str, Any]

    @property
    def site(self) -> str:
        """The site file that maps it."""
        return str(self.told["site"])

    def item(self, name: str, title: str = "", of: str = "") -> Node:
        """The CodeableConcept that asks for an item; *of* fills the place of a marker's name."""
        system, code, own = self.told["codes"].get(name, ("natars", name, title))
        text = (own or title).format(of)
        return concept(text, system, code.format(of.upper().replace("KI-67", "KI67"))) if system else {"text": text}

    def value(self, name: str) -> Node:
        """A value as a choice of Observation: a CodeableConcept, or a text."""
        said = self.told["says"].get(name, name)
        if isinstance(said, str):
            return {"valueString": said}
        return {"valueCodeableConcept": concept(said[2], said[0], said[1])}


def system(name: str) -> str:
    """The address of a code system by its short name."""
    return str(table("dialects")["systems"].get(name, name))


def concept(text: str, of: str, code: str, display: str = "") -> Node:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system(of), "code": code, "display": display or text}], "text": text}


def named(name: str) -> Dialect:
    """The dialect of a name."""
    told = table("dialects")[name]
    return Dialect(name, {**table("dialects")[told["like"]], **told} if "like" in told else told)
