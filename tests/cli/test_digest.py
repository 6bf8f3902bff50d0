"""`natars-fhir digest`: the mail is shown, or sent now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.settings import default_folder
from natars_fhir.store import audit
from natars_fhir.store.engine import open_store
from tests.service.bedside.opened import SITE, case
from tests.service.mailbox import Mailbox, mailbox
from tests.service.spoken import HospitalA

TO = "coordinator@hospital-a.example"


@pytest.fixture
def ran(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store that knows patients, hospital A with a digest, and the command."""
    address, folder = f"sqlite:///{tmp_path}/store.sqlite", tmp_path / "mappings"
    opened = open_store(address)
    HospitalA(opened).push(case())
    opened.close()
    copytree(default_folder("mappings", "default_mappings"), folder)
    with (folder / "sites" / f"{SITE}.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[digest]\nto = {json.dumps([TO])}\n")
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("NATARS_MAPPINGS", str(folder))

    def done(*arguments: str, code: int = 0) -> str:
        assert run(["digest", *arguments]) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out + err

    return done


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as found:
        monkeypatch.setenv("NATARS_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("NATARS_SMTP_PORT", str(found.port))
        monkeypatch.setenv("NATARS_SMTP_STARTTLS", "false")
        monkeypatch.setenv("NATARS_MAIL_FROM", "natars@adapter.example")
        yield found


def test_what_would_be_sent_is_shown_and_not_sent(ran: Any, box: Mailbox) -> None:
    told = ran("--site", SITE, "--print")
    assert told.startswith(f"To: {TO}\nSubject: NATARS")
    assert "范围内" in told
    assert box.mails == []


def test_a_site_without_a_digest_is_shown_too(ran: Any) -> None:
    assert ran("--site", "hospital-b", "--print").startswith("To: \nSubject: NATARS")


def test_it_is_sent_now(ran: Any, box: Mailbox, tmp_path: Path) -> None:
    assert "Sent to 1" in ran("--site", SITE)
    assert box.to == [[TO]]
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with opened.read() as connection:
        assert [one.counts for one in audit.acts(connection, SITE) if one.act == "digest"] == [{"to": 1, "refused": 0}]
    opened.close()


def test_what_is_not_set_up_and_what_is_not_taken_are_told(ran: Any, box: Mailbox) -> None:
    assert "no [digest]" in ran("--site", "hospital-b", code=64)
    box.answer = "554 never"
    assert "554" in ran("--site", SITE, code=69)


def test_a_mail_server_needs_an_address_that_mails_come_from(ran: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_SMTP_HOST", "mail.example")
    assert "NATARS_MAIL_FROM" in ran("--site", SITE, "--print", code=78)
    monkeypatch.setenv("NATARS_MAIL_FROM", "a@b.example")
    monkeypatch.setenv("NATARS_SMTP_USER", "natars")
    assert "NATARS_SMTP_PASSWORD_FILE" in ran("--site", SITE, "--print", code=78)
