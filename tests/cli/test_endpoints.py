"""`natars-fhir endpoints` and `visits due`: out of the store, by pseudonym, as tables and for machines."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from natars_fhir.cli import endpoints, run, screens, visits
from natars_fhir.store.engine import open_store
from tests import ward
from tests.export.made import EVERYBODY
from tests.extras import needed
from tests.service.export.test_endpoints import CASES
from tests.service.hospital import Hospital, key_file

needed("statistics", "lifelines")


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    address = f"sqlite:///{tmp_path}/store.sqlite"
    opened = open_store(address)
    for site, case in CASES.items():
        Hospital(opened, site).push((case / "bundle.json").read_bytes())
    opened.close()
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    monkeypatch.setenv("NATARS_DATABASE", address)
    monkeypatch.setenv("NATARS_KEY_FILE", str(key_file(tmp_path)))

    def ran(*arguments: str, code: int = 0) -> str:
        assert run(list(arguments)) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out if code == 0 else out + err

    return ran


LATE = ("--as-of", "2025-06-01")


def test_every_subject_as_json(told: Any) -> None:
    found = json.loads(told("endpoints", *LATE, "--format", "json"))
    assert found["asOf"] == "2025-06-01"
    assert sorted((one["site"], one["pfs_days"], one["pfs_event"]) for one in found["subjects"]) == [
        ("hospital-b", 243, 1),
        ("hospital-c", 184, 1),
    ]
    assert {one["parameter"] for one in found["survival"]} == {"PFS", "OS", "PFS-ITT", "OS-ITT"}
    assert found["neverOperated"] == []
    assert "c-191" not in json.dumps(found["subjects"] + found["times"])


def test_one_site_alone(told: Any) -> None:
    found = json.loads(told("endpoints", *LATE, "--site", "hospital-b", "--format", "json"))
    assert [one["site"] for one in found["subjects"]] == ["hospital-b"]


@pytest.mark.parametrize(("language", "says"), [("en", "The arms are not randomised"), ("zh", "两组非随机分配")])
def test_every_subject_as_a_table(told: Any, language: str, says: str) -> None:
    out = told("endpoints", *LATE, "--language", language)
    assert says in out
    assert "184" in out


def test_one_subject_with_each_decision(told: Any) -> None:
    found = json.loads(told("endpoints", *LATE, "--format", "json"))
    name = next(one["subject"] for one in found["subjects"] if one["site"] == "hospital-c")
    out = told("endpoints", *LATE, "--subject", name)
    assert "PFS: event (progression) 184" in out
    assert "§6.2   The first progression after that day" in out
    zh = told("endpoints", *LATE, "--subject", name, "--language", "zh")
    assert "其后首次进展" in zh
    traced = json.loads(told("endpoints", *LATE, "--subject", name, "--format", "json"))
    assert traced["times"][0]["trace"][0]["rule"] == "clinical.md §6.1"
    assert traced["times"][0]["end"] == "2025-02-20"


def test_without_the_library_everything_else_is_told(told: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setitem(sys.modules, "lifelines", None)
    assert run(["endpoints", *LATE, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["survival"] == []
    assert len(json.loads(out)["subjects"]) == 2
    assert "extra `statistics`" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("endpoints", "--subject", "nobody"), 1, "No such subject."),
        (("endpoints", "--format", "xml"), 64, "not table or json"),
        (("endpoints", "--language", "de"), 64, "not en or zh"),
        (("endpoints", "--site", "hospital-z"), 64, "no file for the site"),
        (("endpoints", "--tables", "nowhere-at-all"), 64, "is no folder"),
        (("endpoints", "--tables", ".", "--as", "xslx"), 64, "did you mean «xlsx»"),
        (("endpoints", "--as", "csv"), 64, "--as asks for --tables"),
        (("visits", "due", "--format", "xml"), 64, "not table, json or csv"),
        (("visits", "due", "--language", "de"), 64, "not en or zh"),
        (("visits", "due", "--on", "tomorrow"), 64, "is not a day"),
    ],
)
def test_what_cannot_be_done_is_told(told: Any, arguments: tuple[str, ...], code: int, says: str) -> None:
    assert says in told(*arguments, code=code)


def test_a_subject_never_operated_is_listed_by_arm_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    endpoints.show(endpoints.output(), EVERYBODY, [], "en")
    assert "never operated: The Neoadjuvant Therapy Group, pending, 1" in capsys.readouterr().out


def test_issues_are_told_by_pseudonym() -> None:
    found = endpoints.whole(EVERYBODY, [], {})["issues"]
    assert ("dddd", "The patient is dead, and no day of death can be used.") in [
        (one["subject"], one["text"]) for one in found
    ]
    assert "! The patient is dead, and no day of death can be used." in endpoints.lines(EVERYBODY[3], "en")


def test_the_tables_are_written_with_their_dictionary(told: Any, tmp_path: Path) -> None:
    told("endpoints", *LATE, "--tables", str(tmp_path))
    names = ["adverse-events", "data-quality", "dictionary", "enrolment", "facts", "subjects", "times", "visits"]
    names.append("withheld")
    assert sorted(path.stem for path in tmp_path.glob("*.csv")) == names
    rows = list(csv.DictReader(io.StringIO((tmp_path / "subjects.csv").read_text("utf-8-sig"))))
    assert sorted(row["pfs_days"] for row in rows) == ["184", "243"]
    everything = "".join(path.read_text("utf-8-sig") for path in tmp_path.glob("*.csv"))
    assert not any(private in everything for private in ("MRN0000191", "c-191", "90000511", "1961-04-09", "2024-08-20"))


def test_several_forms_go_into_one_folder_and_the_audit_knows(
    told: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("odmlib", reason="the extra `tables` is not installed")
    asked = ("endpoints", *LATE, "--tables", str(tmp_path), "--as", "odm", "--as", "xlsx")
    assert run(list(asked)) == 0
    said = capsys.readouterr().err
    assert "odm, DM: 2" in said
    assert "xlsx, subjects: 2" in said
    assert {path.name for path in tmp_path.glob("natars-*")} == {"natars-odm.xml", "natars-tables.xlsx"}
    rows = [json.loads(line) for line in told("audit", "list", "--format", "json").splitlines()]
    assert sorted(row["site"] for row in rows if row["act"] == "export") == ["hospital-b", "hospital-c"]


def test_a_form_without_its_library_ends_the_command(told: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert "extra `tables`" in told("endpoints", *LATE, "--tables", str(tmp_path), "--as", "xlsx", code=78)


def test_a_folder_that_cannot_be_written_ends_the_command(told: Any, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").mkdir()
    assert "cannot be written there" in told("endpoints", *LATE, "--tables", str(tmp_path), code=69)


def test_a_pseudonym_is_told_whole_on_a_narrow_terminal(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "output", lambda: Console(width=100))
    for module in (endpoints, visits):
        monkeypatch.setattr(module, "output", screens.output)
    names = [one["subject"] for one in json.loads(told("endpoints", *LATE, "--format", "json"))["subjects"]]
    out = told("endpoints", *LATE)
    assert all(name in out for name in names)
    (due,) = json.loads(told("visits", "due", "--on", "2024-06-14", "--format", "json"))
    assert due["subject"] in told("visits", "due", "--on", "2024-06-14")


def test_survival_that_is_not_estimable_has_no_limits(told: Any) -> None:
    out = told("endpoints", *LATE)
    assert "60: –, 0" in out
    assert "(–" not in out


def test_in_chinese_arms_and_what_a_visit_lacks_are_told_in_chinese(told: Any) -> None:
    table = told("endpoints", *LATE, "--language", "zh")
    assert "新辅助治疗组" in table
    assert "Group" not in table
    visits_told = told("visits", "due", "--on", "2025-06-01", "--all", "--language", "zh")
    assert "第1天" in visits_told.replace(" ", "")
    assert "1-d" not in visits_told


def test_visits_that_are_due(told: Any) -> None:
    (row,) = json.loads(told("visits", "due", "--on", "2024-06-14", "--format", "json"))
    assert (row["cycle"], row["visit"], row["due"], row["closes"], row["standing"]) == (
        1, "1-d", "2024-06-14", "2024-06-15", "due",
    )  # fmt: skip
    (late,) = json.loads(told("visits", "due", "--on", "2024-06-15", "--format", "json"))
    assert (late["visit"], late["standing"]) == ("1-d", "overdue")
    assert "No visit is due." in told("visits", "due", "--on", "2024-06-16")
    assert "无应完成的访视" in told("visits", "due", "--on", "2024-06-16", "--language", "zh")


def test_all_visits_as_a_table_and_as_csv(told: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(told("visits", "due", "--on", "2025-06-01", "--all", "--format", "csv"))))
    safety = [row for row in rows if row["kind"] == "safety"]
    assert [(row["cycle"], row["visit"]) for row in safety] == [(c, v) for c in "123" for v in ("1-d", "7-d")]
    assert {row["standing"] for row in safety} <= {"done", "missed"}
    later = sorted(row["visit"] for row in rows if row["kind"] == "follow-up" and row["standing"] == "done")
    assert later == ["30-d", "30-d", "90-d", "90-d"]
    assert "missed" in told("visits", "due", "--on", "2025-06-01", "--all")


def test_visits_are_counted_by_site(told: Any) -> None:
    rows = json.loads(told("visits", "due", "--on", "2025-06-01", "--by-site", "--format", "json"))
    assert [(row["site"], row["overdue"], row["done"], row["missed"]) for row in rows] == [
        ("hospital-b", 0, 2, 0), ("hospital-c", 0, 2, 6),
    ]  # fmt: skip
    assert "site,overdue,due,done,missed,planned" in told("visits", "due", "--by-site", "--format", "csv")
    assert "已逾期" in told("visits", "due", "--on", "2025-06-01", "--by-site", "--language", "zh")
