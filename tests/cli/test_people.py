"""Accounts by command: a password is shown once and alone, and never told on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.cli import run
from natars_fhir.cli.exits import BAD_ARGUMENTS, DONE, FAULTS, UNAVAILABLE
from natars_fhir.service.access import login
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store import accounts
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import open_store
from tests.service.hospital import NOW

pytestmark = pytest.mark.usefixtures("quick_hashes")

ADD = ["people", "add", "zhang.wei", "--role", "coordinator", "--site", "hospital-b", "--person", "S-001"]


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))


def kept(folder: Path, name: str = "zhang.wei") -> Account:
    store = open_store(f"sqlite:///{folder}/store.sqlite")
    with store.read() as connection:
        found = accounts.by_name(connection, name)
    store.close()
    assert found is not None
    return found


def opens(folder: Path, password: str) -> bool:
    store = open_store(f"sqlite:///{folder}/store.sqlite")
    try:
        return login.enter(store, secret(folder / "key", store), "zhang.wei", password, NOW) is not None
    finally:
        store.close()


def test_an_account_is_made_and_the_password_alone_goes_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ADD) == DONE
    told = capsys.readouterr()
    password = told.out.strip()
    assert len(password) == 24
    assert password not in told.err
    assert "zhang.wei of hospital-b (coordinator)" in told.err
    assert opens(tmp_path, password)
    assert kept(tmp_path).person == "S-001"


def test_a_password_that_is_typed_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.prompt", lambda *_, **__: "a long sentence of mine")
        assert run([*ADD, "--typed"]) == DONE
    assert capsys.readouterr().out == ""
    assert opens(tmp_path, "a long sentence of mine")


def test_a_password_that_is_too_easy_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.prompt", lambda *_, **__: "short")
        assert run([*ADD, "--typed"]) == BAD_ARGUMENTS
    assert "at least 12 characters" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ["people", "add", "x", "--role", "coordinator"],
        ["people", "add", "x", "--role", "coordinator", "--site", "nowhere"],
        ["people", "add", "x", "--role", "admin"],
        ["people", "add", "x"],
        ["people", "add", "x", "--role", "operator", "--provider", "https://login.example"],
    ],
)
def test_an_account_that_cannot_be_is_a_bad_argument(more: list[str]) -> None:
    assert run(more) == BAD_ARGUMENTS


def test_accounts_are_listed_with_their_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(ADD)
    run(["people", "disable", "ZHANG.wei"])
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        assert run(["people", "list"]) == DONE
    told = capsys.readouterr().out
    assert "zhang.wei" in told
    assert "disabled" in told
    assert kept(tmp_path).id in told


def test_an_account_is_reset_unlocked_and_enabled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(ADD)
    old = capsys.readouterr().out.strip()
    assert run(["people", "reset", "zhang.wei"]) == DONE
    new = capsys.readouterr().out.strip()
    assert not opens(tmp_path, old)
    assert kept(tmp_path).failures == 1
    assert run(["people", "unlock", "zhang.wei"]) == DONE
    assert kept(tmp_path).failures == 0
    assert run(["people", "disable", "zhang.wei"]) == DONE
    assert not opens(tmp_path, new)
    assert run(["people", "enable", "zhang.wei"]) == DONE
    assert opens(tmp_path, new)


@pytest.mark.parametrize("command", ["reset", "disable", "enable", "unlock"])
def test_what_is_not_there_is_a_fault(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", command, "nobody"]) == UNAVAILABLE
    run(ADD)
    assert run(["people", command, "nobody"]) == FAULTS
    assert "no such account" in capsys.readouterr().err


def test_who_made_an_account_is_in_the_audit_as_the_command(tmp_path: Path) -> None:
    from sqlalchemy import select

    from natars_fhir.store.tables.audit import audit

    run(ADD)
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.read() as connection:
        (row,) = connection.execute(select(audit)).all()
    store.close()
    assert (row.act, row.by, row.site) == ("account made", "command:people", "hospital-b")
