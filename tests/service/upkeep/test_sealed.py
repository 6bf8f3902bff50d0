"""What a subscriber gives in secret is read again by the holder of the key alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.upkeep.sealed import opened, seal
from tests.service.hospital import KEY


@given(st.dictionaries(st.text(), st.text(), min_size=1))
def test_what_is_sealed_is_opened_and_not_to_be_read(headers: dict[str, str]) -> None:
    sealed = seal(KEY, headers)
    assert sealed is not None
    assert opened(KEY, sealed) == headers
    assert all(value.encode() not in sealed for value in headers.values() if len(value) > 4)
    with pytest.raises(ValueError, match="another key"):
        opened(b"another key that is long enough!", sealed)


def test_nothing_is_nothing() -> None:
    assert seal(KEY, {}) is None
    assert opened(KEY, None) == {}
