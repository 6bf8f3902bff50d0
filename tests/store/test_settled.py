"""A file is on the disk before it has its name, and its name is on the disk before anybody goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from natars_fhir.store.settled import settle
from tests.bulk.whole import in_parts, traps


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the disk, in its order."""
    told: list[str] = []
    sync, rename = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        told.append(f"sync {Path(f'/proc/self/fd/{descriptor}').resolve().name}")
        sync(descriptor)

    def replace(one: Path, other: Path) -> Path:
        told.append(f"name {other.name}")
        return rename(one, other)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    return told


def test_first_the_file_then_its_name_then_the_folder(tmp_path: Path, done: list[str]) -> None:
    (tmp_path / "made").write_bytes(b"all of it")
    settle(tmp_path / "made", tmp_path / "whole")
    assert done == ["sync made", "name whole", f"sync {tmp_path.name}"]
    assert (tmp_path / "whole").read_bytes() == b"all of it"


@pytest.mark.parametrize("needles", ["", "ahocorasick"])
def test_whatever_a_run_in_parts_names_is_settled(tmp_path: Path, done: list[str], needles: str) -> None:
    (tmp_path / "feed.ndjson").write_bytes(b"\n".join(traps()))
    in_parts([tmp_path / "feed.ndjson"], tmp_path / "work", 4_000, needles)
    named = [place for place, act in enumerate(done) if act.startswith("name ")]
    assert len(named) > 2
    assert all(done[beside].startswith("sync ") for place in named for beside in (place - 1, place + 1))


def test_a_file_that_cannot_be_synced_gets_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "made").write_bytes(b"x")
    with pytest.raises(OSError, match="no space"):
        settle(tmp_path / "made", tmp_path / "whole")
    assert not (tmp_path / "whole").exists()
