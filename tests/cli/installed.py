"""Commands run in an installation of their own: a folder with a store and a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run


@pytest.fixture(name="said")
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))

    def ran(*arguments: str) -> tuple[int, str, str]:
        code = run([*arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return ran
