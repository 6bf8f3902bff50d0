"""Which files are read of what is named."""

import os
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import every_document


def test_a_folder_that_cannot_be_looked_into_and_a_link_that_leads_nowhere_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.json").write_bytes(b'{"resourceType":"Patient"}')
    (tmp_path / "b.json").symlink_to(tmp_path / "gone.json")
    looked = os.scandir

    def forbids(path: Path | str) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(os, "scandir", forbids)
    told = [(Path(one.name).name, [issue.code for issue in one.issues]) for one in every_document([tmp_path])]
    assert told == [("a.json", []), ("b.json", ["not-found"]), ("closed", ["exception"])]


def test_folders_are_walked_in_order_and_named_files_always_read(tmp_path: Path) -> None:
    for name in ("b.ndjson", "a.json", "c.jsonl.gz", "D.JSON", "notes.txt", "._a.json", ".git/x.json", "sub/e.json.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = list(files([tmp_path / "notes.txt", tmp_path, tmp_path / "none"]))
    names = [str(path.relative_to(tmp_path)) for path in found]
    assert names == ["notes.txt", "D.JSON", "a.json", "b.ndjson", "c.jsonl.gz", "sub/e.json.gz", "none"]
