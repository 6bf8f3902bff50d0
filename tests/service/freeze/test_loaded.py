"""A freeze read back from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.service.freeze.loaded import loaded
from natars_fhir.service.freeze.manifest import Manifest, NoManifestError


def test_what_can_be_compared_is_read_back(made: tuple[Path, Manifest]) -> None:
    found = loaded(made[0])
    assert found.manifest == made[1]
    assert sorted(one["site"] for one in found.endpoints.values()) == ["hospital-b", "hospital-c"]
    assert set(found.facts) == set(found.sources) - {""} == set(found.endpoints)
    assert sum(map(len, found.facts.values())) == made[1].counts["facts"]
    assert len(found.log) == 6
    assert {why for why, _ in found.gone.values()} == {"renamed"}
    assert found.withheld == {}


def test_a_folder_without_a_manifest_is_no_freeze(tmp_path: Path) -> None:
    with pytest.raises(NoManifestError):
        loaded(tmp_path)
