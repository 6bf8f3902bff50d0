"""A plan that could not work is told when the mappings are loaded, every fault of it at once, with its line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import load
from natars_fhir.mapping.pull import Asked, Pull
from tests.ward import FOLDER

TYPES = {"Patient": "", "Condition": {"query": "code=C48.0", "include": ["Condition:subject"]}}
TOPICS = [{"topic": "http://hospital.example/SubscriptionTopic/x"}]
FAULTY = """
site = "new"
en = "New"
zh = "新"

[pull]
mode = "serch"
every = -1
password = "secret"

[pull.types]
Patient = "_count=3"
"""
UNREAD = """
site = "new"
en = "New"
zh = "新"

[pull]
mode = "search"

[pull.types]
Patient = ""
Pateint = ""
"""


def test_a_text_is_a_query_and_a_table_says_more() -> None:
    made = Pull.model_validate({"mode": "search", "types": TYPES})
    assert made.types == {"Patient": Asked(), "Condition": Asked(query="code=C48.0", include=("Condition:subject",))}
    assert not made.planned


@pytest.mark.parametrize(
    "more",
    [
        {"mode": "search", "every": 30},
        {"mode": "search", "at": ["02:00", "14:30"]},
        {"mode": "bulk", "group": "natars", "types": {"Patient": ""}, "at": ["02:00"], "hosts": ["files.example"]},
        {"mode": "bulk", "level": "system", "types": {"Patient": ""}, "every": 60},
        {"mode": "subscription", "topics": TOPICS},
        {"mode": "subscription", "topics": TOPICS, "heartbeat": 60, "days": 30, "every": 1440},
    ],
)
def test_what_can_be_planned(more: dict[str, Any]) -> None:
    assert Pull.model_validate({"types": TYPES, **more}).planned


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"types": {}}, "at least 1 item"),
        ({"types": {"patient": ""}}, "pattern"),
        ({"types": {"Patient": "?name=x"}}, "without a question mark"),
        ({"types": {"Patient": "name"}}, "without a question mark"),
        (
            {"types": {"Patient": "_lastUpdated=ge2020&_sort:x=y"}},
            "_lastUpdated, _sort: that is set by the pull itself",
        ),
        ({"types": {"Patient": {"include": ["subject"]}}}, "pattern"),
        ({"at": ["25:00"]}, "pattern"),
        ({"every": 5, "at": ["02:00"]}, "every or at, one of the two"),
        ({"group": "x"}, "group is not for the mode «search»"),
        ({"topics": TOPICS}, "topics is not for the mode «search»"),
        ({"mode": "bulk"}, "bulk needs group"),
        ({"mode": "bulk", "level": "system", "group": "x"}, "bulk needs group"),
        ({"mode": "bulk", "group": "../up"}, "pattern"),
        ({"mode": "bulk", "group": "x", "types": TYPES}, "include and revinclude are not for the mode «bulk»"),
        ({"mode": "bulk", "group": "x", "hosts": ["https://x/y"]}, "pattern"),
        ({"mode": "bulk", "group": "x", "days": 3}, "days is not for the mode «bulk»"),
        ({"mode": "subscription"}, "subscription needs topics"),
        ({"mode": "subscription", "topics": TOPICS * 2}, "a topic stands there twice"),
        ({"mode": "subscription", "topics": [{"topic": "changed"}]}, "pattern"),
        ({"page": 0}, "greater than or equal to 1"),
        ({"token": "secret"}, "not permitted"),
        ({"source": {"url": "http://x", "auth": "bearer", "secret_file": "t"}}, "never sent in the clear"),
    ],
)
def test_what_cannot_work_is_told(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Pull.model_validate({"mode": "search", "types": {"Patient": ""}, **more})
    assert says in str(told.value)


def faults(folder: Path, text: str) -> list[str]:
    copied = Path(shutil.copytree(FOLDER, folder / "mappings"))
    (copied / "sites" / "new.toml").write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as told:
        load(copied)
    return [f"{Path(one.file).name}:{one.line}: {one.text}" for one in told.value.faults]


def test_every_fault_of_a_plan_is_told_with_its_line(tmp_path: Path) -> None:
    found = faults(tmp_path, FAULTY)
    lines = sorted({int(one.split(":")[1]) for one in found})
    assert lines == [7, 8, 9, 12]
    assert any("did you mean «search»?" in one for one in found)
    assert any("pull.password: unknown key" in one for one in found)
    assert "secret" not in "".join(found)


def test_a_type_that_no_view_reads_and_a_server_that_is_not_named_are_told(tmp_path: Path) -> None:
    assert faults(tmp_path, UNREAD) == [
        "new.toml:6: pull: no server is named: write [pull.source], or [endpoint]",
        "new.toml:11: pull: no view can read «Pateint»; did you mean «Patient»?",
    ]
