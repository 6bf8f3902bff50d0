"""`serve` listens where others reach it only once somebody is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.access import bearers, registration
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.store.engine import open_store
from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.service.access.clients_of import client
from tests.service.hospital import KEY, NOW


class Started(Exception):  # noqa: N818
    """The server would listen now."""


@pytest.fixture
def served(said: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Starts the server where everybody reaches it; it ends where it would make its application."""

    def stop(_: object) -> None:
        raise Started

    monkeypatch.setattr("natars_fhir.web.app.create_app", stop)
    monkeypatch.setenv("NATARS_HOST", "0.0.0.0")  # noqa: S104

    def ran() -> tuple[int, str]:
        try:
            code, _, err = said("serve")
        except Started:
            return 0, ""
        return code, err

    return ran


def test_it_does_not_listen_to_others_where_nobody_is_set_up(served: Any, tmp_path: Path) -> None:
    code, err = served()
    assert (code, "loopback only" in " ".join(err.split())) == (78, True)
    assert not (tmp_path / "store.sqlite").exists()


@pytest.mark.parametrize("tokens", ['{"t": "hospital-a"}'])
def test_tokens_of_the_settings_are_enough(served: Any, monkeypatch: pytest.MonkeyPatch, tokens: str) -> None:
    monkeypatch.setenv("NATARS_TOKENS", tokens)
    assert served() == (0, "")


def test_an_empty_token_is_none(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_TOKENS", '{"": "hospital-a"}')
    assert served()[0] == 78


def test_a_token_of_the_store_is_enough(served: Any, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    assert served()[0] == 78
    bearers.add(store, KEY, Wanted("hospital-a", "", ("engine",)), NOW)
    store.close()
    assert served() == (0, "")


def test_a_client_is_enough_where_it_is_known_at_which_address_it_asks(
    served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    registration.register(store, KEY, client())
    store.close()
    for address in ("", "http://adapter.example"):
        monkeypatch.setenv("NATARS_PUBLIC_URL", address)
        code, err = served()
        assert (code, "NATARS_PUBLIC_URL" in err) == (78, True)
    monkeypatch.setenv("NATARS_PUBLIC_URL", "https://adapter.example")
    assert served() == (0, "")


def test_on_loopback_nobody_needs_to_be_set_up(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_HOST", "127.0.0.1")
    assert served() == (0, "")
