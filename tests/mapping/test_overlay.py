"""Lines that stand over a site's file: they mean what lines of the file mean, and are checked as these are."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import source_of
from tests.ward import mappings

SITE, LIS = "hospital-b", "http://his.hospital-b.example/lis"
LINE = f'[codes."{LIS}"]\n"LIS0103" = "anc"   # 中性粒细胞\n'


def test_a_line_over_the_file_counts_as_one_in_it() -> None:
    told = compiled(overlaid(mappings(), {SITE: LINE}), SITE)
    assert told.lore.asked[LIS, "LIS0103"] == ("anc",)
    assert told.lore.asked[LIS, "LIS0102"] == ("anc",)


def test_a_line_over_the_file_goes_before_the_files_own() -> None:
    told = compiled(overlaid(mappings(), {SITE: f'[codes."{LIS}"]\n"LIS0101" = "platelets"\n'}), SITE)
    assert told.lore.asked[LIS, "LIS0101"] == ("platelets",)


def test_the_hash_of_that_site_alone_changes_and_is_the_folders_again_without_the_line() -> None:
    plain, over = mappings(), overlaid(mappings(), {SITE: LINE})
    assert over.hash_of(SITE) != plain.hash
    assert len(over.hash_of(SITE)) == len(plain.hash)
    assert over.hash_of("hospital-a") == plain.hash
    assert overlaid(mappings(), {SITE: "  \n"}).hash_of(SITE) == plain.hash
    assert compiled(over, SITE).hash == compiled(over, SITE).lore.hash == over.hash_of(SITE)


def test_the_remarks_of_both_are_known() -> None:
    told = remarks(source_of(overlaid(mappings(), {SITE: LINE}), SITE))
    assert told[LIS, "LIS0103"] == "中性粒细胞"
    assert told[LIS, "LIS0102"]


def test_a_site_whose_file_is_gone_is_left_out() -> None:
    assert overlaid(mappings(), {"hospital-z": LINE}).over == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[codes", "mapping desk of hospital-b: is not TOML"),
        ('fhir = "R5"\n', "mapping desk of hospital-b:1: fhir: Extra inputs are not permitted"),
        (f'[codes."{LIS}"]\n"X1" = "ancc"\n', "mapping desk of hospital-b:2: «X1»: unknown concept «ancc»; did you"),
        ('[units]\n"㎎" = "mgg"\n', "mapping desk of hospital-b:2: «㎎» stands for «mgg», which no concept accepts"),
        ('[codes."no-such"]\n"X1" = "anc"\n', "mapping desk of hospital-b:1: unknown system «no-such»"),
        (f'[codes."{LIS}"]\n"X1" = {{ concept = "anc", value = "high" }}\n', "a code cannot say a value of «anc»"),
    ],
)
def test_what_does_not_load_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(MappingError) as caught:
        overlaid(mappings(), {SITE: text})
    assert told in str(caught.value)


def test_a_text_of_one_site_is_no_other_sites() -> None:
    told = overlaid(mappings(), {SITE: LINE})
    assert told.sites["hospital-a"] is mappings().sites["hospital-a"]
