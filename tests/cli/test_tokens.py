"""`site add` and `token …`: a token is shown once, alone on standard output, and lives as it is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.access import bearers
from natars_fhir.store.engine import open_store
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.service.hospital import NOW


def good(folder: Path, token: str) -> str:
    store = open_store(f"sqlite:///{folder}/store.sqlite")
    try:
        who, state = bearers.found(store, token.strip(), NOW)
    finally:
        store.close()
    return f"{who.site} {' '.join(sorted(who.may))}" if who else state


def ident(err: str) -> str:
    found = re.search(r"Token (\w{8})", err)
    assert found
    return found[1]


def test_a_site_gets_a_token_that_its_engine_can_use(said: Any, tmp_path: Path) -> None:
    code, out, err = said("site", "add", "hospital-a")
    assert code == 0
    assert re.fullmatch(r"natars_[\w-]{43}\n", out)
    assert "hospital-a (engine)" in err
    assert out.strip() not in err
    assert good(tmp_path, out) == "hospital-a bulk known push read"


def test_roles_scopes_and_days_are_as_they_are_told(said: Any, tmp_path: Path) -> None:
    roles = ("--role", "coordinator", "--role", "investigator", "--label", "pages", "--days", "0")
    code, out, _ = said("site", "add", "hospital-b", *roles, "--scope", "system/*.rs")
    assert code == 0
    assert good(tmp_path, out) == "hospital-b attest figures gaps known read sign worklist"
    listed = said("token", "list")[1]
    assert all(word in listed for word in ("hospital-b", "pages", "system/*.rs", "good", "—"))
    assert out.strip() not in listed


def test_the_trial_office_gets_a_token_of_no_site(said: Any, tmp_path: Path) -> None:
    code, out, _ = said("token", "add", "--role", "trial-office")
    assert code == 0
    assert good(tmp_path, out).strip() == "allocate bulk counts export figures known overlap people"


def test_a_token_is_rotated_and_revoked(said: Any, tmp_path: Path) -> None:
    _, old, err = said("site", "add", "hospital-a")
    code, new, told = said("token", "rotate", ident(err), "--overlap", "2h")
    assert (code, "ends in 2h" in told) == (0, True)
    assert good(tmp_path, old) == good(tmp_path, new)
    assert said("token", "revoke", ident(told))[0] == 0
    assert good(tmp_path, new) == "revoked"
    assert said("token", "revoke", ident(told))[0] == 1
    assert said("token", "rotate", "00000000")[0] == 1
    assert "revoked" in said("token", "list")[1]


@pytest.mark.parametrize(
    "wrong",
    [
        ("site", "add", "hospital-z"),
        ("site", "add", "hospital-a", "--role", "admin"),
        ("site", "add", "hospital-a", "--role", "trial-office"),
        ("site", "add", "hospital-a", "--scope", "user/*.rs"),
        ("site", "add", "hospital-a", "--days", "-1"),
        ("token", "add", "--role", "engine"),
        ("token", "add"),
        ("token", "add", "--role", "engine", "--site", "hospital-z"),
        ("token", "rotate", "x", "--overlap", "soon"),
    ],
)
def test_wrong_arguments_make_no_token(said: Any, wrong: tuple[str, ...]) -> None:
    said("site", "add", "hospital-a")
    code, out, _ = said(*wrong)
    assert (code, out) == (64, "")


def test_without_a_store_there_is_nothing_to_list(said: Any) -> None:
    assert said("token", "list")[0] == 69
