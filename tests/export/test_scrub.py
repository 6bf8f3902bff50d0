"""Names that are known of the person go wherever they stand, in any spelling."""

from __future__ import annotations

import pytest

from natars_fhir.export.scrub import scrubber


@pytest.mark.parametrize(
    "text",
    [
        "韩梅梅诉腹痛",
        "韩 梅 梅诉腹痛",
        "韩·梅梅诉腹痛",
        "HAN Meimei complains",
        "han meimei complains",
        "ＨＡＮ Ｍｅｉｍｅｉ",
    ],
)
def test_a_known_name_goes(text: str) -> None:
    scrub = scrubber(["韩梅梅", "Han Meimei"])
    assert "[name]" in scrub(text)
    assert not any(one in scrub(text).lower() for one in ("梅", "meimei"))


def test_the_longest_name_goes_first() -> None:
    assert scrubber(["梅梅", "韩梅梅"])("韩梅梅") == "[name]"


def test_a_single_character_is_no_name() -> None:
    assert scrubber(["李", " ", ""])("李子大小") == "李子大小"


def test_a_name_is_no_pattern() -> None:
    assert scrubber(["a.c(+)"])("abc a.c(+)") == "abc [name]"


def test_invisible_characters_hide_nothing() -> None:
    assert "13800138000" not in scrubber(())("138\u200b0013\u200b8000")
    assert scrubber(["韩梅梅"])("韩\u200d梅梅") == "[name]"
