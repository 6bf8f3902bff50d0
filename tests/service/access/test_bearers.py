"""Tokens: shown once, known by their hash, and gone at once for whoever asks when they are revoked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.store import audit
from natars_fhir.store.bearers import by_id, lasting
from natars_fhir.store.engine import Store, open_store
from tests.service.access.clients_of import worker
from tests.service.hospital import KEY, NOW

ENGINE = Wanted("hospital-a", "engine", ("engine",), expires=NOW + timedelta(days=10))
DAY = timedelta(days=1)


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store


def test_a_token_is_found_by_itself_alone_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    one, token = bearers.add(store, KEY, ENGINE, NOW)
    who, state = bearers.found(store, token, NOW)
    assert state == "good"
    assert who is not None
    assert (who.site, who.by, who.across) == ("hospital-a", f"token {one.id}", False)
    assert "push" in who.may
    assert "sign" not in who.may
    store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert token.encode() not in kept
    assert token[7:].encode() not in kept
    assert one.hash not in repr(one)


def test_tokens_are_long_random_and_say_whose_they_are(store: Store) -> None:
    made = {bearers.add(store, KEY, ENGINE, NOW)[1] for _ in range(50)}
    assert len(made) == 50
    assert all(token.startswith("natars_") and len(token) >= 50 for token in made)


@pytest.mark.parametrize("wrong", ["", "natars_", "unknown", "natars_" + "A" * 43, "\udcff", "钥匙", "'; DROP TABLE"])
def test_another_token_is_nobodys(store: Store, wrong: str) -> None:
    one, _ = bearers.add(store, KEY, ENGINE, NOW)
    assert bearers.found(store, wrong, NOW) == (None, "unknown")
    assert bearers.found(store, one.hash, NOW) == (None, "unknown")
    assert bearers.found(store, one.id, NOW) == (None, "unknown")


def test_a_token_ends_on_its_day(store: Store) -> None:
    _, token = bearers.add(store, KEY, ENGINE, NOW)
    assert bearers.found(store, token, NOW + 10 * DAY - timedelta(seconds=1))[0] is not None
    assert bearers.found(store, token, NOW + 10 * DAY) == (None, "expired")


def test_a_revoked_token_is_known_to_no_worker_from_then_on(store: Store) -> None:
    one, token = bearers.add(store, KEY, ENGINE, NOW)
    other = worker(store)
    assert bearers.found(other, token, NOW)[0] is not None
    assert bearers.revoke(store, KEY, one.id, NOW)
    assert bearers.found(other, token, NOW) == bearers.found(store, token, NOW) == (None, "revoked")
    assert not bearers.revoke(other, KEY, one.id, NOW)
    assert not bearers.revoke(other, KEY, "no such", NOW)


def test_a_rotated_token_goes_on_for_as_long_as_was_said(store: Store) -> None:
    one, old = bearers.add(store, KEY, Wanted("hospital-a", "engine", ("engine",), "system/Patient.c"), NOW)
    made = bearers.rotate(store, KEY, one.id, DAY, NOW)
    assert made is not None
    fresh, new = made
    assert (fresh.site, fresh.label, fresh.roles, fresh.scopes) == (one.site, one.label, one.roles, one.scopes)
    assert [bearers.found(store, token, NOW)[1] for token in (old, new)] == ["good", "good"]
    assert [bearers.found(store, token, NOW + DAY)[1] for token in (old, new)] == ["expired", "good"]


def test_rotating_never_makes_a_token_last_longer_than_it_would_have(store: Store) -> None:
    one, old = bearers.add(store, KEY, ENGINE, NOW)
    later = NOW + 9 * DAY
    made = bearers.rotate(store, KEY, one.id, 30 * DAY, later)
    assert made is not None
    assert made[0].expires == later + 10 * DAY
    assert bearers.found(store, old, NOW + 10 * DAY)[1] == "expired"


def test_what_is_not_good_is_not_rotated(store: Store) -> None:
    one, _ = bearers.add(store, KEY, ENGINE, NOW)
    bearers.revoke(store, KEY, one.id, NOW)
    short, _ = bearers.add(
        store, KEY, Wanted("hospital-a", "c", ("engine",), "system/*.rs", NOW + DAY, client="c"), NOW
    )
    assert [bearers.rotate(store, KEY, ident, DAY, NOW) for ident in (one.id, short.id, "none")] == [None, None, None]


def test_scopes_limit_a_token_and_a_clients_token_without_any_may_nothing(store: Store) -> None:
    limited = bearers.add(store, KEY, Wanted("hospital-a", "", ("engine",), "system/Patient.c"), NOW)[1]
    free = bearers.add(store, KEY, ENGINE, NOW)[1]
    empty = bearers.add(store, KEY, Wanted("hospital-a", "c", ("engine",), "", NOW + DAY, client="c"), NOW)[1]
    found = [bearers.found(store, token, NOW)[0] for token in (limited, free, empty)]
    assert [who and [who.does(kind, "c") for kind in ("Patient", "Group")] for who in found] == [
        [True, False], [True, True], [False, False],
    ]  # fmt: skip


def test_when_it_was_used_last_is_written_now_and_then(store: Store) -> None:
    one, token = bearers.add(store, KEY, ENGINE, NOW)
    moments = [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=6)]
    seen = []
    for moment in moments:
        bearers.found(store, token, moment)
        with store.read() as connection:
            kept = by_id(connection, one.id)
            seen.append(kept and kept.used)
    assert seen == [NOW, NOW, moments[2]]


def test_a_store_that_cannot_be_written_to_lets_a_reader_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = bearers.add(store, KEY, ENGINE, NOW)

    def full(*_: object) -> object:
        raise OperationalError("disk", {}, Exception())

    monkeypatch.setattr(Store, "write", full)
    assert bearers.found(store, token, NOW)[1] == "good"


def test_what_is_done_with_tokens_is_in_the_audit_without_any(store: Store) -> None:
    one, token = bearers.add(store, KEY, ENGINE, NOW)
    made = bearers.rotate(store, KEY, one.id, DAY, NOW)
    bearers.revoke(store, KEY, one.id, NOW)
    with store.read() as connection:
        acts = [act.act for act in audit.acts(connection, "hospital-a")]
        assert len(lasting(connection)) == 2
    assert made is not None
    done = ("token made", f"token rotated to {made[0].id}", "token revoked")
    assert acts == [f"{act}: token {one.id}" for act in done]
    assert token not in str(acts)
