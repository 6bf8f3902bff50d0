"""The screening log of a freeze: by pseudonym, without a day, and without whom it may not tell of."""

from __future__ import annotations

import csv
from pathlib import Path

from natars_fhir.service.freeze.cut import cut
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.screened import left, log
from natars_fhir.store.engine import Store
from tests.service.freeze.frozen import AS_OF, send
from tests.service.hospital import condition, intake, mappings, patient


def test_everybody_in_scope_has_a_line_under_the_pseudonym_of_the_tables(made: tuple[Path, Manifest]) -> None:
    def read(name: str) -> list[dict[str, str]]:
        with (made[0] / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    lines = {row["subject"]: row for row in read("screening-log.csv")}
    assert len(lines) == 6
    for row in read("tables/subjects.csv"):
        assert (lines[row["subject"]]["place"], lines[row["subject"]]["site"]) == ("allocated", row["site"])
    counts = {(row["site"], row["count"], row["of"]): row["patients"] for row in read("consort.csv")}
    assert counts["hospital-c", "in-scope", ""] == "3"
    assert counts["hospital-c", "allocated", "neoadjuvant"] == "1"


def test_who_left_the_scope_keeps_the_pseudonym(store: Store) -> None:
    site = "hospital-b"
    send(store, patient("7"), condition("c7", of="Patient/7"), site=site)
    with cut(store, intake(), mappings(), AS_OF) as now:
        there = {line[1]: line[2] for line in log(now)[0]}
    send(store, condition("c7", of="Patient/7", verificationStatus=_refuted()), site=site)
    with cut(store, intake(), mappings(), AS_OF) as now:
        (name,) = left(now)
        gone = {line[1]: line[2] for line in log(now)[0]}
    assert there[name] != "left"
    assert gone[name] == "left"


def _refuted() -> dict[str, object]:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {"coding": [{"system": system, "code": "refuted"}]}
