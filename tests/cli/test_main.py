"""The rim of every command: nothing is a stack trace, whatever the terminal, the disk and the database do."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from natars_fhir.cli import main, run
from natars_fhir.cli.screens import can_be_written
from tests.ward import ROOT

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_told_and_is_no_success() -> None:
    started = [sys.executable, "-c", "from natars_fhir.cli import main; main()", "--version"]
    with FULL.open("wb") as full:
        done = subprocess.run(started, stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT)  # noqa: S603
    assert done.returncode == 69
    assert done.stderr.decode().strip() == "This cannot be read or written: No space left on device"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert run(["simulate", "--patients", "1", "--to", str(tmp_path / "file" / "hospital")]) == 69
    assert "cannot be read or written" in capsys.readouterr().err


def test_a_database_that_fails_in_the_middle_is_told_without_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("select PLANTED", {}, Exception("PLANTED"))

    monkeypatch.setattr("natars_fhir.cli._commands", away)
    assert run(["log"]) == 69
    said = capsys.readouterr().err
    assert "NATARS_DATABASE" in said
    assert "PLANTED" not in said


_STORES = "a store is sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME"


def test_who_stops_a_command_is_told_that_it_stopped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("natars_fhir.cli.mappings.load", stopped)
    assert run(["mappings", "check"]) == 1
    assert capsys.readouterr().err.strip() == "stopped"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "many", "NATARS_PORT: Input should be a valid integer, unable to parse string as an integer"),
        ("PORT", "70000", "NATARS_PORT: Input should be less than or equal to 65535"),
        ("TOKENS", "one", "NATARS_TOKENS is no JSON"),
        ("TOKENS", '{"PLANTED": 5}', "NATARS_TOKENS: Input should be a valid string"),
        ("SMTP_HOST", "mail.example", "NATARS_SMTP_HOST needs NATARS_MAIL_FROM: the address that mails come from"),
        ("DATABASE", "PLANTED", f"NATARS_DATABASE: {_STORES}"),
        ("DATABASE", "mysql://PLANTED@x/y", f"NATARS_DATABASE: {_STORES}"),
        ("DATABASE", "sqlite:///", f"NATARS_DATABASE: {_STORES}"),
        ("DATABASE", "sqlite:///:memory:", f"NATARS_DATABASE: {_STORES}"),
        ("HOOK_ORIGINS", '["*"]', "NATARS_HOOK_ORIGINS: an origin is https://host[:port], and never a star"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_by_its_name_and_no_token_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"NATARS_{name}", value)
    assert run(["mappings", "check"]) == 78
    assert capsys.readouterr().err.strip() == told


def test_a_setting_that_is_misspelt_is_told_and_the_command_does_its_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATARS_TOKNES", "{}")
    monkeypatch.setattr(sys, "argv", ["natars-fhir", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().err.strip() == "NATARS_TOKNES is no setting and does nothing: is NATARS_TOKENS meant?"


def test_a_clock_that_cannot_be_right_is_told_and_the_command_does_its_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Early(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Early:
            return cls(1970, 1, 2, tzinfo=tz)

    monkeypatch.setattr("natars_fhir.cli.datetime", Early)
    monkeypatch.setattr(sys, "argv", ["natars-fhir", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "The clock of this machine says 1970-01-02, and is wrong" in capsys.readouterr().err


def test_a_bug_stays_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("natars_fhir.cli._commands", broken)
    with pytest.raises(ZeroDivisionError):
        run(["log"])


@pytest.mark.parametrize(
    ("encoding", "written"), [("ascii", "待"), ("utf-8", "待"), ("gbk", "待\\u1234"), ("latin-1", "\\u5f85")]
)
def test_a_sign_that_a_terminal_cannot_show_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, encoding: str, written: str
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    can_be_written()
    sys.stdout.write("待\u1234")
    sys.stdout.flush()
    assert written in raw.getvalue().decode("utf-8" if encoding == "ascii" else encoding)


def test_what_was_closed_is_written_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    can_be_written()
    print("待")
    sys.stdout.close()
