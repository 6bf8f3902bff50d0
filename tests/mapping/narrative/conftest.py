"""The word lists of the repository, loaded once for all tests of the reader."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from natars_fhir.mapping.narrative import Words, load

LISTS = Path(__file__).parents[3] / "mappings" / "narrative"
DRUGS = LISTS.parent / "drugs.toml"


@cache
def lists() -> Words:
    """The lists that ship, with the names of drugs."""
    rows = tomllib.loads(DRUGS.read_text("utf-8"))["drug"]
    return load(LISTS, {f"{row['name']} {'+'.join(row['classes'])}": row["names"] for row in rows})


@pytest.fixture(scope="session")
def words() -> Words:
    """The lists that ship."""
    return lists()
