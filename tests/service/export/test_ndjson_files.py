"""Lines go to the file of their type, are split at a size, and are counted; a folder that fails leaves nothing."""

from __future__ import annotations

import gzip
import stat
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from natars_fhir.service.export.ndjson_files import NdjsonFiles, fresh, owners, remove


def test_each_type_has_its_file_with_its_counts_bytes_and_digest(tmp_path: Path) -> None:
    with NdjsonFiles(tmp_path, packed=True) as files:
        files.add("output", "Patient", b'{"a":1}')
        files.add("output", "Observation", b"{}")
        files.add("output", "Patient", b'{"a":2}')
        files.add("error", "OperationOutcome", b"{}")
        made = {one.name: one for one in files.close()}
    assert list(made) == ["Observation.001.ndjson", "Patient.001.ndjson", "error.OperationOutcome.001.ndjson"]
    one, raw = made["Patient.001.ndjson"], b'{"a":1}\n{"a":2}\n'
    assert (tmp_path / one.name).read_bytes() == raw
    small = (tmp_path / f"{one.name}.gz").read_bytes()
    assert gzip.decompress(small) == raw
    assert (one.role, one.count, one.size, one.packed) == ("output", 2, len(raw), len(small))
    assert one.digest == sha256(raw).hexdigest()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(("most", "files"), [(1, 4), (20, 2), (1000, 1)])
def test_a_file_is_split_between_lines_and_no_line_is_lost(tmp_path: Path, most: int, files: int) -> None:
    with NdjsonFiles(tmp_path, packed=False, most=most) as out:
        for number in range(4):
            out.add("output", "Patient", b'{"number":%d}' % number)
        made = out.close()
    assert len(made) == files
    assert b"".join((tmp_path / one.name).read_bytes() for one in made).count(b"\n") == 4


def test_what_is_left_by_a_failure_is_let_go_of_and_its_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "job"

    def fails() -> None:
        with fresh(folder) as here, NdjsonFiles(here, packed=True) as out:
            out.add("output", "Patient", b"{}")
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        fails()
    assert not folder.exists()


def test_a_folder_begins_empty_and_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "job" / "inner").mkdir(parents=True)
    with fresh(tmp_path / "job") as folder:
        assert list(folder.iterdir()) == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    with pytest.raises(FileExistsError):
        owners(tmp_path / "there")


def test_two_may_take_a_folder_away_at_once(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def away(ready: threading.Barrier) -> None:
        ready.wait()
        try:
            remove(tmp_path / "job")
        except OSError as fault:
            faults.append(fault)

    for _ in range(5):
        (tmp_path / "job").mkdir()
        for number in range(40):
            (tmp_path / "job" / str(number)).touch()
        ready = threading.Barrier(3)
        threads = [threading.Thread(target=away, args=(ready,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not (tmp_path / "job").exists()
    assert faults == []
    remove(tmp_path / "never-was")
