"""The manifest: a digest over all of it, one spelling, and no other version's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from natars_fhir.service.freeze.manifest import (
    Manifest,
    NoManifestError,
    digest_of,
    encoded,
    file_of,
    read,
    sealed,
    sums,
)


@pytest.fixture
def manifest(made: tuple[Path, Manifest]) -> Manifest:
    return made[1]


CHANGES = [{name: value} for name, value in (("as_of", "2020-01-01"), ("mapping", "x"), ("counts", {}), ("files", ()))]


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_is_over_everything(manifest: Manifest, change: dict[str, object]) -> None:
    assert digest_of(manifest) == manifest.digest
    assert sealed(msgspec.structs.replace(manifest, **change)).digest != manifest.digest


def test_the_digest_can_be_made_without_this_program(manifest: Manifest) -> None:
    told = {**json.loads(encoded(manifest)), "digest": ""}
    plain = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == manifest.digest


def test_it_is_read_as_it_was_written(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(encoded(manifest))
    assert read(tmp_path) == manifest


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"format": 1}', b'{"format": 1, "more": 2}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(NoManifestError, match="no freeze"):
        read(tmp_path)


def test_a_later_form_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(encoded(msgspec.structs.replace(manifest, format=2)))
    with pytest.raises(NoManifestError, match="later version"):
        read(tmp_path)


def test_a_file_is_told_by_size_rows_and_digest(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    found = file_of(tmp_path, "x", 7)
    assert (found.name, found.bytes, found.rows) == ("x", 3, 7)
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_sums_are_in_the_order_of_the_names() -> None:
    assert sums([("b", "2"), ("a", "1")]) == b"1  a\n2  b\n"
