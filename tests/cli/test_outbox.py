"""`natars-fhir deliver` and `outbox …`: what waits is delivered; what was given up is explained and replayed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from natars_fhir.store.audit import numbered
from natars_fhir.store.engine import Store, open_store
from tests.blank import blank
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.service.hospital import Hospital, condition, patient, transaction
from tests.ward import FOLDER

BASE, NOW = "https://site.example/fhir", datetime(2024, 6, 15, tzinfo=UTC)
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"code": "required", "diagnostics": "PLANTED"}]}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    folder = shutil.copytree(FOLDER, tmp_path / "mappings")
    with (folder / "sites" / "generic.toml").open("a") as file:
        file.write(f'\n[endpoint]\nurl = "{BASE}"\n')
    monkeypatch.setenv("NATARS_MAPPINGS", str(folder))
    opened = open_store(blank(tmp_path))
    Hospital(opened).push(transaction(patient(number="PLANTED77"), condition()))
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def answer(server: respx.MockRouter, status: int, kind: str = "") -> None:
    server.put(url__regex=rf"{BASE}/{kind}").mock(return_value=httpx.Response(status, json=OUTCOME))


def delivered(said: Any, *more: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = said("deliver", "--format", "json", *more)
    return code, json.loads(out[out.index("{\n") :])


def rows(said: Any, *more: str) -> list[dict[str, Any]]:
    code, out, _ = said("outbox", "list", "--format", "json", *more)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_what_waits_is_delivered_and_then_nothing_is_left(store: Store, server: respx.MockRouter, said: Any) -> None:
    assert [row["kind"] for row in rows(said)] == ["ResearchStudy", "ResearchStudy", "ResearchSubject", "Task"]
    number = rows(said)[1]["number"]
    assert f"--after {number}" in said("outbox", "list", "--most", "2")[2]
    assert "--after" not in said("outbox", "list")[2]
    answer(server, 200)
    code, told = delivered(said)
    assert (code, told["done"], told["again"], told["dead"]) == (0, 4, 0, 0)
    assert rows(said) == []
    assert {row["state"] for row in rows(said, "--state", "done")} == {"done"}
    assert [row["kind"] for row in rows(said, "--state", "done", "--kind", "Task")] == ["Task"]


def test_what_was_refused_ends_the_command_with_1_and_is_explained_and_replayed(
    store: Store, server: respx.MockRouter, said: Any
) -> None:
    answer(server, 200, "(ResearchStudy|Task)")
    answer(server, 422, "ResearchSubject")
    code, told = delivered(said)
    assert (code, told["dead"], told["sites"][0]["dead"]) == (1, 1, 1)
    (dead,) = rows(said, "--state", "dead")
    assert dead["last"]["outcome"] == "422"
    assert "an element that it demands" in dead["last"]["explained"]["en"]
    code, out, _ = said("outbox", "show", str(dead["number"]), "--language", "zh")
    assert code == 0
    assert "缺少必需元素" in out
    assert "PLANTED" not in out
    code, out, _ = said("outbox", "replay", "--site", "generic", "--format", "json")
    assert (code, json.loads(out)) == (0, {"site": "generic", "replayed": 1})
    answer(server, 200, "ResearchSubject")
    assert delivered(said)[0] == 0
    with store.read() as connection:
        assert "outbox replay" in [act.act for _, act in numbered(connection, "generic")]


def test_a_server_that_is_away_ends_the_command_with_69_and_is_told(
    store: Store, server: respx.MockRouter, said: Any
) -> None:
    server.put(url__startswith=BASE).mock(side_effect=httpx.ConnectError("PLANTED"))
    code, told = delivered(said)
    assert (code, told["again"]) == (69, 1)
    assert (told["sites"][0]["line"], told["sites"][0]["waiting"]) == ("open", 4)
    code, out, _ = said("deliver", "--site", "generic", "--once", "--language", "zh")
    assert code == 69
    assert "无法连接" in out
    code, _, err = said("outbox", "list")
    assert code == 0
    assert "not well since" in err
    said("outbox", "replay", "--site", "generic")
    server.put(url__startswith=BASE).mock(return_value=httpx.Response(200))
    assert delivered(said)[0] == 0


def test_what_is_sent_is_shown_only_where_it_is_asked_for_and_the_look_is_written_down(
    store: Store, server: respx.MockRouter, said: Any
) -> None:
    number = str(next(row["number"] for row in rows(said) if row["kind"] == "ResearchSubject"))
    code, out, _ = said("outbox", "show", number)
    assert code == 0
    assert "Patient/1" not in out
    code, out, _ = said("outbox", "show", number, "--raw")
    assert json.loads(out)["individual"] == {"reference": "Patient/1"}
    with store.read() as connection:
        looked = [act for _, act in numbered(connection, "generic") if act.act == "look"]
    assert [len(act.about) for act in looked] == [32]
    code, out, _ = said("outbox", "show", number, "--format", "json")
    assert (code, json.loads(out)["tries"]) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("outbox", "show", "4711"), 1),
        (("outbox", "replay", "--site", "generic"), 1),
        (("outbox", "replay"), 64),
        (("outbox", "list", "--state", "lost"), 64),
        (("outbox", "list", "--format", "xml"), 64),
        (("outbox", "list", "--language", "fr"), 64),
        (("deliver", "--site", "hospital-q"), 64),
        (("deliver", "--format", "xml"), 64),
        (("deliver", "--language", "fr"), 64),
    ],
)
def test_what_cannot_be_done_is_told(store: Store, said: Any, arguments: tuple[str, ...], code: int) -> None:
    assert said(*arguments)[0] == code


def test_without_a_server_in_any_file_nothing_is_delivered(store: Store, said: Any) -> None:
    code, _, err = said("deliver", "--site", "generic", "--mappings", str(FOLDER))
    assert code == 0
    assert "names a server" in err


# What a site's server can do, and the key that we sign with


def test_the_sites_server_is_asked_what_it_can_do(store: Store, server: respx.MockRouter, said: Any) -> None:
    kinds = [{"type": kind, "conditionalUpdate": kind != "Task", "updateCreate": True}
             for kind in ("ResearchStudy", "ResearchSubject", "Task")]  # fmt: skip
    rest = [{"mode": "server", "resource": kinds}]
    told = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest}
    server.get(f"{BASE}/metadata").respond(json=told)
    code, out, _ = said("site", "check", "--site", "generic", "--online", "--language", "zh")
    assert code == 1
    assert 'fallback = "search-then-update"' in out
    assert "Task 的条件更新" in out
    code, out, _ = said("site", "check", "--site", "generic", "--online", "--format", "json")
    assert [row["state"] for row in json.loads(out)["server"]] == ["good", "good", "good", "missing", "good"]
    server.get(f"{BASE}/metadata").respond(503)
    assert said("site", "check", "--site", "generic", "--online")[0] == 69
    assert said("site", "check", "--site", "generic", "--online", "--mappings", str(FOLDER))[0] == 78
    assert said("site", "check", "--site", "generic")[0] == 64


def test_a_key_is_made_for_the_hospital_and_its_public_half_printed(store: Store, tmp_path: Path, said: Any) -> None:
    assert said("client", "keys", "--site", "generic")[0] == 1
    file = tmp_path / "mappings" / "sites" / "generic.toml"
    more = f'auth = "smart-backend"\nclient_id = "natars"\nkey_file = "{tmp_path}/sign.json"\n'
    file.write_text(file.read_text() + more)
    code, out, _ = said("client", "keys", "--site", "generic")
    assert code == 0
    assert json.loads(out)["keys"][0]["alg"] == "ES384"
    assert (tmp_path / "sign.json").is_file()
    (tmp_path / "sign.json").write_text("no key")
    assert said("client", "keys", "--site", "generic")[0] == 64
