"""What is made of the settings for every push: of several processes on one file each screens before its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.service.remap.live import active
from tests.service.hospital import KEY, mappings
from tests.web.caller import settings


@pytest.mark.parametrize(
    ("more", "ahead"),
    [
        pytest.param({"workers": 2}, True, id="several processes on one file"),
        pytest.param({}, False, id="one process"),
        pytest.param({"workers": 2, "screen": "after"}, False, id="screened after the push"),
        pytest.param({"workers": 2, "database": "postgresql+psycopg://127.0.0.1/x"}, False, id="a server's database"),
    ],
)
def test_what_a_push_makes_of_patients_is_found_ahead_where_processes_wait_for_each_other(
    tmp_path: Path, more: dict[str, object], ahead: bool
) -> None:
    found = active(mappings(), settings(tmp_path, **more), KEY, {"generic"}, ["R4"])
    assert found.intake.ahead is ahead
