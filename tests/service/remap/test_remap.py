"""Another mapping takes its place only when it loads whole; then everything that is known is read with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from natars_fhir.mapping.files import load
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.remap.activate import activate, catch_up, try_all_again
from natars_fhir.service.remap.gaps import gaps
from natars_fhir.service.remap.live import Active, Live, active
from natars_fhir.service.remap.reread import everything, reread
from natars_fhir.service.worklist.worklist import screening_of
from natars_fhir.settings import Settings
from natars_fhir.store import audit
from natars_fhir.store import quarantine as quarantined
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Wanted
from tests.service.hospital import (
    ICD_10,
    KEY,
    NOW,
    Hospital,
    Node,
    bundle,
    condition,
    dose,
    mappings,
    medication,
    patient,
    reader,
)
from tests.service.remap.test_gaps import result
from tests.service.remap.test_replay import ODD
from tests.ward import FOLDER

SITE = "hospital-b"
#: of a server that the site does not declare: its address stays whole
SOMEBODY = "https://hospital.example/fhir/Patient/1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    words = mappings().words  # they take most of the time of loading
    monkeypatch.setattr("natars_fhir.mapping.files.load_words", lambda *_: words)
    return Path(shutil.copytree(FOLDER, tmp_path / "mappings"))


@pytest.fixture
def live(folder: Path) -> Live:
    def made() -> Active:
        return active(load(folder), Settings(), KEY, [SITE], ["R4"])

    return Live(made)


@pytest.fixture
def pushed(store: Store, live: Live) -> Callable[..., Any]:
    def send(*resources: Node, kind: str = "collection") -> Any:
        now = live.active
        raw = json.dumps(bundle(kind, *resources), ensure_ascii=False).encode()
        return push(store, now.intake, now.readers[SITE]["R4"], raw, NOW)

    return send


def add(folder: Path, line: str, table: str = '[codes."http://his.hospital-b.example/lis"]') -> None:
    path = folder / "sites" / f"{SITE}.toml"
    path.write_text(path.read_text("utf-8").replace(table, f"{table}\n{line}"), "utf-8")


def facts(store: Store, key: str = SOMEBODY) -> list[str]:
    found = screening_of(store, mappings().study, SITE, key, NOW)
    return [fact["concept"] for fact in found["facts"]] if found else []


COUNT = {"valueQuantity": {"value": 3, "unit": "10*9/L"}, "effectiveDateTime": "2024-06-01"}


def test_a_new_line_makes_facts_of_what_is_known(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(), condition(), result("1", **COUNT))
    assert "anc" not in facts(store)
    add(folder, '"LIS0103" = "anc"')
    told = activate(store, live, NOW)[SITE]
    assert (told.read, told.to_send_again) == (3, 0)
    assert "anc" in facts(store)
    assert gaps(store, live.active.any_version(SITE).mapping, live.active.hints(SITE)) == []
    with store.read() as connection:
        assert list(audit.acts(connection, SITE))[-1].counts["read"] == 3


def test_the_day_on_which_a_gap_first_came_stays(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(), result("1", "LIS0977"))
    before = gaps(store, live.active.any_version(SITE).mapping, live.active.hints(SITE))
    add(folder, '"LIS0103" = "anc"')
    activate(store, live, NOW.replace(year=2025))
    after = gaps(store, live.active.any_version(SITE).mapping, live.active.hints(SITE))
    assert [(one.gap, one.count, one.first) for one in after] == [(one.gap, one.count, one.first) for one in before]


def test_a_line_that_is_gone_takes_its_facts_along(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(), result("1", "FISH-MDM2", valueString="扩增"), condition("c1", "腹膜后去分化脂肪肉瘤"))
    assert "fish-mdm2" in facts(store)
    path = folder / "sites" / f"{SITE}.toml"
    path.write_text(path.read_text("utf-8").replace('"FISH-MDM2" =', '"FISH-MDM2-OLD" ='), "utf-8")
    assert activate(store, live, NOW)[SITE].read == 3
    assert "fish-mdm2" not in facts(store)


def test_a_drug_of_a_medication_reaches_its_patient(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    local = {**medication(), "code": {"coding": [{"system": "http://his.hospital-b.example/pharmacy", "code": "YP9"}]}}
    pushed(patient(), condition(), local, dose())
    add(folder, '"YP9" = { concept = "antineoplastic-drug", value = "doxorubicin" }',
        '[codes."http://his.hospital-b.example/pharmacy"]')  # fmt: skip
    activate(store, live, NOW)
    found = screening_of(store, mappings().study, SITE, SOMEBODY, NOW)
    assert found is not None
    assert [f["value"] for f in found["facts"] if f["concept"] == "antineoplastic-drug"] == ["doxorubicin"]


def test_a_folder_with_faults_changes_nothing_and_every_fault_is_told(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(), condition())
    good = live.active
    add(folder, '"L1" = "ancc"\n"L2" = "wbcc"')
    with capture_logs() as logs:
        assert activate(store, live, NOW) == {}
    assert live.active is good
    assert [log["fault"] for log in logs] == [
        "«L1»: unknown concept «ancc»; did you mean «anc»?",
        "«L2»: unknown concept «wbcc»; did you mean «wbc»?",
    ]
    assert all(log["line"] for log in logs)
    assert pushed(patient("2")).status == 200


def test_a_site_whose_file_is_gone_keeps_the_last_good_mapping(store: Store, live: Live, folder: Path) -> None:
    (folder / "sites" / f"{SITE}.toml").unlink()
    assert activate(store, live, NOW) == {}
    assert len(live.faults) == 1


def test_a_folder_that_did_not_change_is_read_by_nobody(store: Store, live: Live, pushed: Callable[..., Any]) -> None:
    pushed(patient(), condition())
    assert activate(store, live, NOW) == {}
    assert live.faults == ()


def test_asking_is_over_with_the_answer(live: Live) -> None:
    assert not live.asked()
    live.ask()
    assert (live.asked(), live.asked()) == (True, False)


def test_what_was_set_apart_is_pushed_once_more(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(birthDate="1970-02-30"), patient("2"), kind="batch")
    add(folder, '"LIS0103" = "anc"')
    told = activate(store, live, NOW)[SITE]
    assert told.released == 0
    with store.read() as connection:
        assert len(list(quarantined.set_aside(connection, SITE))) == 1


def held(folder: Path, *, to_all: bool) -> None:
    """The site's file, which holds pushes to the whole standard, or to what can be read."""
    path, line = folder / "sites" / f"{SITE}.toml", '\ncheck = "conformant"'
    name = f'site = "{SITE}"'
    text = path.read_text("utf-8").replace(line, "")
    path.write_text(text.replace(name, name + line, 1) if to_all else text, "utf-8")


