"""Who listens where, and who is meant by a token."""

from __future__ import annotations

import pytest

from natars_fhir.settings import Settings
from natars_fhir.web.access import access, loopback
from natars_fhir.web.respond import Refusal


def test_a_token_that_is_no_ascii_is_no_fault() -> None:
    known = access(Settings(tokens={"钥匙": "hospital-a"}))
    assert known.site("Bearer 钥匙") == "hospital-a"
    with pytest.raises(Refusal):
        known.site("Bearer \xe9")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("adapter.example", False), ("", False),  # noqa: S104
    ],
)  # fmt: skip
def test_only_loopback_is_heard_by_this_machine_alone(host: str, alone: bool) -> None:
    assert loopback(host) is alone


def test_the_default_site_is_meant_on_loopback_without_tokens_only() -> None:
    assert access(Settings()).site("") == "generic"
    for guarded in (
        Settings(tokens={"t": "hospital-a"}),
        Settings(host="10.0.0.1"),
        Settings(tokens={"": "hospital-a"}),
    ):
        with pytest.raises(Refusal):
            access(guarded).site("Bearer ")


def test_a_token_names_its_site() -> None:
    known = access(Settings(tokens={"first": "hospital-a", "second": "hospital-b"}))
    assert [known.site(f"Bearer {token}") for token in ("first", "second")] == ["hospital-a", "hospital-b"]
    assert known.sites == {"hospital-a", "hospital-b"}
    assert "first" not in repr(known)
