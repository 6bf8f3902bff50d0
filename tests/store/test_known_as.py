"""Within a transaction a name is asked for once, until others may have written."""

from __future__ import annotations

import pytest

from natars_fhir.store import known_as, readings
from natars_fhir.store.engine import Store
from natars_fhir.store.known_as import KnownAs


def test_a_name_is_asked_for_once_until_others_may_have_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []

    def first(connection: object, site: str, aliases: set[str]) -> dict[str, str]:
        asked.append(set(aliases))
        return readings.first_known_as(connection, site, aliases)  # type: ignore[arg-type]

    monkeypatch.setattr(known_as, "first_known_as", first)
    with store.of("a").write() as connection:
        readings.name(connection, "a", {"x": "Observation/1"})
        ask = KnownAs(connection, "a")
        assert ask(["x", "y"]) == {"x": "Observation/1"}
        assert ask(["y", "x", "z"]) == {"x": "Observation/1"}
        assert ask(["y"]) == {}
        readings.name(connection, "a", {"y": "Observation/2"})
        ask.forget()
        assert ask(["y"]) == {"y": "Observation/2"}
    assert asked == [{"x", "y"}, {"z"}, {"y"}]
