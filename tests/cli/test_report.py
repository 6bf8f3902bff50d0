"""What is said after the screening table: the most frequent first, and of what is not shown how much."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from natars_fhir.bulk.screen import Tally
from natars_fhir.cli.report import summary
from tests import ward

LIS = "http://his.hospital-b.example/lis"


@pytest.mark.parametrize(("codes", "more"), [(10, ""), (12, "… and 2 more: natars-fhir mappings gaps lists all.")])
def test_codes_that_are_not_shown_are_counted(codes: int, more: str) -> None:
    tally, written = Tally(), io.StringIO()
    tally.not_understood.update({("code", "Observation", LIS, f"X{number}"): 1 for number in range(codes)})
    summary(Console(file=written, width=140), tally, ward.reader("hospital-b").mapping)
    told = written.getvalue()
    assert told.count("local codes not mapped") == 10
    assert (more in told, "more" in told) == (True, bool(more))
