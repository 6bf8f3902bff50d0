"""The mappings of this repository, read once for all tests."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.files import Mappings
from tests import ward


@pytest.fixture(scope="session")
def mappings() -> Mappings:
    return ward.mappings()
