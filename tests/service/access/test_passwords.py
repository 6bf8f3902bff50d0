"""Passwords are kept as argon2id hashes; what is too easy is refused; who is not there takes as long as who is."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher

from natars_fhir.service.access import passwords
from natars_fhir.service.access.passwords import fits, generated, hashed, weak


def test_what_is_kept_is_argon2id_and_another_each_time() -> None:
    one, other = hashed("a long sentence"), hashed("a long sentence")
    assert one.startswith("$argon2id$")
    assert one != other
    assert fits(one, "a long sentence")
    assert not fits(one, "another sentence")


def test_the_same_signs_are_the_same_password_however_a_keyboard_made_them() -> None:
    assert fits(hashed("caf\u00e9 au lait!"), "cafe\u0301 au lait!")


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$v=19$broken"])
def test_without_a_password_none_fits(kept: str) -> None:
    assert not fits(kept, "")
    assert not fits(kept, "a long sentence")


def test_who_is_not_there_is_hashed_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    nobody = quick.hash(b"nobody")
    monkeypatch.setattr(passwords, "_nobodys", lambda: asked.append("nobody") or nobody)
    assert not fits("", "nobody")
    assert asked == ["nobody"]


def test_no_more_than_two_are_worked_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most, gate = [], [], threading.Event()

    class Slow:
        def hash(self, _: bytes) -> str:
            under_way.append(1)
            most.append(len(under_way))
            gate.wait(0.05)
            under_way.pop()
            return "x"

    slow = Slow()
    monkeypatch.setattr(passwords, "_hasher", lambda: slow)
    threads = [threading.Thread(target=hashed, args=("x",)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    assert len(most) == 6
    assert max(most) <= 2


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "short"),
        ("x" * 201, "long"),
        ("zhangzhangzhang", "name"),
        ("ababababababab", "plain"),
        ("腹膜后肉瘤新辅助治疗临床研究", ""),
        ("zhang and a long sentence", ""),
        ("twelve chars", ""),
    ],
)
def test_what_is_too_easy_is_refused_with_the_reason(password: str, why: str) -> None:
    assert weak(password, "zhang") == why


def test_what_we_choose_is_long_and_another_each_time() -> None:
    made = {generated() for _ in range(20)}
    assert len(made) == 20
    assert all(not weak(one, "zhang") and not {*one} & {*"0O1lI"} for one in made)
