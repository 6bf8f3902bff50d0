"""The program as it is called: it runs commands, and who stops it while it loads sees no stack trace."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from natars_fhir.start import main


def test_it_runs_a_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["natars-fhir", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("natars-fhir ")


def test_who_stops_it_while_it_loads_is_told_so_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = builtins.__import__

    def stopped(name: str, *more: Any) -> Any:
        if name == "natars_fhir.cli":
            raise KeyboardInterrupt
        return plain(name, *more)

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "__import__", stopped)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "stopped\n"
