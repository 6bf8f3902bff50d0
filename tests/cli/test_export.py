"""`natars-fhir export`: a folder of NDJSON with its manifest and checksums, the same each time, and nobody in it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import update

from natars_fhir.cli import run
from natars_fhir.export.extra import ExtraError
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.service.remap import mapped
from natars_fhir.store import audit
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import reading
from tests import ward
from tests.service.export.test_endpoints import CASES
from tests.service.hospital import KEY, NOW, Hospital, key_file, mappings
from tests.service.remap.test_gaps import LIS

LATE = ("--as-of", "2025-06-01")
Ran = Callable[..., str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of two sites."""
    folder = tmp_path_factory.mktemp("export")
    opened = open_store(f"sqlite:///{folder}/store.sqlite")
    for site, case in CASES.items():
        Hospital(opened, site).push((case / "bundle.json").read_bytes())
    opened.close()
    return folder


@pytest.fixture
def told(filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{filled}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(key_file(filled)))

    def ran(*arguments: object, code: int = 0) -> str:
        assert run(["export", *map(str, arguments)]) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return out + err

    return ran


def test_every_type_has_its_file_and_the_manifest_and_the_checksums_hold(told: Ran, tmp_path: Path) -> None:
    said = told(tmp_path / "out", *LATE)
    out = tmp_path / "out"
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["asOf"], manifest["format"], manifest["withheld"]) == ("2025-06-01", "fhir", [])
    for one in manifest["output"]:
        read = [json.loads(line) for line in (out / one["url"]).read_text("utf-8").splitlines()]
        assert {each["resourceType"] for each in read} == {one["type"]}
        assert len(read) == one["count"] > 0
        assert f"{one['type']}: " in said
    assert {"Patient", "ResearchSubject", "Observation"} <= {one["type"] for one in manifest["output"]}
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=out, check=True, capture_output=True)  # noqa: S607
    listed = {line.split()[1] for line in (out / "SHA256SUMS").read_text().splitlines()}
    assert listed | {"SHA256SUMS"} == {path.name for path in out.iterdir()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_the_same_store_gives_the_same_bytes(told: Ran, tmp_path: Path) -> None:
    for name in ("one", "two"):
        told(tmp_path / name, *LATE)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_site_a_type_and_a_moment_narrow_it(told: Ran, tmp_path: Path) -> None:
    told(tmp_path / "b", *LATE, "--site", "hospital-b", "--type", "Patient,ResearchSubject", "--type", "Condition")
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text())
    assert manifest["sites"] == ["hospital-b"]
    assert manifest["types"] == ["Patient", "ResearchSubject", "Condition"]
    assert {one["type"]: one["count"] for one in manifest["output"]} == {
        "Patient": 1, "ResearchSubject": 1, "Condition": 1,
    }  # fmt: skip
    told(tmp_path / "none", *LATE, "--type", "Patient", "--since", "2030-01-01T00:00:00Z")
    assert json.loads((tmp_path / "none" / "manifest.json").read_text())["output"] == []


def test_the_forms_of_tables_are_written_too(told: Ran, tmp_path: Path) -> None:
    told(tmp_path / "out", *LATE, "--format", "csv")
    assert (tmp_path / "out" / "subjects.csv").read_text("utf-8-sig").count("\n") == 3
    assert "for the format fhir" in told(tmp_path / "no", "--format", "csv", "--type", "Patient", code=64)


def test_nothing_of_it_names_anybody(told: Ran, tmp_path: Path) -> None:
    told(tmp_path / "out", *LATE)
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert not [one for one in ("MRN0000191", "c-191", "90000511", "1961-04-09", "2024-08-20") if one in text]


