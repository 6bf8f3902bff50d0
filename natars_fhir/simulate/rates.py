"""The data of the simulated hospital: rates, words and dialects, from the TOML files beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """One of the TOML files, read once."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def rates(part: str) -> dict[str, Any]:
    """A part of rates.toml: how often things are so."""
    found: dict[str, Any] = table("rates")[part]
    return found


def share(part: str, name: str) -> float:
    """How often one thing is so."""
    return float(rates(part)[name])
