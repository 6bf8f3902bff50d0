"""`site overlap`: what the trial office hears of two sites, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.domain.test_person_number import WHOLE, WITH_X
from tests.service.hospital import Hospital, condition, patient, transaction
from tests.ward import FOLDER

SYSTEM = "urn:oid:2.999.7"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """The mappings, and in them two sites that declare the system of resident numbers."""
    copied = copytree(FOLDER, tmp_path / "mappings")
    for site in ("hospital-a", "hospital-b"):
        file = copied / "sites" / f"{site}.toml"
        text = file.read_text("utf-8")
        declared = f'shared = {{ resident-number = ["{SYSTEM}"] }}\nidentifiers = '
        file.write_text(text.replace("identifiers = ", declared, 1), "utf-8")
    return str(copied)


def test_the_trial_office_hears_of_counts_and_pseudonyms(said: Any, folder: str, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    secret(tmp_path / "key", store)
    for site in ("hospital-a", "hospital-b"):
        person = patient(identifier=[{"system": SYSTEM, "value": WHOLE}])
        Hospital(store, site).push(transaction(person, condition()))
    store.close()
    code, out, _ = said("site", "overlap", "--mappings", folder, "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert told["pairs"] == [{"sites": ["hospital-a", "hospital-b"], "persons": 1}]
    assert [one["site"] for one in told["same"][0]] == ["hospital-a", "hospital-b"]
    assert {"site": "hospital-c", "compared": 0, "inScope": 0} in told["compared"]
    table = said("site", "overlap", "--mappings", folder)[1]
    assert "hospital-a and hospital-b may share 1 persons." in table
    assert told["same"][0][0]["subject"] in table
    assert WHOLE not in out + table
    assert said("site", "overlap", "--format", "xml")[0] == 64


@pytest.mark.parametrize(
    ("numbers", "told"),
    [((WHOLE, WITH_X), "No two sites share a person"), ((WHOLE,), "Nothing can be said"), ((), "Nothing")],
)
def test_that_nobody_is_shared_is_said_where_two_sites_can_be_compared_and_else_that_nothing_can_be_said(
    said: Any, folder: str, tmp_path: Path, numbers: tuple[str, ...], told: str
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    secret(tmp_path / "key", store)
    for site, number in zip(("hospital-a", "hospital-b"), numbers, strict=False):
        person = patient(identifier=[{"system": SYSTEM, "value": number}])
        Hospital(store, site).push(transaction(person, condition()))
    store.close()
    code, out, _ = said("site", "overlap", "--mappings", folder)
    assert (code, told in out) == (0, True)
