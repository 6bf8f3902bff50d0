"""Made with: the code by a hash of its files, and the libraries that decide figures."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest

import natars_fhir
from natars_fhir.service.freeze import made_with
from natars_fhir.service.freeze.made_with import LIBRARIES, code, libraries


def test_the_code_is_told_by_a_hash_that_changes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(natars_fhir, "__file__", str(tmp_path / "__init__.py"))
    for name in ("__init__.py", "__pycache__/x.pyc", "default_mappings/a.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")

    def hashed() -> str:
        code.cache_clear()
        return code()

    first = hashed()
    assert re.fullmatch("[0-9a-f]{12}", first)
    for name in ("__pycache__/x.pyc", "default_mappings/a.toml"):
        (tmp_path / name).write_text("two")
    assert hashed() == first  # what Python makes, and mappings, which have a hash of their own
    (tmp_path / "__init__.py").write_text("two")
    assert hashed() != first
    code.cache_clear()


def test_a_library_that_is_not_there_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_with, "LIBRARIES", (*LIBRARIES, "no-such-library-at-all"))
    found = libraries()
    assert found["python"] == platform.python_version()
    assert found["msgspec"]
    assert found["no-such-library-at-all"] == ""
