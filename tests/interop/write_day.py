"""Writes what a day at two sites ends in: `python -m tests.interop.write_day`. What changed is reviewed like code."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from natars_fhir.store.engine import open_store
from tests.interop.day import begun, end, whole_day

EXPECTED = Path(__file__).parent / "expected"


def expected(name: str) -> list[Any]:
    """What was written: an object a line."""
    return [json.loads(line) for line in (EXPECTED / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.sqlite")
        with begun(Path(folder), store) as day:
            whole_day(day)
            found = end(day)
        store.close()
    for name, told in found.items():
        lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in told]
        (EXPECTED / f"{name}.ndjson").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
