"""A freeze: the same bytes every time, of one moment, whole or not there at all, and with nothing that identifies."""

from __future__ import annotations

import json
import re
import stat
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from natars_fhir.mapping.overlay import overlaid
from natars_fhir.service.freeze import write
from natars_fhir.service.freeze.cut import Cut, TakenError
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.parts import PARTS
from natars_fhir.service.freeze.verify import Fault, verify
from natars_fhir.service.freeze.write import UNFINISHED, Wanted, Watch, freeze, own_name, written
from natars_fhir.store import audit
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store, open_store
from tests.service.export.test_endpoints import CASES
from tests.service.freeze.frozen import AS_OF, LATER, QUICK, bytes_of, fill, freeze_of, send_later_progression, texts
from tests.service.hospital import intake, mappings
from tests.service.remap.test_gaps import LIS
from tests.ward import FOLDER

Made = tuple[Path, Manifest]


def test_the_same_store_day_and_code_give_the_same_bytes_manifest_included(
    made: Made, store: Store, tmp_path: Path
) -> None:
    folder, manifest = made
    again, _ = freeze_of(store, tmp_path, "another name", at=LATER + timedelta(days=300))
    assert bytes_of(again) == bytes_of(folder)
    assert folder.name == own_name(manifest) == f"natars-2025-06-01-{manifest.digest[:8]}"


def test_both_databases_give_the_same_bytes(made: Made, postgres_store: Store, tmp_path: Path) -> None:
    fill(postgres_store)
    assert bytes_of(freeze_of(postgres_store, tmp_path)[0]) == bytes_of(made[0])


