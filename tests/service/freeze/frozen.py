"""Freezes for tests: what fills a store, what freezes it, and what changes it. Nobody is real."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.parts import PARTS
from natars_fhir.service.freeze.write import Wanted, Watch, freeze
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from tests.service.export.test_endpoints import CASES
from tests.service.hospital import Hospital, intake, mappings

AS_OF = date(2025, 6, 1)
LATER = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)
CASE = CASES["hospital-c"] / "bundle.json"
#: The parts that take no time; the others are written in one test.
QUICK = {name: PARTS[name] for name in
         ("tables", "endpoints", "lineage", "screening-log", "open-issues", "counts", "mappings")}  # fmt: skip
#: The resources of the treated subject of hospital C that tests change.
PERSON, PROGRESSION, SURGERY = "c-191", "c-191-obs-29", "c-191-procedure-21"


def fill(store: Store) -> None:
    for site, case in CASES.items():
        Hospital(store, site).push((case / "bundle.json").read_bytes())


def freeze_of(
    store: Store, to: Path, name: str = "", as_of: date = AS_OF, watch: Watch | None = None, at: datetime = LATER
) -> tuple[Path, Manifest]:
    return freeze(store, intake(), mappings(), Wanted(to, name, as_of), Act(EVERYWHERE, at, "freeze"), watch)


def told(resource: str) -> dict[str, Any]:
    """A resource of the case of hospital C, as it was sent."""
    entries = json.loads(CASE.read_bytes())["entry"]
    found: dict[str, Any] = next(one["resource"] for one in entries if one["resource"]["id"] == resource)
    return found


def send(store: Store, *resources: dict[str, Any], site: str = "hospital-c") -> None:
    """Sends them, newer than what was sent before."""
    entries = [{"resource": {**one, "meta": {"versionId": "9"}}} for one in resources]
    answer = Hospital(store, site).push({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert answer.status < 300


def send_later_progression(store: Store) -> None:
    """The progression was on 20 March, and not on 20 February."""
    send(store, {**told(PROGRESSION), "effectiveDateTime": "2025-03-20"})


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def texts(folder: Path) -> dict[str, str]:
    """All that a freeze says of subjects: everything but the mappings."""
    return {
        name: content.decode("utf-8-sig")
        for name, content in bytes_of(folder).items()
        if not name.startswith("mappings/")
    }
