"""One criterion as the trial file tells it: its words, its rule, and what is assumed of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.questions.histology import only_for
from natars_fhir.domain.rule_file import Asking, asking
from natars_fhir.domain.screening import either
from natars_fhir.domain.study import Asked, Assumed, Criterion, Rule
from natars_fhir.domain.switches import Settings, holds

_KINDS = ("inclusion", "exclusion")
_DECIDED_BY = ("data", "data-or-attestation", "attestation")
_KEYS = {
    "id", "kind", "decided_by", "text", "rule", "switched", "applies", "advisory", "parts", "assumed", "wants",
    "lasting", "off_study", "stands_days",
}  # fmt: skip
_TOLD = ("what", "reason", "source")
_ASSUMED = (*_TOLD, "confirmed_by")

Table = Mapping[str, Any]


def criterion(
    row: Table, switches: Settings, concepts: Collection[str], known: Mapping[str, Criterion], faults: list[str]
) -> Criterion | None:
    """The criterion of *row*; None where it has a fault. *known*: those that stand above it."""
    _check(row, known, faults)
    asked = _composite(row, known, faults) if "parts" in row else _switched(row, switches, concepts, faults)
    if asked is None or faults:
        return None
    stands = row.get("stands_days")
    return Criterion(
        id=row["id"],
        kind=row["kind"],
        decided_by=row["decided_by"],
        text=dict(row["text"]),
        rule=_applied(row, asked.rule, switches, faults),
        parts=tuple(row.get("parts", ())),
        advisory=bool(row.get("advisory", False)),
        assumed=_assumed(row, switches, faults),
        wants=dict(row.get("wants", {})),
        lasting=bool(row.get("lasting", False)),
        off_study=bool(row.get("off_study", False)),
        stands_days=int(stands) if stands is not None else None,
        ticks=asked.ticks,
    )


def rows(table: Table, name: str, keys: Sequence[str], faults: list[str]) -> list[tuple[str, ...]]:
    """The tables *name*, each as the texts of *keys*; a missing one is a fault."""
    found = table.get(name, ())
    faults += [f"{name} {n}: {key} is missing" for n, row in enumerate(found, 1) for key in keys if key not in row]
    return [tuple(str(row.get(key, "")) for key in keys) for row in found]


def _check(row: Table, known: Mapping[str, Criterion], faults: list[str]) -> None:
    faults += [unknown(key, _KEYS, "key") for key in row if key not in _KEYS]
    faults += [f"{key} is missing" for key in ("id", "kind", "decided_by", "text") if key not in row]
    if row.get("id") in known:
        faults.append("this id is used twice")
    for key, allowed in (("kind", _KINDS), ("decided_by", _DECIDED_BY)):
        if key in row and row[key] not in allowed:
            faults.append(f"{key} must be one of {', '.join(allowed)}")
    faults += [f"text.{language} is missing" for language in ("en", "zh") if not row.get("text", {}).get(language)]
    if "wants" in row:
        faults += [f"wants.{language} is missing" for language in ("en", "zh") if not row["wants"].get(language)]
    stands = row.get("stands_days", 1)
    if type(stands) is not int or stands < 1:
        faults.append("stands_days must be a number of days")


def _composite(row: Table, known: Mapping[str, Criterion], faults: list[str]) -> Asking | None:
    faults += [f"part {part} does not stand above it, or has a fault" for part in row["parts"] if part not in known]
    if "rule" in row:
        faults.append("a composite has parts and no rule of its own")
    parts = {part: known[part] for part in row["parts"] if part in known}

    def rule(asked: Asked) -> Finding:
        return either({name: each.rule(asked) for name, each in parts.items()})

    return Asking(rule, lambda asked: [day for each in parts.values() for day in each.ticks(asked)])


def _switched(row: Table, switches: Settings, concepts: Collection[str], faults: list[str]) -> Asking | None:
    """The rule, or the one that takes its place where a switch is set otherwise. All of them are checked."""
    chosen = asking(row.get("rule", {}), concepts, faults)
    for number, other in enumerate(row.get("switched", ()), 1):
        place = f"switched {number}"
        faults += [f"{place}: {unknown(key, ('when', 'rule'), 'key')}" for key in other if key not in ("when", "rule")]
        if not other.get("when"):
            faults.append(f"{place}: when is missing")
        made = asking(other.get("rule", {}), concepts, faults)
        chosen = made if holds(other.get("when", {}), switches, f"{place}.when", faults) else chosen
    return chosen


def _applied(row: Table, rule: Rule, switches: Settings, faults: list[str]) -> Rule:
    limits = row.get("applies")
    if limits is None:
        return rule
    if limits.get("concept") != "histology" or not isinstance(limits.get("is"), str):
        faults.append('applies must read { concept = "histology", is = "…" }')
        return rule
    if not holds(limits.get("when", {}), switches, "applies.when", faults):
        return rule
    return only_for(limits["is"], rule, row["kind"])


def _assumed(row: Table, switches: Settings, faults: list[str]) -> tuple[Assumed, ...]:
    """What is assumed as the switches are set."""
    told = rows(row, "assumed", _ASSUMED, faults)
    found = [
        Assumed(what, reason, source, confirmed_by, _in_chinese(one, faults))
        for (what, reason, source, confirmed_by), one in zip(told, row.get("assumed", ()), strict=True)
        if holds(one.get("when", {}), switches, "assumed.when", faults)
    ]
    return tuple(found)


def _in_chinese(one: Table, faults: list[str]) -> Table:
    """What of it the file says in Chinese too."""
    told = one.get("zh", {})
    faults += [f"assumed.zh: {unknown(key, _TOLD, 'key')}" for key in told if key not in _TOLD]
    return {key: str(told[key]) for key in told}
