"""The pages of which there are pictures in the documentation: name → whose, and where. Every page is one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: *role* (empty: nobody is logged in) looks at *path*."""

    role: str
    path: str


SCREENS: Mapping[str, Screen] = {
    "login": Screen("", "/pages/login"),
    "home": Screen("coordinator", "/pages/home"),
    "account": Screen("investigator", "/pages/account"),
    "password": Screen("investigator", "/pages/account/password"),
    "people": Screen("operator", "/pages/people"),
}
