"""`site remove`: told first, removed with --yes, refused while the site has its file."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from natars_fhir.settings import default_folder
from tests.cli.installed import installed  # noqa: F401 (a fixture)


@pytest.fixture
def without(tmp_path: Path) -> Path:
    """The mappings, in which hospital B has no file any more."""
    copied = copytree(default_folder("mappings", "default_mappings"), tmp_path / "less")
    (copied / "sites" / "hospital-b.toml").unlink()
    return copied


def test_a_site_is_told_of_and_then_removed(said: Any, without: Path) -> None:
    said("site", "add", "hospital-b")
    code, out, err = said("site", "remove", "hospital-b", "--mappings", str(without))
    assert (code, "bearer_token" in out, "say --yes" in err) == (0, True, True)
    code, out, err = said("site", "remove", "hospital-b", "--yes", "--mappings", str(without))
    assert (code, "bearer_token" in out, "Removed" in err) == (0, True, True)
    assert "hospital-b" not in said("token", "list")[1]
    code, out, err = said("site", "remove", "hospital-b", "--yes", "--mappings", str(without))
    assert (code, out, "Nothing is kept" in err) == (0, "", True)


def test_a_site_that_has_its_file_is_not_removed(said: Any) -> None:
    said("site", "add", "hospital-b")
    code, out, err = said("site", "remove", "hospital-b", "--yes")
    assert (code, out) == (1, "")
    assert "take the file away first" in err
    assert "hospital-b" in said("token", "list")[1]


@pytest.mark.parametrize("name", ["", ".", "..", "../kept", "hospital-b/..", "{kept}"])
def test_a_name_that_leads_elsewhere_removes_no_files(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pulled, kept = tmp_path / "pulled", tmp_path / "kept"
    for one in (pulled / "hospital-b", kept):
        one.mkdir(parents=True)
        (one / "file").touch()
    monkeypatch.setenv("NATARS_PULL_FOLDER", str(pulled))
    said("site", "add", "hospital-b")
    code, _, err = said("site", "remove", name.format(kept=kept), "--yes")
    assert (code, "Nothing is kept" in err) == (0, True)
    assert (pulled / "hospital-b" / "file").exists()
    assert (kept / "file").exists()


def test_what_was_pulled_of_the_site_goes_with_it(
    said: Any, without: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for site in ("hospital-a", "hospital-b"):
        (tmp_path / "pulled" / site).mkdir(parents=True)
    monkeypatch.setenv("NATARS_PULL_FOLDER", str(tmp_path / "pulled"))
    said("site", "add", "hospital-b")
    said("site", "remove", "hospital-b", "--yes", "--mappings", str(without))
    assert [one.name for one in (tmp_path / "pulled").iterdir()] == ["hospital-a"]
