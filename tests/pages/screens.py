"""The pages of which there are pictures in the documentation: name → whose, and where. Every page is one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: *role* (empty: nobody is logged in) looks at *path*."""

    role: str
    path: str


#: A subject of the crowd (`crowd.py`) who was treated and operated on, and progressed.
SUBJECT = "89d876315bad7554a8f68b84cd2665ed"

SCREENS: Mapping[str, Screen] = {
    "login": Screen("", "/pages/login"),
    "home": Screen("coordinator", "/pages/home"),
    "account": Screen("investigator", "/pages/account"),
    "password": Screen("investigator", "/pages/account/password"),
    "people": Screen("operator", "/pages/people"),
    "trial": Screen("trial-office", "/pages/trial"),
    "trial-missing": Screen("trial-office", "/pages/trial/missing"),
    "trial-visits": Screen("trial-office", "/pages/trial/visits"),
    "trial-endpoints": Screen("trial-office", "/pages/trial/endpoints"),
    "trial-events": Screen("trial-office", "/pages/trial/events"),
    "trial-subjects": Screen("trial-office", "/pages/trial/subjects"),
    "trial-subject": Screen("trial-office", f"/pages/trial/subject?of={SUBJECT}"),
    "trial-overlap": Screen("trial-office", "/pages/trial/overlap"),
    "trial-freezes": Screen("trial-office", "/pages/trial/freezes"),
    "trial-exports": Screen("trial-office", "/pages/trial/exports"),
}
