"""The second factor is the standard's: https://www.rfc-editor.org/rfc/rfc6238#appendix-B"""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from natars_fhir.service.access.second import address, counter, made, picture, secret
from tests.service.hospital import KEY

#: The secret and the codes of the standard, cut to six digits.
SECRET = b32encode(b"12345678901234567890").decode()
CODES = {59: "287082", 1_111_111_109: "081804", 1_234_567_890: "005924", 20_000_000_000: "353130"}


@pytest.mark.parametrize(("seconds", "code"), CODES.items())
def test_the_codes_are_the_standards(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert counter(SECRET, code, now) == seconds // 30
    assert counter(SECRET, f"{code[:3]} {code[3:]}", now) == seconds // 30


@pytest.mark.parametrize(("late", "good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_clocks_may_differ_by_a_step(late: int, good: bool) -> None:
    now = datetime.fromtimestamp(1_111_111_109 + late, UTC)
    assert (counter(SECRET, "081804", now) is not None) == good


@pytest.mark.parametrize("code", ["", "08180", "0818045", "abcdef", "０８１８０４", "081804\n1", "-81804"])
def test_what_is_no_code_of_now_is_none(code: str) -> None:
    assert counter(SECRET, code, datetime.fromtimestamp(1_111_111_200, UTC)) is None


def test_a_secret_is_sealed_with_the_key_of_the_store() -> None:
    sealed = made(KEY)
    told = secret(KEY, sealed)
    assert told.encode() not in sealed
    assert len(told) >= 32
    with pytest.raises(ValueError, match="another key"):
        secret(b"x" * 32, sealed)


def test_a_telephone_is_told_the_secret_and_whose_it_is() -> None:
    told = address(SECRET, "zhang.wei")
    assert told.startswith("otpauth://totp/NATARS:zhang.wei?")
    assert f"secret={SECRET}" in told


def test_the_picture_is_an_image_without_styles_of_its_own() -> None:
    drawn = picture(address(SECRET, "zhang.wei"))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314 (made here)
    assert "style" not in drawn
