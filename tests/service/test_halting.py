"""What halts and what goes on, row by row; every run ends with a result, and its counts add up."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.ingest.answer import ISSUE
from natars_fhir.service.ingest.door import Door
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.load import load_file
from natars_fhir.store import audit, quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Wanted
from tests.halting import MATRIX, Halt
from tests.service.hospital import NOW, intake, patient, reader

MOST = 4
ROWS = pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row.comes}: {row.fault}")


def octets(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()


def audited(store: Store) -> Counter[str]:
    counts = Counter[str]()
    with store.read() as connection:
        for act in audit.acts(connection, "generic"):
            counts.update({what: number for what, number in act.counts.items() if not what.startswith(ISSUE)})
    return counts


def apart(store: Store) -> int:
    with store.read() as connection:
        return quarantine.counts(connection, "generic")["waiting"]


@ROWS
def test_a_push_is_answered_as_the_table_says_and_the_counts_agree(store: Store, row: Halt) -> None:
    answer = push(store, intake(MOST), reader(), octets(row.document), NOW)
    assert (answer.status, answer.counts.get("created", 0), apart(store)) == (row.status, row.taken, row.apart)
    assert audited(store) == Counter(answer.counts)
    if row.apart:
        assert answer.counts["refused"] == row.apart
    if answer.body["resourceType"] == "Bundle":
        statuses = Counter(entry["response"]["status"] for entry in answer.body["entry"])
        assert (statuses["201 Created"], statuses["422 Unprocessable Entity"]) == (row.taken, row.apart)


@ROWS
def test_in_a_file_it_costs_the_lines_beside_it_nothing(store: Store, tmp_path: Path, row: Halt) -> None:
    path = tmp_path / "sent.ndjson"
    path.write_bytes(b"\n".join(map(octets, (patient("8"), row.document, patient("9")))))
    *_, run = load_file(Door(store, intake(MOST), reader(), 1_000_000, lambda: NOW), path)
    assert (run.file.state, run.counts["created"], apart(store)) == ("done", row.taken + 2, row.apart)
    assert audited(store) == run.counts
    assert run.all_read == ((row.status in (200, 202) and not row.apart) or not octets(row.document).strip())


def test_errors_add_up_over_runs(store: Store) -> None:
    def came() -> dict[int, int]:
        for row in MATRIX:
            push(store, intake(MOST), reader(), octets(row.document), NOW)
        with store.read() as connection:
            found = quarantine.listed(connection, Wanted(most=1_000), "generic")
        return {one.number: one.count for one in found}

    first, second = came(), came()
    assert len(first) > 8
    assert all(second[number] > count for number, count in first.items())
    named = 2  # the message and the document say who they are, and get their first answer again
    assert sum(second.values()) == 2 * sum(first.values()) - named
