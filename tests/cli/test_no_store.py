"""Where the setting names no store of ours: a command that looks says so in one line and makes nothing; one that begins
a store begins it in an empty place alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

from natars_fhir.cli import app
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.ward import FOLDER, load_once

SITE = ("--site", "hospital-b")
BY = ("--by", "x", "--reason", "x")
SUBJECTS = (
    ("show", "p"), ("history", "p"), ("move", "p", "--cause", "opened", *BY),
    ("allocate", "p", "--arm", "x", "--by", "x"),
    ("withdraw", "p", "--from", "treatment", *BY), ("decline-task", "p", *BY), ("purge", "p", *BY),
)  # fmt: skip
#: Every command that needs a store and begins none.
LOOKS: tuple[tuple[str, ...], ...] = (
    ("audit", "verify"), ("audit", "head"), ("audit", "list"), ("audit", "export"),
    ("attest", "Patient/1", "--criterion", "I-15", "--answer", "yes", "--by", "x", "--reason", "x", *SITE),
    ("backup", "out"), ("certificate", "list"), ("certificate", "revoke", "0" * 64, *SITE), ("client", "list"),
    ("client", "revoke", "x"), ("deliver",), ("digest", *SITE, "--print"), ("endpoints",),
    ("explain", "Patient/1", *SITE),
    ("export", "out"), ("form", "Patient/1", *SITE), ("freeze", "--to", "."), ("history", "Patient/1", *SITE),
    ("log", *SITE), ("mappings", "desk", *SITE), ("mappings", "diff", str(FOLDER), str(FOLDER)),
    ("mappings", "gaps", *SITE), ("missing", *SITE),
    ("outbox", "list"), ("outbox", "replay", "1"), ("outbox", "show", "1"), ("people", "list"),
    ("people", "disable", "x"),
    ("people", "enable", "x"), ("people", "reset", "x"), ("people", "unlock", "x"), ("quarantine", "list"),
    ("quarantine", "show", "1"), ("quarantine", "replay", *SITE),
    ("quarantine", "dismiss", "1", "--by", "x", "--reason", "x"), ("sign", "Patient/1", "--by", "x", *SITE),
    ("site", "overlap"), *(("subject", *one) for one in SUBJECTS), ("site", "remove", "hospital-z"),
    ("subject", "list", *SITE), ("token", "list"),
    ("token", "revoke", "x"), ("token", "rotate", "x"), ("visits", "due"),
)  # fmt: skip
#: Every command that begins a store where there is none.
BEGINS: tuple[tuple[str, ...], ...] = (
    ("people", "add", "zhang.wei", "--role", "coordinator", *SITE),
    ("site", "add", "hospital-b"),
)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("inputs", "audit", "backup", "people", "tokens", "clients", "leaving", "gaps", "difference"):
        monkeypatch.setattr(f"natars_fhir.cli.{name}.load", load_once, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("arguments", LOOKS, ids=" ".join)
def test_a_command_that_looks_makes_no_store(said: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = said(*arguments)
    assert (code, out, len(err.splitlines())) == (69, "", 1)
    assert "here is no store yet" in err
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("arguments", [*LOOKS, *BEGINS, ("store", "migrate")], ids=" ".join)
def test_no_command_makes_anything_in_somebody_elses_database(
    said: Any, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(file)) as theirs, theirs:
        theirs.execute("CREATE TABLE patient (name TEXT)")
    was = file.read_bytes()
    code, out, err = said(*arguments)
    assert (code, out, len(err.splitlines())) == (69, "", 1)
    assert "none of a store of ours: nothing was made or changed in it" in err
    assert (file.read_bytes(), [*tmp_path.iterdir()]) == (was, [file])


@pytest.mark.parametrize("arguments", BEGINS, ids=" ".join)
def test_a_command_that_begins_a_store_begins_it_in_an_empty_place(
    said: Any, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    code, _, err = said(*arguments)
    assert code == 0, err
    assert (tmp_path / "store.sqlite").is_file()
    assert said("audit", "verify")[0] == 0


#: What the rest does with a store: nothing, or it begins one and has tests of its own for that.
OTHERS = frozenset(
    {"screen", "validate", "simulate", "expect", "demo", "freeze verify", "freeze diff", "site check", "mappings check",
     "mappings export", "mappings import", "client keys", "serve", "load", "pull", "client add", "certificate add",
     "token add", "store migrate", "store partition", "restore"}
)  # fmt: skip


def test_of_every_command_it_is_known_whether_it_begins_a_store() -> None:
    named = {" ".join(one) for one in _leaves(typer.main.get_command(app), ())}
    tried = {" ".join(arguments) for arguments in (*LOOKS, *BEGINS)}
    assert named >= OTHERS
    assert {one for one in named - OTHERS if not any(f"{said} ".startswith(f"{one} ") for said in tried)} == set()


def _leaves(command: Any, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    if way and (not below or getattr(command, "invoke_without_command", False)):
        yield way
    for name, one in below.items():
        yield from _leaves(one, (*way, name))
