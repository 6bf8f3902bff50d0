"""Nobody outside is asked but who a test makes answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx


@pytest.fixture(autouse=True)
def _nobody_else() -> Iterator[None]:
    respx.mock.start()
    yield
    respx.mock.stop(quiet=True)
