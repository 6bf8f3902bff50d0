"""Loaded: of a freeze what can be compared, read back from its files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from natars_fhir.service.freeze.manifest import Manifest, read


class Origin(NamedTuple):
    """One fact of a subject: its concept, which it is, what it says, which bytes and which mapping told it; by mark."""

    concept: str
    fact: str
    says: str
    source: str
    mapping: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """One freeze. ``endpoints``, ``facts`` and ``sources`` are by pseudonym (what told nothing is nobody's: by none),
    and so is ``log`` (the place in the screening log); ``gone`` is by mark: why, and who it is now; ``withheld`` is by
    site and arm."""

    manifest: Manifest
    endpoints: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, tuple[Origin, ...]]
    sources: Mapping[str, frozenset[str]]
    log: Mapping[str, str]
    gone: Mapping[str, tuple[str, str]]
    withheld: Mapping[tuple[str, str], int]


def loaded(folder: Path) -> Loaded:
    """The freeze in *folder*. Raises NoManifestError; OSError, KeyError or ValueError where a file is not whole."""
    manifest = read(folder)
    facts: dict[str, list[Origin]] = {}
    for row in _rows(folder / "lineage.csv"):
        facts.setdefault(row["subject"], []).append(Origin(*(row[name] for name in Origin._fields)))
    sources: dict[str, set[str]] = {}
    for row in _rows(folder / "sources.csv"):
        sources.setdefault(row["subject"], set()).add(row["source"])
    lines = (folder / "endpoints.ndjson").read_bytes().splitlines()
    endpoints = {one["subject"]: one for one in map(msgspec.json.decode, lines)}
    withheld = Counter[tuple[str, str]]()
    for row in _rows(folder / "tables" / "withheld.csv"):
        withheld[row["site"], row["arm"]] += int(row["subjects"])
    return Loaded(
        manifest,
        endpoints,
        {name: tuple(rows) for name, rows in facts.items()},
        {name: frozenset(marks) for name, marks in sources.items()},
        {row["subject"]: row["place"] for row in _rows(folder / "screening-log.csv")},
        {row["mark"]: (row["why"], row["now"]) for row in _rows(folder / "gone.csv")},
        withheld,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
