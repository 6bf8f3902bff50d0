"""A store in which nothing is yet: each list says so in words, and is no empty table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.upkeep.secret import secret
from natars_fhir.store.engine import open_store
from tests.cli.installed import installed  # noqa: F401 (a fixture)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("endpoints",), "Nobody was allocated yet: there is no subject."),
        (("endpoints", "--language", "zh"), "尚无入组受试者。"),
        (("missing", "--site", "hospital-b"), "Nothing is missing of anybody in scope whom nothing bars."),
        (("subject", "list", "--site", "hospital-b", "--language", "zh"), "该中心尚无范围内患者。"),
        (("outbox", "list"), "Nothing that was asked for is in the outbox."),
        (("token", "list"), "No token was made yet: natars-fhir site add."),
        (("people", "list"), "No account was made yet: natars-fhir people add."),
        (("visits", "due"), "No visit is due."),
    ],
)
def test_that_there_is_nothing_is_said(said: Any, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    secret(tmp_path / "key", store)
    store.close()
    code, out, _ = said(*arguments)
    assert (code, out.strip()) == (0, told)
