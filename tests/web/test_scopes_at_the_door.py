"""What a token's scopes let it do with single resources; and that what comes back with a write is a read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.store.engine import open_store
from tests.service.hospital import KEY, NOW, patient, transaction
from tests.web.caller import Caller

ASKS: list[tuple[str, str, Any, str]] = [
    ("GET", "/Patient/1", None, "r"),
    ("HEAD", "/Patient/1", None, "r"),
    ("GET", "/Patient/1/_history", None, "r"),
    ("GET", "/Patient/1/_history/1", None, "r"),
    ("GET", "/Patient", None, "s"),
    ("POST", "/Patient", patient("2"), "c"),
    ("PUT", "/Patient/1", patient(), "u"),
    ("PUT", "/Patient?identifier=s|v", patient("3"), "u"),
    ("DELETE", "/Patient/none", None, "d"),
    ("DELETE", "/Patient?identifier=s|none", None, "d"),
]


@pytest.fixture
def scoped(tmp_path: Path) -> Any:
    """A call with a token of these scopes."""
    call = Caller(tmp_path)
    store = open_store(call.settings.database)
    site = call.settings.default_site

    def bearer(scopes: str) -> dict[str, str]:
        token = bearers.add(store, KEY, Wanted(site, "test", ("engine",), scopes), NOW)[1]
        return {"authorization": f"Bearer {token}"}

    assert call("PUT", "/fhir/r4/Patient/1", patient(), **bearer("")).status_code == 201
    yield lambda method, path, body, scopes, **more: call(method, f"/fhir/r4{path}", body, **bearer(scopes), **more)
    store.close()


@pytest.mark.parametrize(("method", "path", "body", "letter"), ASKS)
def test_each_interaction_needs_its_letter(scoped: Any, method: str, path: str, body: Any, letter: str) -> None:
    for one in "cruds":
        status = scoped(method, path, body, f"system/Patient.{one}").status_code
        assert (status == 403) is (one != letter), (one, status)
    assert scoped(method, path, body, "system/Condition.cruds").status_code == 403


@pytest.mark.parametrize(("scopes", "told"), [("system/Patient.u", False), ("system/Patient.ru", True)])
def test_a_write_gives_back_only_what_may_be_read(scoped: Any, scopes: str, told: bool) -> None:
    asked = {"prefer": "return=representation"}
    one = scoped("PUT", "/Patient/1", patient(), scopes, **asked).json()
    assert (one["resourceType"] == "Patient") is told
    several = scoped("POST", "", transaction(patient()), scopes, **asked).json()
    assert ("resource" in several["entry"][0]) is told
