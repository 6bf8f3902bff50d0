"""Cards that were shown are known by site and uuid; what people made of them is kept as it came."""

from __future__ import annotations

from natars_fhir.store import cards
from natars_fhir.store.cards import Feedback
from natars_fhir.store.engine import Store
from tests.store.samples import LATER, NOW


def test_a_card_is_kept_once_and_is_its_sites_alone(store: Store) -> None:
    with store.write() as connection:
        for at in (NOW, LATER):
            cards.shown(connection, "a", "u1", "Patient/1", at)
        cards.shown(connection, "a", "u2", "", NOW)
    with store.read() as connection:
        assert cards.of_whom(connection, "a", "u1") == "Patient/1"
        assert cards.of_whom(connection, "a", "u2") == ""
        assert cards.of_whom(connection, "b", "u1") is None


def test_only_an_override_with_a_reason_counts(store: Store) -> None:
    said = (
        Feedback("u1", "overridden", NOW),
        Feedback("u2", "accepted", NOW, "known"),
        Feedback("u3", "overridden", NOW, "x"),
    )
    with store.write() as connection:
        for one in said:
            cards.heard(connection, "a", "Patient/1", one, LATER)
    with store.read() as connection:
        assert [cards.overridden(connection, "a", one.card) for one in said] == [False, False, True]
        assert not cards.overridden(connection, "b", "u3")
        assert cards.feedback_of(connection, "a") == list(said)
        assert cards.feedback_of(connection, "b") == []
