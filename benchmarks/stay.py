"""What every made resource repeats, as a verbose hospital sends it: narrative, meta, identifiers, references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks import oncology as said

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stay:
    """What every resource of one patient's stay repeats, and the chance that it is drawn with."""

    chance: Random
    patient: str
    name: str
    encounter: str
    admitted: date
    born: date
    female: bool
    entity: said.Entity

    def at(self, day: int, minute: int = 510) -> str:
        """A time of the stay, *day* days after admission."""
        return f"{self.admitted + timedelta(day)}T{minute // 60:02}:{minute % 60:02}:00+08:00"

    def happens(self, in_a_hundred: int) -> bool:
        """Drawn from the stay's own chance."""
        return self.chance.random() * 100 < in_a_hundred


def identity(chance: Random) -> str:
    """An id in the form of a UUID."""
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def concept(text: str, *codings: tuple[str, str, str]) -> Json:
    """A CodeableConcept from (system, code, display)."""
    return {"coding": [{"system": s, "code": c, "display": d} for s, c, d in codings], "text": text}


def quantity(value: Decimal | int, unit: str, code: str) -> Json:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": said.UCUM, "code": code}


def narrative(title: str, rows: Sequence[tuple[str, str]]) -> Json:
    """The generated text that such systems put before everything else."""
    cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><div class="header">{title}</div>'
        f'<table class="grid"><tbody>{cells}</tbody></table></div>',
    }


def whole(kind: str, stay: Stay, title: str, rows: Sequence[tuple[str, str]], profile: str, body: Json) -> Json:
    """A resource of *kind* with all that comes before its own elements."""
    key = identity(stay.chance)
    return {
        "resourceType": kind,
        "id": key,
        "meta": {
            "versionId": "1",
            "lastUpdated": f"{stay.admitted + timedelta(9)}T23:10:04.118+08:00",
            "profile": [profile],
        },
        "text": narrative(title, [("患者", stay.name), *rows]),
        "identifier": [
            {
                "use": "official",
                "system": f"{said.HOSPITAL}/NamingSystem/{kind.lower()}-number",
                "value": f"{kind[:3].upper()}{key[-12:]}",
            }
        ],
        **body,
    }


def about(stay: Stay) -> Json:
    """Whose resource it is, and of which visit."""
    return {
        "subject": {"reference": f"Patient/{stay.patient}", "display": stay.name},
        "encounter": {"reference": f"Encounter/{stay.encounter}"},
    }


def performer(role: str) -> list[Json]:
    """Who did it, as the hospital names them."""
    return [
        {"reference": "Organization/hospital-a", "display": "甲医院"},
        {"display": role},
    ]
