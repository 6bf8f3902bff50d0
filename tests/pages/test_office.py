"""The trial office's stories in a browser, in both languages: from the first figure to the file that is taken away."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from natars_fhir.cli import app
from natars_fhir.service.export.bulk_export import home
from natars_fhir.service.export.bulk_export_work import Workshop, work_once
from natars_fhir.service.freeze import write
from natars_fhir.service.freeze.parts import PARTS
from natars_fhir.service.worklist.worklist_page import fill
from natars_fhir.store.tables.core import attestation
from natars_fhir.store.tables.subject import allocation, subject_move
from natars_fhir.store.tables.worklist import worklist
from tests.pages.browser import PHONE, Visitor
from tests.pages.house import House
from tests.pages.screens import SUBJECT
from tests.service.hospital import KEY, intake, mappings
from tests.service.spoken import WHOLE
from tests.service.subjects import sign

Visit = Callable[..., Visitor]

LANGUAGE = pytest.mark.parametrize("language", ["zh", "en"])


def taken(somebody: Visitor, name: str) -> bytes:
    """The bytes that the link of this name brings."""
    with somebody.page.expect_download() as waiting:
        somebody.page.get_by_role("link", name=name, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def rows(raw: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))]


def command(house: House, *words: str) -> object:
    """What the command line says of the same store, as JSON."""
    folder = Path(house.store._engine.url.database or "").parent
    told = {"NATARS_DATABASE": f"sqlite:///{folder}/store.sqlite", "NATARS_KEY_FILE": str(folder / "key")}
    with patch.dict(os.environ, told):
        result = CliRunner().invoke(app, [*words, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@LANGUAGE
def test_enrolment_is_seen_narrowed_to_a_site_and_taken_away(visit: Visit, language: str) -> None:
    office = visit("trial-office", language=language)
    page = office.goto("/pages/trial")
    assert page.locator(".chart svg").count() == 2
    assert page.locator(".chart svg pattern").count() >= 3  # not by colours alone
    assert page.locator("img").evaluate("one => one.complete && one.naturalWidth > 0")
    page.locator("#site").select_option("hospital-a")
    page.get_by_role("button", name={"zh": "显示", "en": "Show"}[language]).click()
    page.wait_for_url("**site=hospital-a")
    office.settled()
    title = {"zh": "各月各中心入组", "en": "Enrolment by month and site"}[language]
    says = {"zh": "{}，{} 格式", "en": "{} as {}"}[language]
    assert taken(office, says.format(title, "SVG")).lstrip().startswith(b"<?xml")
    assert taken(office, says.format(title, "PNG")).startswith(b"\x89PNG")
    told = rows(taken(office, says.format(title, "CSV")))
    assert {row["site"] for row in told} == {"hospital-a"}
    assert f"{told[-1]['all_sites']}" in page.locator("main strong").inner_text()


def test_the_files_hold_the_numbers_that_the_commands_print(visit: Visit, full_house: House) -> None:
    office = visit("trial-office")
    office.goto("/pages/trial/endpoints")
    told = rows(taken(office, "Progression-free survival from surgery as CSV"))
    said = command(full_house, "endpoints", "--as-of", "2024-06-15")
    assert isinstance(said, dict)
    counts = {row["arm"]: (int(row["at_risk"]), int(row["events"])) for row in told if row["part"] == "arm"}
    assert counts == {
        one["arm"]: (one["subjects"], one["events"]) for one in said["survival"] if one["parameter"] == "PFS"
    }
    office.goto("/pages/trial/visits")
    shown = rows(taken(office, "Visits by site as CSV"))
    counted = command(full_house, "visits", "due", "--by-site", "--on", "2024-06-15")
    assert isinstance(counted, list)
    assert [{name: str(value) for name, value in one.items()} for one in counted] == shown


@LANGUAGE
def test_from_the_curves_to_each_line_of_a_subjects_derivation(visit: Visit, language: str) -> None:
    office = visit("trial-office", language=language)
    page = office.goto("/pages/trial/endpoints")
    caution = {"zh": "两组非随机分配", "en": "The arms are not randomised"}[language]
    assert caution in page.locator(".notice").first.inner_text()
    onward = {"zh": "全部受试者及逐行推导", "en": "Every subject, with each line of the derivation"}[language]
    page.get_by_role("link", name=onward).click()
    page.get_by_role("link", name=SUBJECT).click()
    heading = {"zh": "PFS: 事件, 177 天 (疾病进展)", "en": "PFS: event, 177 days (progression)"}[language]
    assert page.get_by_role("heading", name=heading).is_visible()
    told = rows(taken(office, {"zh": "推导过程（CSV）", "en": "The derivation as CSV"}[language]))
    (origin, end) = [row for row in told if row["of"] == "PFS"]
    assert (origin["decision"], end["decision"], end["days"]) == ("from-surgery", "progression", "177")
    assert office.violations() == []


@pytest.fixture
def signed(full_house: House) -> Iterator[str]:
    """A subject of hospital A who is signed for and waits for an arm; what the office says of it is taken back."""
    sign(full_house.store)
    yield "1efa8774b72567f638632b962972a718"
    with full_house.store.of("hospital-a").write() as connection:
        for table in (subject_move, allocation, attestation):
            connection.execute(delete(table).where(table.c.site == "hospital-a", table.c.patient == WHOLE))
        # the line of the worklist is derived from them, and made again
        connection.execute(delete(worklist).where(worklist.c.site == "hospital-a", worklist.c.key == WHOLE))
    assert fill(full_house.store, intake(), mappings().sites["hospital-a"], full_house.clock()) == 1


def test_an_arm_is_recorded_with_the_keyboard_alone(visit: Visit, signed: str) -> None:
    office = visit("trial-office", language="zh")
    page = office.goto("/pages/trial/subjects")
    office.press_to(signed)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**of={signed}")
    office.press_to("新辅助治疗组")
    page.keyboard.press("Space")
    office.press_to("登记组别")
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "组别已保存，并已告知中心。"
    assert "新辅助治疗组" in page.locator("dl").inner_text()
    assert office.violations() == []


@LANGUAGE
def test_a_freeze_is_started_watched_verified_and_fetched(visit: Visit, language: str) -> None:
    office = visit("trial-office", language=language)
    page = office.goto("/pages/trial/freezes")
    day = {"zh": "2024-06-14", "en": "2024-06-13"}[language]
    with patch.object(write, "PARTS", {name: PARTS[name] for name in ("counts", "screening-log")}):
        page.locator("#day").fill(day)
        page.get_by_role("button", name={"zh": "开始冻结", "en": "Start a freeze"}[language]).click()
        office.settled()
    assert {"zh": "冻结已生成", "en": "The freeze is made"}[language] in page.get_by_role("status").inner_text()
    page.get_by_role("table").get_by_role("link", name=f"natars-{day}").click()
    page.get_by_role("button", name={"zh": "核验全部文件", "en": "Verify every file"}[language]).click()
    told = {"zh": "全部 3 个文件均与写入时一致。", "en": "All 3 files are as they were written."}[language]
    assert page.get_by_role("status").inner_text() == told
    assert office.violations() == []
    assert rows(taken(office, "counts.csv"))


def test_an_export_is_asked_for_watched_and_fetched(visit: Visit, full_house: House) -> None:
    office = visit("trial-office", language="en")
    page = office.goto("/pages/trial/exports")
    page.locator("#of").select_option("hospital-c")
    page.get_by_role("button", name="Start an export").click()
    page.locator("[data-making]").wait_for()
    folder = Path(full_house.store._engine.url.database or "").parent / "exports"
    shop = Workshop(full_house.store, intake(), mappings().sites, home(folder, KEY), timedelta(hours=1))
    assert work_once(shop, full_house.clock, lambda: False)
    office.settled()
    lines = taken(office, page.get_by_role("link", name="Patient").first.inner_text()).splitlines()
    assert json.loads(lines[0])["resourceType"] == "Patient"
    assert office.violations() == []
    page.get_by_role("button", name="Take away").click()
    assert page.get_by_text("There is none yet.").is_visible()


def test_a_coordinator_sees_their_site_on_a_telephone_and_on_paper(visit: Visit) -> None:
    somebody = visit("coordinator", language="zh", width=PHONE)
    page = somebody.goto("/pages/trial/missing")
    assert "hospital-a" not in page.locator("main").inner_text()
    assert not somebody.too_wide()
    page.emulate_media(media="print")
    assert page.locator("details table").first.is_visible()
    assert somebody.printed().startswith(b"%PDF")