def test_it_is_in_the_audit_of_every_site(told: Ran, tmp_path: Path, filled: Path) -> None:
    told(tmp_path / "out", *LATE)
    store = open_store(f"sqlite:///{filled}/store.sqlite")
    with store.read() as connection:
        *_, last = audit.acts(connection, "hospital-c")
    store.close()
    assert (last.act, last.counts) == ("export", {"subjects": 1, "withheld": 0})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--format", "xml"), "is not fhir"),
        (("--type", "Patients"), "Patient"),
        (("--since", "yesterday"), "no moment"),
        (("--site", "hospital-z"), "no file for the site"),
        (("--as-of", "tomorrow"), "is not a day"),
    ],
)
def test_what_cannot_be_done_is_told(told: Ran, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in told(tmp_path / "out", *arguments, code=64)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(told: Ran, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    assert "no empty folder" in told(tmp_path, code=64)
    assert "no empty folder" in told(tmp_path / "there", code=64)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_folder_that_cannot_be_made_is_told(told: Ran, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in told(tmp_path / "file" / "out", *LATE, code=69)


@pytest.mark.parametrize("style", ["fhir", "csv"])
def test_what_another_mapping_read_is_not_told_under_this_ones_name(
    told: Ran, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    shutil.copy(filled / "store.sqlite", tmp_path)
    shutil.copy(filled / "key", tmp_path)
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    with opened.write() as connection:
        connection.execute(update(reading).values(mapping="another"))
    opened.close()
    assert "another mapping read" in told(tmp_path / "out", "--format", style, *LATE, code=78)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_export_that_fails_on_its_way_leaves_no_half_of_it(
    told: Ran, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, there: bool
) -> None:
    folder = tmp_path / "out"
    if there:
        folder.mkdir()

    def broken(*_: object, **__: object) -> None:
        (folder / "Patient.001.ndjson").write_text("{}")
        (folder / "odm").mkdir()
        (folder / "odm" / "study.xml").write_text("")
        raise fault

    monkeypatch.setattr("natars_fhir.service.export.fhir_folder.write_folder", broken)
    says = told(folder, *LATE, code=69 if isinstance(fault, OSError) else 1)
    assert ("No space left on device" if isinstance(fault, OSError) else "stopped") in says
    assert [*tmp_path.rglob("*")] == ([folder] if there else [])


def test_what_is_refused_leaves_nothing_and_what_was_there_stays(
    told: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/no.sqlite")
    for folder in (tmp_path / "a" / "b", tmp_path / "there"):
        (tmp_path / "there").mkdir(exist_ok=True)
        told(folder, *LATE, code=69)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.fixture
def copied(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of its own, with the same in it."""
    for name in ("store.sqlite", "key"):
        shutil.copy(filled / name, tmp_path)
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    return open_store(f"sqlite:///{tmp_path}/store.sqlite")


def acts(store: Store, site: str) -> list[tuple[int, Mapping[str, int]]]:
    with store.read() as connection:
        return [(one.status, one.counts) for one in audit.acts(connection, site) if one.act == "export"]


@pytest.mark.parametrize(
    ("style", "writer", "fails", "code"),
    [
        ("fhir", "natars_fhir.service.export.fhir_folder.write_folder", OSError("full"), 69),
        ("csv", "natars_fhir.service.export.tables.write_tables", OSError("full"), 69),
        ("csv", "natars_fhir.service.export.tables.write_tables", ExtraError("no library"), 78),
    ],
)
def test_the_audit_tells_of_files_when_they_stand_and_of_a_failure_where_they_do_not(
    told: Ran, copied: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    style: str, writer: str, fails: Exception, code: int,
) -> None:  # fmt: skip
    before = acts(copied, "hospital-c")

    def broken(*_: object, **__: object) -> None:
        assert acts(copied, "hospital-c") == before  # nothing is told of what is not there yet
        raise fails

    with monkeypatch.context() as patch:
        patch.setattr(writer, broken)
        told(tmp_path / "out", "--format", style, *LATE, code=code)
    ((status, _),) = acts(copied, "hospital-c")[len(before) :]
    assert status == 500
    assert not (tmp_path / "out").exists()
    told(tmp_path / "out", "--format", style, *LATE)
    assert acts(copied, "hospital-c")[-1] == (200, {"subjects": 1, "withheld": 0})
    copied.close()


def test_the_mapping_that_is_named_is_the_one_with_what_counts_at_the_desk(
    told: Ran, copied: Store, tmp_path: Path
) -> None:
    row = Row(Code(system=LIS, code="LIS0103"), Target("asked", "anc"), "")
    number = mapped.put(copied, KEY, mappings(), "hospital-a", 0, row, "account x", NOW)
    mapped.make_active(copied, KEY, mappings(), "hospital-a", number, "account x", NOW)
    over = mapped.with_desk(copied, mappings())[0].hash_of("hospital-a")
    copied.close()
    told(tmp_path / "out", *LATE)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    folder = mappings().hash
    assert manifest["mappings"]["hospital-a"] == over != folder == manifest["mappings"]["hospital-c"]
    assert manifest["mapping"] == mapped.with_desk(copied, mappings())[0].hash_of_all(manifest["sites"])
