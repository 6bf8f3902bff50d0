"""What `screen --engine spark` refuses before anything is begun. What it answers: tests/bulk/test_spark.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.bulk import spark_session
from natars_fhir.bulk.spark_session import SparkError, Where, session
from natars_fhir.cli import run
from natars_fhir.cli.exits import BAD_ARGUMENTS, UNAVAILABLE
from natars_fhir.export import extra
from tests import ward

CASE = str(ward.FIXTURES / "hospital-a" / "age-17-18-75-76")


@pytest.fixture(autouse=True)
def mappings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "name it with --to"),
        (("--to", "new", "--master", "local", "--remote", "sc://x"), "give one of them"),
        (("--to", "new", "--workers", "2"), "workers of its own"),
        (("--to", "new", "--resume", "work"), "workers of its own"),
        (("--to", "new", "--needles"), "workers of its own"),
        (("--to", "new", "--format", "table"), "json or parquet"),
        (("--to", "full"), "holds something else"),
    ],
)
def test_what_a_cluster_does_not_do_is_said_before_it_is_begun(
    given: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    assert run(["screen", CASE, "--engine", "spark", *given]) == BAD_ARGUMENTS
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_master_is_for_spark_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screen", CASE, "--engine", "pool", "--master", "local"]) == BAD_ARGUMENTS
    assert "--engine spark" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_standard_input_is_on_one_machine_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screen", "-", "--engine", "spark", "--to", "new"]) == BAD_ARGUMENTS
    assert "must see the files" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_without_java_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert run(["screen", CASE, "--engine", "spark", "--to", str(tmp_path / "new")]) == UNAVAILABLE
    assert "openjdk-17-jre-headless" in capsys.readouterr().err


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(name: str, **_: str) -> object:
        raise extra.ExtraError("Screenings on Spark need the extra `spark` (pyspark), which is not installed")

    monkeypatch.setattr(spark_session, "library", none)
    assert run(["screen", CASE, "--engine", "spark", "--to", str(tmp_path / "new")]) == BAD_ARGUMENTS
    assert "`spark`" in capsys.readouterr().err


def test_a_session_without_java_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError, match="JAVA_HOME"), session(Where("local")):
        pass
