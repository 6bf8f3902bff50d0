"""`natars-fhir subject …`: who is looked at, what a person causes, and what is left of one who is forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import outbox
from tests import ward
from tests.service.hospital import condition, patient, transaction
from tests.service.spoken import INVESTIGATOR, HospitalA, push_case
from tests.service.subjects import ASSISTANT, SIGNER

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
WHY = ("--reason", "as she told us")
BY = ("--by", SIGNER)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    for place in ("speaking", "subject"):
        monkeypatch.setattr(f"natars_fhir.cli.{place}.now", lambda: NOW)
    (tmp_path / "key").write_bytes(b"0123456789abcdef0123456789abcdef")
    (tmp_path / "key").chmod(0o600)
    store = open_store(address)
    secret(tmp_path / "key", store)
    push_case(HospitalA(store))
    store.close()
    return address


def told(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out + err


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["subject", "list", "--site", "hospital-a", "--format", "json"]) == 0
    return list(json.loads(capsys.readouterr().out))


@pytest.fixture
def pseudonym(database: str, capsys: pytest.CaptureFixture[str]) -> str:
    (one,) = listed(capsys)
    return str(one["pseudonym"])


def test_subjects_are_listed_in_both_languages_and_as_json(
    database: str, pseudonym: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["subject", "list", "--site", "hospital-a"]) == 0
    english = told(capsys)
    assert pseudonym in english
    assert "screening (people are screening)" in english
    assert run(["subject", "list", "--site", "hospital-a", "--language", "zh"]) == 0
    assert "筛选中" in told(capsys)
    (one,) = listed(capsys)
    assert (one["state"], one["site"], one["request"]["status"]) == ("screening", "hospital-a", "completed")


def test_the_whole_life_on_the_command_line(
    database: str, pseudonym: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    arm = ("--arm", "neoadjuvant")
    assert run(["subject", "allocate", pseudonym, *arm, *BY]) == 1
    assert "This needs first: an investigator's signature." in told(capsys)
    assert run(["sign", "Patient/a-102", "--by", INVESTIGATOR, "--site", "hospital-a"]) == 0
    move = ["subject", "move", pseudonym, "--cause", "submitted", "--by", ASSISTANT, *WHY]
    assert run(move) == 0
    assert "pending-on-study" in told(capsys)
    assert run(["subject", "allocate", pseudonym, *arm, *BY, "--day", "2024-06-14"]) == 0
    assert run(["subject", "show", pseudonym, "--language", "zh"]) == 0
    shown = told(capsys)
    assert "已分组入组" in shown
    assert "本试验非随机" in shown
    assert run(["subject", "withdraw", pseudonym, "--from", "follow-up", *BY, *WHY]) == 0
    capsys.readouterr()
    assert run(["subject", "show", pseudonym]) == 0
    assert "The data is kept to 2024-06-15, and censored there." in told(capsys)
    assert run(["subject", "history", pseudonym]) == 0
    lines = told(capsys)
    assert f"said by {SIGNER} (investigator): the allocation to an arm neoadjuvant of 2024-06-14" in lines
    assert "because: as she told us" in lines
    assert run(["subject", "history", pseudonym, "--format", "json"]) == 0
    kinds = [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()]
    assert {"noticed", "said", "stood"} == set(kinds)
    assert (
        run(["subject", "move", pseudonym, "--cause", "corrected", "--strikes", "withdrew-follow-up", *BY, *WHY]) == 0
    )
    assert "on-study now" in told(capsys)


def test_who_withdraws_the_use_of_the_data_is_forgotten_with_a_certificate(
    database: str, pseudonym: str, capsys: pytest.CaptureFixture[str]
) -> None:
    purge = ["subject", "purge", pseudonym, *BY, *WHY]
    assert run(purge) == 1
    assert "withdraw --from use" in told(capsys)
    assert run(["subject", "withdraw", pseudonym, "--from", "use", *BY, *WHY]) == 0
    assert run(["subject", "show", pseudonym]) == 0
    assert "The data is not to be used any more." in told(capsys)
    assert run(purge) == 1
    assert "has not heard yet" in told(capsys)
    store = open_store(database)
    with store.write() as connection:
        connection.execute(outbox.update().values(state="done"))
    store.close()
    assert run(purge) == 0
    certificate = json.loads(capsys.readouterr().out)
    assert certificate["removed"]["resource_version"] > 0
    assert run(purge) == 0
    assert json.loads(capsys.readouterr().out) == certificate
    assert run(["subject", "show", pseudonym]) == 1
    assert "No subject of this pseudonym." in told(capsys)
    assert listed(capsys) == []


def test_a_request_is_declined_on_the_command_line(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(database)
    HospitalA(store).push(transaction(patient("9"), condition("c9", of="Patient/9")))
    store.close()
    (one,) = [found for found in listed(capsys) if found["request"]["status"] == "requested"]
    assert run(["subject", "show", one["pseudonym"]]) == 0
    assert "missing: " in told(capsys)
    assert run(["subject", "decline-task", one["pseudonym"], *BY, "--reason", "moved away"]) == 0
    assert "not asked again" in told(capsys)
    assert run(["subject", "history", one["pseudonym"], "--language", "zh"]) == 0
    assert f"{SIGNER} 拒绝数据请求; 理由: moved away" in told(capsys)
    assert run(["subject", "decline-task", one["pseudonym"], *BY, "--reason", "again"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["subject", "list", "--site", "nowhere"],
        ["subject", "list", "--site", "hospital-a", "--format", "xml"],
        ["subject", "list", "--site", "hospital-a", "--language", "fr"],
        ["subject", "withdraw", "0" * 32, "--from", "everything", *BY, *WHY],
        ["subject", "allocate", "0" * 32, "--arm", "x", *BY, "--day", "yesterday"],
    ],
)
def test_bad_arguments_are_told(database: str, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 64
    assert told(capsys)


@pytest.mark.parametrize("command", ["show", "history", "move", "allocate", "withdraw", "decline-task", "purge"])
def test_nobody_of_a_pseudonym_is_told(database: str, capsys: pytest.CaptureFixture[str], command: str) -> None:
    more = {
        "show": [],
        "history": [],
        "move": ["--cause", "opened", *BY, *WHY],
        "allocate": ["--arm", "neoadjuvant", *BY],
        "withdraw": ["--from", "use", *BY, *WHY],
    }
    assert run(["subject", command, "0" * 32, *more.get(command, [*BY, *WHY])]) == 1
    assert "No subject of this pseudonym." in told(capsys)
