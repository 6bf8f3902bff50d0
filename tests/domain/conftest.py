"""The trial file of this repository, read once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.domain.study import Study
from natars_fhir.domain.trial import build

TRIAL = Path(__file__).parents[2] / "mappings" / "trials" / "natars.toml"


@pytest.fixture(scope="session")
def trial_table() -> dict[str, Any]:
    return tomllib.loads(TRIAL.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def study(trial_table: dict[str, Any]) -> Study:
    built, faults = build(trial_table)
    assert faults == []
    return built
