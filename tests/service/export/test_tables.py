"""Tables out of the store: from what hospitals push to each form of a folder, and no form names a person."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.export.extra import ExtraError
from natars_fhir.export.figures import written as figures
from natars_fhir.service.export.tables import FORMS, Content, content
from natars_fhir.store import patients
from natars_fhir.store import subjects as stored
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.subjects import Whose
from tests.domain.endpoints.course import NEO
from tests.extras import needed
from tests.service.export.test_endpoints import CASES
from tests.service.hospital import NOW, Hospital, intake, mappings
from tests.service.planted import planted

needed("statistics", "lifelines", "matplotlib")
needed("tables", "pyarrow", "xlsxwriter", "odmlib", "dsjson")
AS_OF = date(2025, 6, 1)
#: What the two bundles say of their patients: numbers, a birth date, days of the trial.
PRIVATE = ("MRN0000191", "c-191", "90000511", "1961-04-09", "2024-08-20", "2024-06-12", "2025-02-20")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.sqlite")
    for site, case in CASES.items():
        Hospital(store, site).push((case / "bundle.json").read_bytes())
    yield store
    store.close()


def asked(store: Store, *, with_log: bool = False) -> Content:
    sites = [mappings().sites[name] for name in CASES]
    return content(store, intake(), mappings(), sites, AS_OF, with_log=with_log)


@pytest.fixture(scope="module")
def folders(told: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Form → its folder; of the figures one curve and the flow."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "SHOWN", ("PFS",))
        for form, write in FORMS.items():
            made[form] = tmp_path_factory.mktemp(form)
            assert sum(write(made[form], asked(told, with_log=form == "figures")).counts.values()) > 0
    return made


def test_each_form_has_its_files(folders: dict[str, Path]) -> None:
    found = {form: sorted(path.name for path in folder.iterdir()) for form, folder in folders.items()}
    assert found["xlsx"] == ["natars-tables.xlsx"]
    assert found["odm"] == ["natars-odm.xml"]
    assert {"facts.parquet", "subjects.parquet"} <= {*found["parquet"]}
    assert {"dictionary.csv", "withheld.csv"} <= {*found["csv"]}
    assert {"dm.json", "adtte.json"} <= {*found["dataset-json"]}
    assert {"consort.en.svg", "kaplan-meier-pfs.csv"} <= {*found["figures"]}


@pytest.mark.parametrize("form", list(FORMS))
def test_no_form_holds_what_names_a_person_or_a_day(folders: dict[str, Path], form: str) -> None:
    for path in folders[form].iterdir():
        text = _text(path)
        assert text
        for private in PRIVATE:
            assert private not in text, path.name


def test_of_what_was_planted_in_every_place_of_a_record_nothing_is_in_a_table(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/planted.sqlite")
    assert Hospital(store, "hospital-c").push(planted()[0]).status == 200
    sown = content(store, intake(), mappings(), [mappings().sites["hospital-c"]], AS_OF)
    store.close()
    assert len(sown.subjects) == 1
    for form in ("csv", "parquet", "xlsx", "odm", "dataset-json"):
        (folder := tmp_path / form).mkdir()
        FORMS[form](folder, sown)
        whole = "\n".join(_text(path) for path in folder.iterdir())
        assert {what for text, what in planted()[1].items() if text in whole} == set(), form


def _text(path: Path) -> str:
    """Everything that stands in a file, packed or not."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
            return "".join(packed.read(name).decode() for name in packed.namelist())
    if path.suffix == ".parquet":
        import pyarrow.parquet as parquet

        return str(parquet.read_table(path).to_pylist()) + str(parquet.read_schema(path).metadata)
    return path.read_bytes().decode("utf-8", "replace")


def test_the_datasets_hold_what_the_hospitals_told(folders: dict[str, Path]) -> None:
    read = json.loads((folders["dataset-json"] / "adtte.json").read_text("utf-8"))
    names = [one["name"] for one in read["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in read["rows"]]
    assert sorted(row["AVAL"] for row in rows if row["PARAMCD"] == "PFS") == [184, 243]
    exposure = json.loads((folders["dataset-json"] / "ex.json").read_text("utf-8"))
    assert exposure["records"] >= 3  # a dose each of three cycles


def test_the_flow_counts_the_screening_log(told: Store) -> None:
    found = asked(told, with_log=True).counted
    assert found.in_scope >= found.allocated == 2
    assert sorted(one.followed for one in found.arms) == [1, 1]


def test_who_withdrew_the_use_of_the_data_is_counted_and_in_no_row(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    Hospital(store, "hospital-c").push((CASES["hospital-c"] / "bundle.json").read_bytes())
    with store.write() as connection:
        for key in patients.in_scope(connection, "hospital-c"):
            said = Event("withdrew-use", "2024-09-15", NOW, "office", "trial-office", "asked")
            stored.cause(connection, Whose("hospital-c", key, mappings().study.id), said)
    found = asked(store)
    store.close()
    assert found.subjects == ()
    assert {site for site, _ in found.withheld} == {"hospital-c"}
    FORMS["csv"](tmp_path, found)
    head, *rows = (tmp_path / "withheld.csv").read_text("utf-8-sig").splitlines()
    assert head == "site,arm,subjects"
    assert sum(int(row.rpartition(",")[2]) for row in rows) == sum(found.withheld.values()) > 0
    assert {arm for _, arm in found.withheld} <= {"", NEO}


@pytest.mark.parametrize(
    ("form", "module"),
    [("parquet", "pyarrow"), ("xlsx", "xlsxwriter"), ("odm", "odmlib.odm_1_3_2.model"), ("dataset-json", "dsjson")],
)
def test_without_its_library_a_form_says_so(
    told: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraError, match="extra `tables`"):
        FORMS[form](tmp_path, asked(told))
