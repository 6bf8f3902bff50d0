"""Eleven hundred and more entries of made-up general patients: all are read or let go, and none is of this trial."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.bulk.screen import screen_files
from tests import ward

BUNDLES = ward.ROOT.parent / "shared" / "data" / "synthea-r4-bundles.ndjson.gz"

pytestmark = pytest.mark.skipif(
    not BUNDLES.is_file(), reason="the Synthea sample (shared/data beside the checkout) is not on this machine"
)


@pytest.mark.parametrize("most", [pytest.param(1_000_000, id="in memory"), pytest.param(100, id="spilling")])
def test_every_entry_is_read_or_let_go_and_nobody_is_in_scope(most: int) -> None:
    inputs: list[Path] = [BUNDLES]
    tally, outcomes = screen_files(inputs, ward.reader(), ward.mappings().study, ward.AS_OF, most)
    found = list(outcomes)
    assert tally.documents == 78
    assert len(found) == 78
    assert set(tally.fates) <= {"read", "not-asked", "let-go"}
    assert tally.problems == []
    assert tally.all_read
    assert [one.record.patient.reference for one in found if one.screening.in_scope] == []
    assert {one.screening.verdict for one in found} <= {"undetermined", "ineligible"}
