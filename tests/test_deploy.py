"""What is shipped to run the adapter fits the program: settings, commands, files, ports and times exist."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from natars_fhir.settings import Settings
from natars_fhir.web.app import create_app
from natars_fhir.web.needs import reachable
from tests.blank import blank
from tests.doc_pages import DOCS, ROOT
from tests.write_docs import commands

FOLDER = DOCS / "deploy"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix not in (".md", ".lock"))
SETTINGS = {f"NATARS_{name.upper()}" for name in Settings.model_fields}
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")


def unit(name: str) -> list[tuple[str, str]]:
    """Every line of a systemd unit, for a key may come several times."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if "=" in line and line[0] != "#"]


def environment(name: str) -> dict[str, str]:
    """What a unit sets."""
    pairs = [pair for key, value in unit(name) if key == "Environment" for pair in shlex.split(value)]
    return dict(pair.split("=", 1) for pair in pairs)


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(re.findall(r"NATARS_[A-Z_]*[A-Z]", path.read_text("utf-8"))) <= SETTINGS


@pytest.mark.parametrize("name", ["natars-fhir.service", "natars-fhir-backup.service"])
def test_what_a_unit_sets_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in environment(name).items():
        monkeypatch.setenv(key, value)
    chosen = Settings()
    assert chosen.database == "sqlite:////var/lib/natars/natars.sqlite"
    assert str(chosen.key_file).startswith("/var/lib/natars/")


def test_the_example_of_an_environment_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (FOLDER / "natars.env.example").read_text("utf-8").splitlines():
        if line and line[0] != "#":
            monkeypatch.setenv(*line.split("=", 1))
    assert list(Settings().tokens.values()) == ["hospital-b"]