def waiting(store: Store) -> list[int]:
    with store.read() as connection:
        return [one.number for one in quarantined.listed(connection, Wanted("waiting"), SITE)]


def test_a_mended_file_releases_what_was_set_apart_though_nothing_else_is_known(store: Store, folder: Path) -> None:
    held(folder, to_all=True)
    live = Live(lambda: active(load(folder), Settings(), KEY, [SITE], ["R4"]))
    raw = json.dumps(bundle("collection", {**condition(), **ODD}), ensure_ascii=False).encode()
    assert push(store, live.active.intake, live.active.readers[SITE]["R4"], raw, NOW).status == 422
    assert try_all_again(store, live, NOW) == {}  # this mapping refused it just now
    held(folder, to_all=False)
    assert activate(store, live, NOW) == {}  # nothing is known that could be read again
    assert try_all_again(store, live, NOW)[SITE].replayed == 1
    assert "histology" in facts(store)
    assert (waiting(store), try_all_again(store, live, NOW)) == ([], {})


def test_after_a_change_the_first_are_tried_at_once_and_the_rest_in_the_rounds_that_follow(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(folder, to_all=True)
    live = Live(lambda: active(load(folder), Settings(), KEY, [SITE], ["R4"]))
    sent = [patient(), *({**condition(f"c{number}"), **ODD} for number in range(3))]
    raw = json.dumps(bundle("batch", *sent), ensure_ascii=False).encode()
    push(store, live.active.intake, live.active.readers[SITE]["R4"], raw, NOW)
    held(folder, to_all=False)
    monkeypatch.setattr("natars_fhir.service.remap.replay.try_again.__defaults__", (2,))
    assert activate(store, live, NOW)[SITE].released == 2
    assert len(waiting(store)) == 1
    assert try_all_again(store, live, NOW)[SITE].replayed == 1
    assert waiting(store) == []


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(patient(number="7"), id="a patient"),
        pytest.param(condition(), id="a diagnosis"),
        pytest.param(result("1", "LIS0102", **COUNT), id="a result"),
        pytest.param(result("1", "LIS0977"), id="a result that is not understood"),
        pytest.param(dose(), id="a drug of a Medication"),
        pytest.param(medication(), id="a Medication"),
    ],
)
def test_with_the_same_mapping_everything_is_read_as_it_was(store: Store, resource: Node) -> None:
    hospital = Hospital(store, SITE)
    hospital.push(bundle("collection", resource))
    with store.read() as connection:
        (kept,) = everything(connection, SITE)
    again = reread(kept, reader(SITE))
    assert again is not None
    assert (again.key, again.facts, again.aliases) == (kept.reading.key, kept.reading.facts, kept.reading.aliases)
    assert again.subject == kept.reading.subject


