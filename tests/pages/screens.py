"""The pages of which there are pictures in the documentation: name → whose, and where. Every page is one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from natars_fhir.emit.identity import keyed
from tests.service.hospital import KEY


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: *role* (empty: nobody is logged in) looks at *path*; *ready*: what scripts put there."""

    role: str
    path: str
    ready: str = ""


_NUMBERS = "https://his.hospital-a.example/fhir/NamingSystem/patient-number"


def patient(number: str) -> str:
    """The page of a patient of hospital A."""
    return f"/pages/patient/{keyed(KEY, 'natars', 'hospital-a', 'subject', 'identifier', _NUMBERS, number)}"


#: Whose MDM2 was corrected from positive to negative: I-09 bars since.
CORRECTED = patient("BA0000301")

SCREENS: Mapping[str, Screen] = {
    "login": Screen("", "/pages/login"),
    "home": Screen("coordinator", "/pages/home"),
    "account": Screen("investigator", "/pages/account"),
    "password": Screen("investigator", "/pages/account/password"),
    "people": Screen("operator", "/pages/people"),
    "worklist": Screen("investigator of A", "/pages/worklist"),
    "patient": Screen("investigator of A", CORRECTED),
    "evidence": Screen("investigator of A", f"{CORRECTED}/evidence/I-09"),
    "facts": Screen("investigator of A", f"{CORRECTED}/facts", ".chart svg"),
    "history": Screen("investigator of A", f"{CORRECTED}/history"),
    "form": Screen("investigator of A", f"{CORRECTED}/form", "#form lhc-item"),
}
