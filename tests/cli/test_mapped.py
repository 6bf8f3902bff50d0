"""`mappings desk`: what a site's people mapped, as a command shows it, and back again; other commands read with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.service.remap import mapped
from natars_fhir.store.engine import open_store
from tests.service.hospital import KEY, NOW, Hospital, mappings, patient
from tests.service.remap.test_gaps import LIS, result

SITE = "hospital-b"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    database = f"sqlite:///{tmp_path}/store.sqlite"
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    monkeypatch.setenv("NATARS_DATABASE", database)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr("natars_fhir.cli.inputs.load", lambda *_: mappings())
    store = open_store(database)
    Hospital(store, SITE).push(patient())
    Hospital(store, SITE).push(result("1"))
    row = Row(Code(system=LIS, code="LIS0103"), Target("asked", "anc"), "中性粒细胞")
    mapped.put(store, KEY, mappings(), SITE, 0, row, "account x", NOW)
    store.close()

    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run(["mappings", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran


def test_versions_are_listed_printed_made_active_and_taken_back(said: Any) -> None:
    code, out, _ = said("desk", "--site", SITE)
    assert (code, "account x" in out, "waits" in out) == (0, True, True)
    assert said("desk", "--site", SITE, "--number", 1)[1] == f'[codes."{LIS}"]\n"LIS0103" = "anc"   # 中性粒细胞\n'
    assert "LIS0103" in said("gaps", "--site", SITE, "--format", "csv")[1]
    assert "counts from now on" in said("desk", "--site", SITE, "--activate", 1)[2]
    assert "LIS0103" not in said("gaps", "--site", SITE, "--format", "csv")[1]
    assert "counted already" in said("desk", "--site", SITE, "--activate", 1)[2]
    assert said("desk", "--site", SITE, "--activate", 0)[0] == 0
    assert "LIS0103" in said("gaps", "--site", SITE, "--format", "csv")[1]


def test_a_version_that_there_is_not_is_told(said: Any) -> None:
    code, _, err = said("desk", "--site", SITE, "--activate", 7)
    assert (code, "has no version 7" in err) == (1, True)
