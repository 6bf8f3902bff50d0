"""What of files could not be read: no file's faults hide another's."""

from __future__ import annotations

import pytest

from natars_fhir.cli.unread import spread


@pytest.mark.parametrize(
    ("found", "most", "shown"),
    [
        ("", 3, ""),
        ("aab", 3, "aab"),
        ("aaaaaaaab", 3, "aab"),
        ("aaabbbccc", 3, "abc"),
        ("aaabbbccc", 5, "aabbc"),
        ("abcdef", 3, "abc"),
    ],
)
def test_the_first_of_each_file_goes_before_the_second_of_any(found: str, most: int, shown: str) -> None:
    assert "".join(spread(found, str, most)) == shown
