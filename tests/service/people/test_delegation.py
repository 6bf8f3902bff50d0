"""Who may speak for a site on a day: the list is dated, and names one person or nobody."""

from __future__ import annotations

from datetime import date

import pytest

from natars_fhir.mapping.schema import Delegate, Site
from natars_fhir.service.people.delegation import delegate

SITE = Site(
    site="s",
    en="S",
    zh="S",
    delegation=(
        Delegate(name="甲", identifier="urn:staff|1", role="coordinator", since=date(2024, 1, 1)),
        Delegate(
            name="甲", identifier="urn:staff|1", role="investigator", since=date(2024, 3, 1), until=date(2024, 3, 31)
        ),
        Delegate(name="乙", identifier="Practitioner/2", role="investigator", since=date(2024, 1, 1)),
        Delegate(name="丙", role="coordinator", since=date(2024, 1, 1)),
    ),
)


@pytest.mark.parametrize(
    ("names", "day", "expected"),
    [
        pytest.param(["urn:staff|1"], date(2023, 12, 31), None, id="the day before"),
        pytest.param(["urn:staff|1"], date(2024, 1, 1), ("甲", "coordinator"), id="the first day"),
        pytest.param(["urn:staff|1"], date(2024, 3, 31), ("甲", "investigator"), id="the last day of a role"),
        pytest.param(["urn:staff|1"], date(2024, 4, 1), ("甲", "coordinator"), id="the other role again"),
        pytest.param(["Practitioner/2"], date(2024, 5, 1), ("乙", "investigator"), id="by reference"),
        pytest.param(["丙"], date(2024, 5, 1), ("丙", "coordinator"), id="by name"),
        pytest.param(["urn:staff|1", "Practitioner/2"], date(2024, 5, 1), None, id="two people"),
        pytest.param([""], date(2024, 5, 1), None, id="an empty name means nobody"),
        pytest.param([], date(2024, 5, 1), None, id="nobody"),
    ],
)
def test_who_speaks(names: list[str], day: date, expected: tuple[str, str] | None) -> None:
    found = delegate(SITE, names, day)
    assert (found and (found.name, found.role)) == expected
