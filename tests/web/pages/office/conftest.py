"""One application for all tests of the office: two hospitals with a subject each, and people of the office."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from natars_fhir.store import accounts
from natars_fhir.store.accounts import Account
from tests.pages.house import OFFICER, with_office
from tests.service.freeze.frozen import LATER, fill
from tests.web.pages.people import Reception, Somebody

_MOST = 200


@dataclass(slots=True)
class Desk:
    """The application, and who may log in."""

    reception: Reception
    people: dict[str, Account]

    def browser(self, who: str = "office") -> Somebody:
        return self.reception.browser(self.people[who])

    def get(self, path: str, who: str = "office", **headers: str) -> httpx.Response:
        """The page, when what is being made is made."""
        browser = self.browser(who)
        return made(browser, path, **headers)


def made(browser: Somebody, path: str, **headers: str) -> httpx.Response:
    """A page, asked for again while something is being made for it."""
    for _ in range(_MOST):
        response = browser.get(path, **headers)
        if "data-making" not in response.text and response.status_code != 503:
            return response
        time.sleep(0.05)
    raise AssertionError("it is never made")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("office")
    more: dict[str, Any] = {"freeze_folder": folder / "freezes", "export_folder": folder / "exports"}
    with patch("natars_fhir.web.app.load", with_office):
        reception = Reception(folder, **more)
    reception.clock.at = LATER
    fill(reception.store)
    people = {
        "office": reception.person("office", "trial-office", site=""),
        "stranger": reception.person("stranger", "trial-office", site=""),
        "operator": reception.person("ops", "operator", site=""),
        "b": reception.person("b", "coordinator", site="hospital-b"),
    }
    with reception.store.write(()) as connection:
        accounts.change(connection, people["office"].id, person=OFFICER)
    people["office"] = reception.again(people["office"])
    yield Desk(reception, people)
    reception.store.close()