def test_no_clock_is_in_it(made: Made) -> None:
    told = texts(made[0])
    found = {day for text in told.values() for day in re.findall(r"20\d\d-\d\d-\d\d", text)}
    assert found == {"2025-06-01"}  # the day asked for


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_it_is_of_one_moment_though_pushes_go_on(
    kind: str, made: Made, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if kind == "postgres":
        store = request.getfixturevalue("postgres_store")
        fill(store)
        sending = store
    else:
        store = request.getfixturevalue("store")
        sending = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    sent: list[str] = []

    def push(part: str) -> None:
        if not sent:
            send_later_progression(sending)
        sent.append(part)

    _, meanwhile = freeze_of(store, tmp_path / "a", watch=Watch(part=push))
    assert sent == list(QUICK)
    assert meanwhile.digest == made[1].digest
    assert freeze_of(store, tmp_path / "b")[1].digest != made[1].digest
    if kind == "sqlite":
        sending.close()


def test_what_counts_at_a_mapping_desk_is_named_and_goes_along(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "PARTS", {"mappings": PARTS["mappings"]})
    plain, line = mappings(), f'[codes."{LIS}"]\n"LIS0103" = "anc"\n'
    over = overlaid(plain, {"hospital-a": line})
    folder, manifest = freeze(sqlite, intake(), over, Wanted(tmp_path, "", AS_OF), Act(EVERYWHERE, LATER, "freeze"))
    assert {*manifest.mapping.split("+")} == {over.hash_of("hospital-a"), plain.hash}
    assert (folder / "mappings" / "desk" / "hospital-a.toml").read_text() == line
    assert verify(folder)[1] == ()


def _fails(folder: Path, cut: Cut) -> dict[str, int]:
    (folder / "half").write_text("half")
    raise KeyboardInterrupt


def test_what_was_interrupted_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "PARTS", {**QUICK, "last": _fails})
    with pytest.raises(KeyboardInterrupt):
        freeze_of(store, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []
    with store.read() as connection:
        assert [one.act for one in audit.acts(connection, EVERYWHERE)] == []


def test_what_a_killed_process_left_is_no_freeze(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "PARTS", {"tables": PARTS["tables"], "last": _fails})
    folder = tmp_path / f"{UNFINISHED}x"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        written(store, intake(), mappings(), AS_OF, folder)
    assert (folder / "half").exists()
    assert verify(folder) == (None, (Fault("manifest.json", "unreadable"),))


def test_a_folder_that_is_there_is_never_written_over(store: Store, tmp_path: Path) -> None:
    first, _ = freeze_of(store, tmp_path)
    kept = bytes_of(first)
    with pytest.raises(TakenError, match="never written over"):
        freeze_of(store, tmp_path)
    (tmp_path / "named").mkdir()
    with pytest.raises(TakenError, match="never written over"):
        freeze_of(store, tmp_path, "named")
    assert bytes_of(first) == kept
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == sorted([first.name, "named"])


def test_its_files_are_read_only(made: Made) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made[0].rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_the_audit_tells_when_it_was_made_and_its_digest(store: Store, tmp_path: Path) -> None:
    _, manifest = freeze_of(store, tmp_path)
    with store.read() as connection:
        (act,) = audit.acts(connection, EVERYWHERE)
    assert (act.act, act.at, act.hash, act.about) == ("freeze", LATER, manifest.digest, "")
    assert act.counts == {"subjects": 2, "withheld": 0, "facts": 78, "log": 6, "files": len(manifest.files)}


def test_a_part_that_cannot_be_written_is_told_in_the_manifest(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lifelines", None)
    monkeypatch.setattr(write, "PARTS", {**QUICK, "survival": PARTS["survival"]})
    folder, manifest = freeze_of(store, tmp_path)
    assert "extra `statistics`" in manifest.parts["survival"]
    assert {told for name, told in manifest.parts.items() if name != "survival"} == {"written"}
    assert not (folder / "survival.json").exists()
    assert verify(folder)[1] == ()


def test_every_part_gives_the_same_bytes_and_nothing_that_identifies(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every id, number, name, text and date of what the hospitals sent is looked for in every file."""
    monkeypatch.setattr(write, "PARTS", PARTS)
    folder, manifest = freeze_of(store, tmp_path / "once")
    _the_same_again(store, tmp_path / "again", folder, monkeypatch)
    assert {told.partition(";")[0] for told in manifest.parts.values()} == {"written"}
    secrets: set[str] = set()
    for case in CASES.values():
        _collect(json.loads((case / "bundle.json").read_bytes()), secrets)
    kept = {name: content for name, content in bytes_of(folder).items() if not name.startswith("mappings/")}
    files = {**kept, **_opened(folder)}
    own = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*.toml"))
    secrets = {secret for secret in secrets if secret not in own}  # the trial's own words for codes may go out
    assert len(secrets) > 150
    found = {(secret, name) for secret in secrets for name, content in files.items() if secret.encode() in content}
    shifted = {(secret, name) for secret, name in found if name.startswith("fhir/") and _DATED.fullmatch(secret)}
    assert found - shifted == set()  # a day that was shifted can be another day of the record


def _the_same_again(store: Store, to: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the figures, which take long, and have a test of their own."""
    slow = ("figures", "survival")
    monkeypatch.setattr(write, "PARTS", {name: part for name, part in PARTS.items() if name not in slow})
    before, after = bytes_of(folder), bytes_of(freeze_of(store, to)[0])
    told = {"manifest.json", "SHA256SUMS"}
    assert {name: before[name] for name in after.keys() - told} == {name: after[name] for name in after.keys() - told}
    assert {name.partition("/")[0].partition(".")[0] for name in before.keys() - after.keys()} == {*slow}


def _opened(folder: Path) -> dict[str, bytes]:
    """What stands packed within the files of the folder."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            found |= {f"{path.name}/{name}": book.read(name) for name in book.namelist()}
    for path in folder.rglob("*.parquet"):
        found[f"{path.name}/rows"] = repr(pyarrow.parquet.read_table(path).to_pylist()).encode()
    assert len(found) > 10
    return found


_DATED = re.compile(r"\d{4}-\d\d-\d\d.*")
_PRIVATE = ("id", "family", "given", "text", "birthDate", "reference", "fullUrl", "value", "phone", "display", "title")


def _collect(node: object, into: set[str], key: str = "") -> None:
    if isinstance(node, dict):
        for name, inner in node.items():
            _collect(inner, into, name)
    elif isinstance(node, list):
        for inner in node:
            _collect(inner, into, key)
    elif isinstance(node, str) and len(node) > 5:
        dated = _DATED.fullmatch(node)
        if dated and not node.startswith("2025-06-01"):
            into.add(node[:10])
        elif key in _PRIVATE and key != "display":
            into.add(node)
