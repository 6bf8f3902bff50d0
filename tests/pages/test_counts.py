"""The counts above the list are those of the screening log, in the house before any story is played."""

from __future__ import annotations

import pytest

from natars_fhir.service.log import log_of
from natars_fhir.service.worklist_page import listed
from natars_fhir.store.worklist import Asked
from tests import ward
from tests.pages.house import House


@pytest.mark.parametrize("site", ["hospital-a", "hospital-b", "hospital-c"])
def test_the_counts_above_the_list_are_those_of_the_log(full_house: House, site: str) -> None:
    store, now = full_house.store, full_house.clock()
    log, told = log_of(store, ward.mappings().study, site, now).consort, listed(store, site, Asked(), 1, now).counts
    assert (told.known, told.in_scope) == (log.looked_at, log.in_scope)
    places = {name: told.places.get(name, 0) for name in ("excluded", "undetermined", "candidate", "eligible", "left")}
    assert places == {name: getattr(log, name) for name in places}
    assert told.places.get("allocated", 0) + told.places.get("off-study", 0) == log.allocated
    assert told.places.get("off-study", 0) == log.off_study
    assert dict(told.bars) == {name: count for name, count in log.excluded_by.items() if name != "died or withdrew"}
