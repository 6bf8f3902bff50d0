"""CONSORT: how many were known, screened, excluded by their first bar, allocated, operated and analysed.

https://www.consort-statement.org; the arms of this trial are not randomised, so that "allocated" stands where the
diagram says "randomised". The screening log counts up to the allocation, the endpoints from there on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.domain.screening_log import Consort
from natars_fhir.domain.study import Arm, Study
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.subject import Subject
from natars_fhir.export.summary import observed_of

_FROM_SURGERY: tuple[Parameter, ...] = ("PFS", "OS")
_UNKNOWN = "?"  # the screening log's word for an arm that nobody told


class Analysed(NamedTuple):
    """One parameter: how many are in its curve, how many of them with the event, and events that have no day."""

    parameter: str
    subjects: int
    events: int
    undated: int


class ArmFlow(NamedTuple):
    """One arm. ``allocated`` is the log's; ``withheld`` withdrew the use of their data."""

    arm: str
    allocated: int
    withheld: int
    followed: int
    treated: int
    operated: int
    never: tuple[tuple[str, int], ...]
    analysed: tuple[Analysed, ...]

    @property
    def unaccounted(self) -> int:
        """In the log as allocated, and neither withheld nor among the endpoints."""
        return max(0, self.allocated - self.withheld - self.followed)


class Flow(NamedTuple):
    """The whole. ``excluded_by``: criterion → how many it was the first bar of, in protocol order."""

    known: int
    in_scope: int
    excluded: int
    excluded_by: tuple[tuple[str, int], ...]
    undetermined: int
    candidate: int
    eligible: int
    left: int
    allocated: int
    planned: int
    arms: tuple[ArmFlow, ...]


def flow(
    logs: Iterable[Consort], subjects: Sequence[Subject], study: Study, withheld: Mapping[str, int] | None = None
) -> Flow:
    """The numbers over all sites. *withheld*: arm → how many withdrew the use of their data."""
    told, slugs = list(logs), [arm.slug for arm in study.arms]
    by, to = _summed(one.excluded_by for one in told), _summed(one.allocated_to for one in told)
    apart = _summed({_slug(study.arms, arm): count} for arm, count in (withheld or {}).items())
    groups: dict[str, list[Subject]] = {}
    for one in subjects:
        groups.setdefault(_slug(study.arms, one.endpoints.arm), []).append(one)
    if _UNKNOWN in {*groups, *to, *apart}:
        slugs.append(_UNKNOWN)
    order = {one.id: place for place, one in enumerate(study.criteria)}
    excluded = sorted(by.items(), key=lambda one: (order.get(one[0], len(order)), one[0]))
    return Flow(
        sum(one.looked_at for one in told), sum(one.in_scope for one in told), sum(one.excluded for one in told),
        tuple(excluded), sum(one.undetermined for one in told), sum(one.candidate for one in told),
        sum(one.eligible for one in told), sum(one.left for one in told), sum(one.allocated for one in told),
        study.enrolment,
        tuple(_arm(slug, (to[slug], apart[slug]), groups.get(slug, []), study.arms) for slug in slugs),
    )  # fmt: skip


def _summed(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    found = Counter[str]()
    for one in counts:
        found.update(one)
    return found


def _slug(arms: Iterable[Arm], told: str) -> str:
    said = told.casefold()
    return next((one.slug for one in arms if said in (one.name.casefold(), one.slug.casefold())), _UNKNOWN)


def _arm(slug: str, logged: tuple[int, int], subjects: Sequence[Subject], arms: Iterable[Arm]) -> ArmFlow:
    ends = [one.endpoints for one in subjects]
    never = Counter(one.never_operated.reason for one in ends if one.never_operated)
    return ArmFlow(
        next((one.name for one in arms if one.slug == slug), ""), *logged, len(ends),
        sum("TREATED-NEO" in one.sets for one in ends), sum("OPERATED" in one.sets for one in ends),
        tuple(sorted(never.items())), tuple(_analysed(subjects, name) for name in _FROM_SURGERY),
    )  # fmt: skip


def _analysed(subjects: Sequence[Subject], parameter: Parameter) -> Analysed:
    observed, undated = observed_of(subjects, parameter)
    return Analysed(parameter, len(observed), sum(one.event for one in observed), undated)


def table(found: Flow) -> Table:
    """A row a number: where it stands, of which arm, for which reason."""
    rows: list[tuple[str | int | float | None, ...]] = [
        ("known", "", "", found.known), ("in-scope", "", "", found.in_scope), ("excluded", "", "", found.excluded),
        *(("excluded-by", "", why, count) for why, count in found.excluded_by),
        ("undetermined", "", "", found.undetermined), ("candidate", "", "", found.candidate),
        ("eligible", "", "", found.eligible), ("left", "", "", found.left), ("allocated", "", "", found.allocated),
        ("planned", "", "", found.planned),
    ]  # fmt: skip
    for one in found.arms:
        rows += [
            ("allocated", one.arm, "", one.allocated), ("withheld", one.arm, "", one.withheld),
            ("unaccounted", one.arm, "", one.unaccounted), ("treated", one.arm, "", one.treated),
            ("operated", one.arm, "", one.operated),
            *(("never-operated", one.arm, why, count) for why, count in one.never),
        ]  # fmt: skip
        for each in one.analysed:
            rows += [
                (f"analysed {each.parameter}", one.arm, "", each.subjects),
                (f"events {each.parameter}", one.arm, "", each.events),
                (f"events without a day {each.parameter}", one.arm, "", each.undated),
            ]
    return Table(("stage", "arm", "reason", "subjects"), rows)
