"""`natars-fhir freeze`: makes, verifies and compares freezes, with the contract's exit codes and in both languages."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from natars_fhir.cli import run
from natars_fhir.service.freeze.parts import PARTS
from natars_fhir.service.freeze.shown import _SAYS, _WHY
from natars_fhir.service.freeze.verify import FAULTS
from natars_fhir.store import audit
from natars_fhir.store.audit import EVERYWHERE
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import reading
from tests import ward
from tests.service.freeze.conftest import full
from tests.service.freeze.frozen import QUICK, send_later_progression

__all__ = ["full"]
LATE = ("--as-of", "2025-06-01")


@pytest.fixture
def told(full: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    monkeypatch.setattr("natars_fhir.service.freeze.write.PARTS", QUICK)
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{shutil.copy(full, tmp_path / 'store.sqlite')}")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))

    def ran(*arguments: str, code: int = 0) -> str:
        assert run(list(arguments)) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out + err if code else out

    return ran


def opened(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/store.sqlite")


def made(told: Any, tmp_path: Path, name: str = "") -> Path:
    out = told("freeze", "--to", str(tmp_path / "freezes"), *LATE, *(("--name", name) if name else ()))
    return Path(out.strip())


def test_a_freeze_is_made_verified_and_kept_in_the_audit(told: Any, tmp_path: Path) -> None:
    folder = made(told, tmp_path)
    assert folder.name.startswith("natars-2025-06-01-")
    assert "all as they were written" in told("freeze", "verify", str(folder))
    assert "均与写入时一致" in told("freeze", "verify", str(folder), "--language", "zh")
    found = json.loads(told("freeze", "verify", str(folder), "--format", "json"))
    assert found["faults"] == []
    store = opened(tmp_path)
    with store.read() as connection:
        (act,) = audit.acts(connection, EVERYWHERE)
    store.close()
    assert (act.act, act.hash, act.by) == ("freeze", found["digest"], "command:freeze")
    assert act.person


def test_a_changed_file_is_told_by_its_name_with_exit_code_1(told: Any, tmp_path: Path) -> None:
    folder = made(told, tmp_path)
    (folder / "tables" / "facts.csv").unlink()
    (folder / "more").touch()
    out = told("freeze", "verify", str(folder), code=1)
    assert "tables/facts.csv is missing" in out
    assert "more is in no manifest" in out
    assert "tables/facts.csv 缺失" in told("freeze", "verify", str(folder), "--language", "zh", code=1)
    found = json.loads(told("freeze", "verify", str(folder), "--format", "json", code=1))
    assert {"file": "more", "what": "not-listed"} in found["faults"]
    assert "more is in no manifest" in told("freeze", "diff", str(folder), str(folder), code=1)


def test_what_differs_today_is_told_with_the_reason(told: Any, tmp_path: Path) -> None:
    folder = made(told, tmp_path)
    assert "Nothing differs." in told("freeze", "verify", str(folder), "--again")
    store = opened(tmp_path)
    send_later_progression(store)
    store.close()
    out = told("freeze", "verify", str(folder), "--again", code=1)
    assert "The store's audit tells of this freeze." in out
    assert "PFS  event (progression) 184 → event (progression) 212" in out
    found = json.loads(told("freeze", "verify", str(folder), "--again", "--format", "json", code=1))
    assert found["inAudit"] is True
    assert [one["why"] for one in found["subjects"]] == [["data"]]


def test_two_freezes_are_compared_in_both_languages_and_for_machines(told: Any, tmp_path: Path) -> None:
    first = made(told, tmp_path)
    second = made(told, tmp_path, "again")
    assert "Nothing differs." in told("freeze", "diff", str(first), str(second))
    assert "无差异" in told("freeze", "diff", str(first), str(second), "--language", "zh")
    store = opened(tmp_path)
    send_later_progression(store)
    store.close()
    third = made(told, tmp_path, "later")
    en = told("freeze", "diff", str(first), str(third), code=1)
    assert "hospital-c  changed (data changed)" in en
    assert "- §6.2   The first progression after that day: progression (day 184)" in en
    assert "facts  progression: 0 added, 0 removed, 1 changed (data changed)" in en
    assert "0 new, 0 gone, 1 changed." in en
    zh = told("freeze", "diff", str(first), str(third), "--language", "zh", code=1)
    assert "变更 (数据变更)" in zh
    assert "其后首次进展：疾病进展（第212天）" in zh
    (one,) = json.loads(told("freeze", "diff", str(first), str(third), "--format", "json", code=1))["subjects"]
    free = one["endpoints"][0]
    assert (free["parameter"], free["before"]["days"], free["after"]["days"]) == ("PFS", 184, 212)
    assert "c-191" not in json.dumps(one) + en + zh
    assert "2025-" not in json.dumps(one)


def _stale(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with store.write() as connection:
        connection.execute(update(reading).values(mapping="another"))
    store.close()


def test_what_another_mapping_read_is_refused_with_78(told: Any, tmp_path: Path) -> None:
    folder = made(told, tmp_path)
    _stale(tmp_path)
    assert "another mapping read" in told("freeze", "--to", str(tmp_path / "b"), *LATE, code=78)
    assert "another mapping read" in told("freeze", "verify", str(folder), "--again", code=78)


def test_what_cannot_be_done_is_told(told: Any, tmp_path: Path) -> None:
    folder = made(told, tmp_path)
    to = str(tmp_path / "freezes")
    (tmp_path / "file").touch()
    for arguments, code, says in (
        (("freeze",), 64, "--to names the folder"),
        (("freeze", "--to", to, *LATE), 64, "never written over"),
        (("freeze", "--to", to, "--name", "../x"), 64, "without a path"),
        (("freeze", "--to", to, "--as-of", "soon"), 64, "is not a day"),
        (("freeze", "--to", str(tmp_path / "file")), 69, "cannot be written there"),
        (("freeze", "verify", str(tmp_path / "nowhere")), 64, "is no folder"),
        (("freeze", "verify", str(tmp_path)), 1, "manifest.json is no manifest of a freeze"),
        (("freeze", "verify", str(folder), "--format", "xml"), 64, "not table or json"),
        (("freeze", "diff", str(folder), str(folder), "--language", "de"), 64, "not en or zh"),
        (("freeze", "diff", str(folder), str(tmp_path)), 1, "is no manifest"),
    ):
        assert says in told(*arguments, code=code), arguments


def test_a_part_that_is_left_out_is_said(
    told: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lifelines", None)
    monkeypatch.setattr("natars_fhir.service.freeze.write.PARTS", {**QUICK, "survival": PARTS["survival"]})
    assert run(["freeze", "--to", str(tmp_path / "x"), *LATE]) == 0
    assert "survival: survival figures need the extra `statistics`" in capsys.readouterr().err


def test_everything_is_said_in_both_languages() -> None:
    assert all(en and zh for table in (_SAYS, _WHY, FAULTS) for en, zh in table.values())


def test_a_person_who_looks_on_sees_what_is_written(
    told: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert run(["freeze", "--to", str(tmp_path / "x"), *LATE]) == 0
    assert "mappings …" in capsys.readouterr().err
