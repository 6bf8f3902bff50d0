"""Verifying a freeze: whatever was done to it is told, by the file's name."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from natars_fhir.service.freeze.manifest import Manifest, encoded, read, sealed
from natars_fhir.service.freeze.verify import FAULTS, Fault, verify

FACTS = "tables/facts.csv"


def test_a_freeze_that_nobody_touched_is_whole(made: tuple[Path, Manifest]) -> None:
    assert verify(made[0]) == (made[1], ())


def _edit(name: str, before: bytes, after: bytes) -> Callable[[Path], object]:
    def done(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert before in content
        (folder / name).write_bytes(content.replace(before, after, 1))

    return done


def _link(folder: Path) -> None:
    (folder / FACTS).rename(folder.parent / "elsewhere")
    (folder / FACTS).symlink_to(folder.parent / "elsewhere")


DONE = [
    pytest.param(_edit(FACTS, b"hospital-c", b"hospital-b"), [(FACTS, "changed")], id="a byte"),
    pytest.param(lambda folder: (folder / FACTS).write_bytes(b""), [(FACTS, "changed")], id="emptied"),
    pytest.param(lambda folder: (folder / FACTS).unlink(), [(FACTS, "missing")], id="removed"),
    pytest.param(_link, [(FACTS, "missing")], id="a link"),
    pytest.param(lambda folder: (folder / "note.txt").touch(), [("note.txt", "not-listed")], id="one more"),
    pytest.param(
        _edit("manifest.json", b'"subjects": 2', b'"subjects": 3'),
        [("manifest.json", "manifest"), ("SHA256SUMS", "sums")],
        id="the manifest",
    ),
    pytest.param(
        _edit("manifest.json", b'"format": 1', b'"format":  1'),
        [("manifest.json", "manifest"), ("SHA256SUMS", "sums")],
        id="its blanks",
    ),
    pytest.param(_edit("SHA256SUMS", b"gone.csv", b"lost.csv"), [("SHA256SUMS", "sums")], id="the sums"),
    pytest.param(lambda folder: (folder / "SHA256SUMS").unlink(), [("SHA256SUMS", "missing")], id="no sums"),
    pytest.param(
        lambda folder: (folder / "manifest.json").unlink(), [("manifest.json", "unreadable")], id="no manifest"
    ),
    pytest.param(_edit("manifest.json", b"{", b"["), [("manifest.json", "unreadable")], id="no JSON"),
    pytest.param(_edit("manifest.json", b'"format": 1', b'"format": 2'), [("manifest.json", "unreadable")], id="later"),
]


@pytest.mark.parametrize(("done", "found"), DONE)
def test_what_was_done_to_it_is_told(copy: Path, done: Callable[[Path], object], found: list[tuple[str, str]]) -> None:
    done(copy)
    assert list(verify(copy)[1]) == [Fault(*one) for one in found]


def test_every_fault_is_told_in_both_languages() -> None:
    assert all(en and zh for en, zh in FAULTS.values())


def test_a_manifest_made_anew_has_another_digest(copy: Path) -> None:
    """Whoever rewrites it all cannot keep the digest that stands in the audit and in the folder's name."""
    manifest = read(copy)
    (copy / "manifest.json").write_bytes(encoded(sealed(manifest)))
    assert read(copy).digest == manifest.digest
    other = sealed(msgspec.structs.replace(manifest, counts={**manifest.counts, "subjects": 3}))
    assert other.digest != manifest.digest


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_takes_the_sums(copy: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=copy, check=False).returncode == 0  # noqa: S603 (our own words)
    (copy / FACTS).write_bytes(b"other")
    assert subprocess.run(command, cwd=copy, check=False, capture_output=True).returncode == 1  # noqa: S603
