"""Tables of strings: those the reader was built against, traps, and two sets that were written before it was tried."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.mapping.narrative import Words, read

from .written import lines

FOLDER = Path(__file__).parent / "strings"
ROWS = [
    (file.stem, row) for file in sorted(FOLDER.glob("*.toml")) for row in tomllib.loads(file.read_text())["strings"]
]
IDS = [f"{name}-{number}" for number, (name, _) in enumerate(ROWS)]


@pytest.mark.parametrize(("name", "row"), ROWS, ids=IDS)
def test_reads_as_written(name: str, row: dict[str, Any], words: Words) -> None:
    assert lines(read(row["text"], words, row.get("kind", "pathology"))) == set(row["expect"])