def test_every_command_that_is_run_exists() -> None:
    known = {name for name, _ in commands()}
    runs = [
        value
        for name in ("natars-fhir.service", "natars-fhir-backup.service")
        for key, value in unit(name)
        if key == "ExecStart"
    ]
    found = [match[1] for run in runs for match in re.finditer(r"bin/natars-fhir (\w+)", run)]
    assert found == ["serve", "backup"]
    assert set(found) <= known
    assert re.search(r'^CMD \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)[1] in known  # type: ignore[index]


@pytest.mark.parametrize("name", [path.name for path in FILES if path.suffix in (".service", ".timer")])
def test_units_are_well_formed(name: str) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(FOLDER / name, "utf-8")
    assert parser.sections()[0] == "Unit"


def test_the_service_has_no_rights_that_it_does_not_need() -> None:
    told = dict(unit("natars-fhir.service"))
    assert {told[name] for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices")} == {"yes"}
    assert (told["ProtectSystem"], told["CapabilityBoundingSet"], told["User"]) == ("strict", "", "natars")
    assert (told["UMask"], told["StateDirectoryMode"]) == ("0077", "0700")


def test_a_stop_has_the_time_that_the_program_takes() -> None:
    longest = Settings().deliver_timeout + 10
    given = int(environment("natars-fhir.service")["NATARS_STOP_WITHIN"])
    assert int(dict(unit("natars-fhir.service"))["TimeoutStopSec"]) > given + longest
    adapter = COMPOSE["services"]["adapter-1"]
    assert seconds(adapter["stop_grace_period"]) > int(adapter["environment"]["NATARS_STOP_WITHIN"]) + longest


ADAPTERS = ["adapter-1", "adapter-2", "adapter-3"]


def test_three_adapters_stand_behind_a_proxy_before_one_postgresql() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", *ADAPTERS, "proxy"}
    adapter, proxy = services[ADAPTERS[0]], (FOLDER / "proxy.conf").read_text("utf-8")
    assert [services[name] for name in ADAPTERS] == [adapter] * 3
    assert services["proxy"]["depends_on"] == ADAPTERS
    assert adapter["environment"]["NATARS_DATABASE"].startswith("postgresql+psycopg://natars:")
    port = adapter["environment"]["NATARS_PORT"]
    assert re.findall(r"server (adapter-\d):(\d+)", proxy) == [(name, port) for name in ADAPTERS]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert adapter["cap_drop"] == ["ALL"]
    assert "access_log off" in proxy
    assert int(re.search(r"client_max_body_size (\d+)m", proxy)[1]) * 1_000_000 >= Settings().most_bytes  # type: ignore[index]


def test_what_the_adapters_are_told_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPOSE["services"][ADAPTERS[0]]["environment"].items():
        monkeypatch.setenv(name, value.replace("${DATABASE_PASSWORD:?}", "secret"))
    assert Settings().database == "postgresql+psycopg://natars:secret@database/natars"


def test_all_adapters_together_open_fewer_connections_than_the_database_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPOSE["services"][ADAPTERS[0]]["environment"].items():
        monkeypatch.setenv(name, value)
    chosen = Settings()
    told = next(word for word in COMPOSE["services"]["database"]["command"] if word.startswith("max_connections="))
    most = chosen.workers * (chosen.database_connections + chosen.database_connections_more)
    of_superusers, of_commands = 3, 5  # PostgreSQL keeps three back; backups and commands need some too
    assert len(ADAPTERS) * most + of_superusers + of_commands <= int(told.partition("=")[2])


def test_the_proxy_lets_through_what_is_for_outside_and_nothing_of_operations(tmp_path: Path) -> None:
    proxy = (FOLDER / "proxy.conf").read_text("utf-8")
    prefixes, patterns = re.findall(r"location (/\S*) {", proxy), re.findall(r"location ~ (\S+) {", proxy)
    chosen = Settings(database=blank(tmp_path), key_file=tmp_path / "natars.key")
    app = create_app(chosen)
    app.state.close()
    for path in {path for path, _ in reachable(app.routes)} - {"/openapi.json"}:
        through = any(re.match(one, path) for one in patterns) or path.startswith(prefixes[0])
        assert through == (path not in ("/healthz", "/readyz", "/metrics")), path
    assert (prefixes, "return 404" in proxy) == (["/fhir/", "/"], True)
    sent_twice = proxy[proxy.index("location /fhir/") : proxy.index("location ~")]
    assert proxy.count("non_idempotent") == sent_twice.count("non_idempotent") == 1


def test_the_database_role_has_no_way_around_the_walls() -> None:
    told = (FOLDER / "database.sh").read_text("utf-8")
    assert {"NOSUPERUSER", "NOBYPASSRLS", "NOCREATEROLE"} <= set(told.split())


def test_files_that_are_mounted_or_copied_exist_or_are_told_to_be_made() -> None:
    told = (FOLDER / "compose.yaml").read_text("utf-8").split("name:")[0]
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            name = volume.partition(":")[0]
            assert name in COMPOSE["volumes"] or (FOLDER / name).exists() or f"`{Path(name).name}`" in told, volume
    copied = [word for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_runs_without_rights_and_is_made_of_the_locks() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    installs = re.findall(r"pip install .+", DOCKERFILE)
    assert len(installs) == 2
    assert all("--require-hashes" in line for line in installs)
    assert {*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)} == {"python:3.11-slim"}
    assert "https://" not in DOCKERFILE.replace("http://127.0.0.1:8080/healthz", "")


def test_the_driver_of_postgresql_is_the_one_that_is_tested() -> None:
    lock = (FOLDER / "postgres.lock").read_text("utf-8")
    assert {*lock.splitlines()} <= {*(ROOT / "requirements-dev.lock").read_text("utf-8").splitlines()}
    extra = re.search(r'postgres = \["psycopg\[binary\]==([\d.]+)"\]', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert extra is not None
    assert re.findall(r"^(psycopg\S*)==([\d.]+)", lock, re.MULTILINE) == [
        ("psycopg", extra[1]), ("psycopg-binary", extra[1]),
    ]  # fmt: skip
