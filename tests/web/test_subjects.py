"""An allocation over HTTP: kept for the caller's own subjects, refused with an OperationOutcome that names nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import select

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import patient
from tests.service.hospital import KEY, NOW
from tests.service.spoken import COMPLETE, INVESTIGATOR, answers
from tests.service.subjects import SIGNER
from tests.web.caller import Caller, code

TOKENS = {"a": "hospital-a"}
A = {"authorization": "Bearer a"}
SAID = {"arm": "surgery-only", "by": SIGNER, "date": "2024-06-15"}


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    made = Caller(tmp_path, tokens=TOKENS)
    made.push((COMPLETE / "bundle.json").read_bytes(), **A)
    return made


@pytest.fixture
def pseudonym(call: Caller) -> str:
    store = open_store(call.settings.database)
    with store.read() as connection:
        target = connection.execute(select(patient.c.target)).scalar_one()
    store.close()
    return unquote(target).rpartition("|")[2]


@pytest.fixture
def office(call: Caller) -> dict[str, str]:
    """The trial office's own token, of no site."""
    store = open_store(call.settings.database)
    made = bearers.add(store, KEY, Wanted("", "office", ("trial-office",)), NOW)[1]
    store.close()
    return {"authorization": f"Bearer {made}"}


def tell(call: Caller, pseudonym: str, headers: dict[str, str], said: Any = SAID) -> httpx.Response:
    return call("POST", f"/api/subjects/{pseudonym}/allocation", said, **headers)


def test_an_allocation_is_kept_once_the_subject_is_signed_for(
    call: Caller, pseudonym: str, office: dict[str, str]
) -> None:
    early = tell(call, pseudonym, office)
    assert (early.status_code, code(early)) == (422, "business-rule")
    call("POST", "/fhir/r4/QuestionnaireResponse", answers(status="completed", by=INVESTIGATOR), **A)
    told = tell(call, pseudonym, office)
    assert (told.status_code, code(told)) == (201, "informational")
    assert told.json()["issue"][0]["diagnostics"] == "Kept: the subject is on-study now."
    again = tell(call, pseudonym, office)
    assert (again.status_code, code(again)) == (409, "duplicate")


@pytest.mark.parametrize(
    ("said", "status", "issue"),
    [
        pytest.param(b"{", 422, "structure", id="no JSON"),
        pytest.param({"arm": "surgery-only"}, 422, "structure", id="nobody says it"),
        pytest.param({**SAID, "reason": "x"}, 422, "structure", id="an unknown member"),
        pytest.param({**SAID, "date": "15.06.2024"}, 422, "structure", id="no day"),
        pytest.param({**SAID, "arm": "placebo"}, 422, "not-found", id="no arm of the trial"),
        pytest.param({**SAID, "by": "PLANTED"}, 403, "forbidden", id="nobody of the list"),
    ],
)
def test_what_is_no_allocation_is_refused(
    call: Caller, pseudonym: str, office: dict[str, str], said: Any, status: int, issue: str
) -> None:
    told = tell(call, pseudonym, office, said)
    assert (told.status_code, code(told)) == (status, issue)
    assert "PLANTED" not in told.text


def test_nobody_but_the_trial_office_tells_of_allocations(call: Caller, pseudonym: str, office: dict[str, str]) -> None:
    nobody = tell(call, "0" * 32, office)
    assert (nobody.status_code, code(nobody)) == (404, "not-found")
    site = tell(call, pseudonym, A)
    assert (site.status_code, code(site)) == (403, "forbidden")
    assert tell(call, pseudonym, {"authorization": "Bearer none"}).status_code == 401