def test_what_only_its_bundle_could_tell_is_taken_from_the_first_reading(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
    about = {"subject": {"reference": urn}}
    entries = [
        {"fullUrl": urn, "resource": patient()},
        {"resource": {**condition(), **about}},
        {"resource": {**result("1", **COUNT), **about}},
    ]
    sent = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    push(store, live.active.intake, live.active.readers[SITE]["R4"], json.dumps(sent).encode(), NOW)
    known = facts(store, "Patient/1")
    assert "histology" in known
    add(folder, '"LIS0103" = "anc"')
    told = activate(store, live, NOW)[SITE]
    assert facts(store, "Patient/1") == known  # the diagnosis keeps its patient
    assert told.to_send_again == 1  # whose the result is, the first reading did not say: it told no fact


def test_the_hospital_is_told_of_what_changed(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    wordless = {"coding": [{"system": ICD_10, "code": "C99.9"}]}
    pushed(patient(birthDate="1960-01-01"), condition(), condition("c2", code=wordless))
    path = folder / "sites" / f"{SITE}.toml"
    local = '[codes.icd-10]\n"C99.9" = { concept = "metastasis", value = "present" }\n'
    path.write_text(f"{path.read_text('utf-8')}\n{local}", "utf-8")
    told = activate(store, live, NOW)[SITE]
    assert (told.changed, told.queued) == (1, 2)  # the subject, and that nothing is asked any more


def test_a_start_with_a_changed_folder_reads_everything_with_it(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    pushed(patient(), condition(), result("1", **COUNT))
    add(folder, '"LIS0103" = "anc"')
    started = Live(lambda: active(load(folder), Settings(), KEY, [SITE], ["R4"]))
    assert catch_up(store, started, NOW)[SITE].read == 3
    assert "anc" in facts(store)
    assert catch_up(store, started, NOW) == {}


def test_what_must_be_sent_again_is_read_when_it_is(
    store: Store, live: Live, folder: Path, pushed: Callable[..., Any]
) -> None:
    urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
    of = {**result("1", **COUNT), "subject": {"reference": urn}}
    sent = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": urn, "resource": patient()}]}
    sent["entry"].append({"resource": of})
    raw = json.dumps(sent).encode()
    push(store, live.active.intake, live.active.readers[SITE]["R4"], raw, NOW)
    add(folder, '"LIS0103" = "anc"')
    assert activate(store, live, NOW)[SITE].to_send_again == 1
    assert catch_up(store, live, NOW) == {}
    push(store, live.active.intake, live.active.readers[SITE]["R4"], raw, NOW)
    assert "anc" in facts(store, "Patient/1")
