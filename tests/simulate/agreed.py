"""The table of docs/simulated.md: how far the pipeline agrees with the truth of small hospitals, in every dialect."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache

from natars_fhir.bulk.agreement import ANSWERS, Agreement, compare
from natars_fhir.bulk.screen import screen_files
from natars_fhir.simulate.dialect import NAMES, named
from natars_fhir.simulate.hospital import Order, arrivals, blocks, line_of, lines, patients, truth
from tests import ward

#: So many patients a dialect, all with a retroperitoneal sarcoma.
NUMBER, SEED = 40, 2026
HEAD = ("criterion", *(f"{name} %" for name in NAMES), *(f"{one} → {other}" for one in ANSWERS for other in ANSWERS))


@cache
def agreements() -> dict[str, Agreement]:
    """Dialect → what its comparison comes to."""
    return {name: _agreement(Order(NUMBER, SEED, named(name), candidates=1.0)) for name in NAMES}


def _agreement(order: Order) -> Agreement:
    every = list(patients(order))
    sent = b"".join(line for block in blocks(iter(every)) for one in arrivals(block) for line in lines(one))
    reader, study = ward.reader(order.dialect.site), ward.mappings().study
    _, outcomes = screen_files([(io.BytesIO(sent), "feed")], reader, study, order.as_of)
    return compare((json.loads(line_of(truth(one, order.as_of))) for one in every), outcomes)


def table() -> Iterator[tuple[str, ...]]:
    """A row a criterion: the share of same answers in each dialect, and the counts of all dialects together."""
    found = agreements()
    names = dict.fromkeys(name for one in found.values() for name, _, _ in one.counts)
    for criterion in names:
        if criterion != "verdict":
            yield criterion, *(one.share(criterion) for one in found.values()), *_cells(criterion)


def _cells(criterion: str) -> Iterator[str]:
    for demanded in ANSWERS:
        for got in ANSWERS:
            number = sum(one.counts[criterion, demanded, got] for one in agreements().values())
            yield f"**{number}**" if number and demanded != got else str(number)


def verdicts() -> Iterator[tuple[str, ...]]:
    """The same of the verdict."""
    words = ("candidate", "undetermined", "ineligible")
    for demanded in words:
        found = [sum(one.counts["verdict", demanded, got] for one in agreements().values()) for got in words]
        yield demanded, *map(str, found)


VERDICTS = ("demanded ↓, answered →", "candidate", "undetermined", "ineligible")
