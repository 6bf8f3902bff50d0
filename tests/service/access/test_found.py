"""Is anybody set up at all? Asked before a server listens where others reach it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from natars_fhir.service.access import bearers, registration
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.access.found import Configured, configured
from natars_fhir.settings import Settings
from natars_fhir.store.engine import open_store
from tests.service.access.clients_of import client
from tests.service.hospital import KEY, NOW


def chosen(folder: Path, **more: Any) -> Settings:
    return Settings(database=f"sqlite:///{folder}/store.sqlite", **more)


def test_nobody_is_where_there_is_no_store_and_none_is_made(tmp_path: Path) -> None:
    assert configured(chosen(tmp_path)) == Configured(False, False)
    assert configured(chosen(tmp_path, tokens={"t": "hospital-a"})) == Configured(True, False)
    assert configured(chosen(tmp_path, tokens={"": "hospital-a"})) == Configured(False, False)
    assert not (tmp_path / "store.sqlite").exists()


def test_tokens_and_clients_of_the_store_count_and_a_revoked_one_does_not_open_it_again(tmp_path: Path) -> None:
    settings = chosen(tmp_path)
    store = open_store(settings.database)
    assert configured(settings) == Configured(False, False)
    one, _ = bearers.add(store, KEY, Wanted("hospital-a", "engine", ("engine",)), NOW)
    assert configured(settings) == Configured(True, False)
    bearers.revoke(store, KEY, one.id, NOW)
    assert configured(settings) == Configured(True, False)
    registration.register(store, KEY, client())
    assert configured(settings) == Configured(True, True)
    registration.revoke(store, KEY, "engine-a", NOW)
    assert configured(settings) == Configured(True, False)
    store.close()
