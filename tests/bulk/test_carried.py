"""The mappings go with the work: a worker needs no folder, and takes no other one's."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from natars_fhir.bulk.carried import OtherVersionError, carried, unpacked
from natars_fhir.bulk.recipe import ChangedError, Recipe
from tests import ward

RECIPE = Recipe(str(ward.FOLDER), ward.mappings().hash, "natars", "hospital-a", date(2024, 6, 15))


def test_what_was_carried_reads_as_the_folder_does() -> None:
    found = unpacked(carried(RECIPE))
    assert found.reader.mapping.hash == ward.reader("hospital-a").mapping.hash
    assert found.study == ward.mappings().study


def test_a_worker_of_another_version_does_not_answer() -> None:
    with pytest.raises(OtherVersionError, match="sent the work"):
        unpacked(replace(carried(RECIPE), version="0.0.0"))


def test_files_that_are_not_those_of_the_run_are_refused() -> None:
    one = carried(RECIPE)
    name, held = one.files[0]
    with pytest.raises(ChangedError):
        unpacked(replace(one, files=((name, held + b"\n# another\n"), *one.files[1:])))
