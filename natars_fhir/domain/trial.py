"""The trial file, made into a Study: every fault of the file is listed, none is raised.

A criterion names its rule and the rule's parameters, ``rule.<name> = { … }`` (see rules.py). ``applies`` limits it
to one histology, ``applies.when`` to a setting of ``[switches]``. A criterion with a fault is left out of the study.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.questions.histology import only_for
from natars_fhir.domain.rules import RULES
from natars_fhir.domain.scope import suggested
from natars_fhir.domain.screening import either
from natars_fhir.domain.study import NO_CHOICES, Arm, Asked, Assumed, Centre, Choose, Criterion, Need, Rule, Study

#: What a trial office may switch, and to what.
SWITCHES: dict[str, tuple[str, ...]] = {"size_rule": ("LMS_ONLY", "ALL_HISTOLOGIES")}

_TEXTS = (
    "id", "registry_id", "acronym", "title", "description", "phase", "sponsor", "start", "end", "primary_completion",
    "status_note", "condition",
)  # fmt: skip
_TABLES = ("enrolment", "switches", "scope", "arm", "centre", "objective", "outcome", "criterion", "need")
_KINDS = ("inclusion", "exclusion")
_DECIDED_BY = ("data", "data-or-attestation", "attestation")
_NEED = ("any", "of", "helps")
_KEYS = {"id", "kind", "decided_by", "text", "rule", "applies", "advisory", "parts", "assumed"}

Table = Mapping[str, Any]


def build(
    table: Table, concepts: Collection[str] = (), choices: Mapping[str, Choose] = NO_CHOICES
) -> tuple[Study, list[str]]:
    """The study that *table* (a parsed trial file) tells, and every fault found. *concepts*: the known concept ids;
    without them concepts are not checked. *choices*: concept → its declared choice rule."""
    every = (*_TEXTS, *_TABLES)
    faults = [_unknown(key, every, "key") for key in table if key not in every]
    switches = _switches(table, faults)
    criteria: dict[str, Criterion] = {}
    for row in table.get("criterion", ()):
        found = _histology(row, table)
        criterion = _criterion(row, switches, concepts, criteria, found)
        faults += [f"criterion {row.get('id', '?')}: {fault}" for fault in found]
        if not found and criterion:
            criteria[criterion.id] = criterion
    needs = _needs(table, concepts, faults)
    return replace(_study(table, tuple(criteria.values()), needs, faults), choices=choices), faults


def _needs(table: Table, concepts: Collection[str], faults: list[str]) -> tuple[Need, ...]:
    known = table.get("scope", {}).get("histology", ())
    for number, row in enumerate(table.get("need", ()), 1):
        found = [_unknown(key, _NEED, "key") for key in row if key not in _NEED]
        found += [] if row.get("any") else ["any is missing"]
        found += [_unknown(one, concepts, "concept") for one in row.get("any", ()) if concepts and one not in concepts]
        found += [_unknown(one, known, "histology") for one in row.get("of", ()) if known and one not in known]
        faults += [f"need {number}: {fault}" for fault in found]
    return tuple(
        Need(tuple(row.get("any", ())), tuple(row.get("of", ())), bool(row.get("helps", False)))
        for row in table.get("need", ())
    )


def _study(table: Table, criteria: tuple[Criterion, ...], needs: tuple[Need, ...], faults: list[str]) -> Study:
    faults += [f"{key} is missing" for key in (*_TEXTS, "enrolment") if key not in table]
    arms = _rows(table, "arm", ("slug", "name", "kind", "description"), faults)
    centres = _rows(table, "centre", ("name", "city"), faults)
    objectives = _rows(table, "objective", ("kind", "text"), faults)
    outcomes = _rows(table, "outcome", ("kind", "measure", "description", "time_frame"), faults)
    scope = table.get("scope", {})
    faults += [f"scope.{key} is missing" for key in ("histology", "family", "primary-site") if key not in scope]
    return Study(
        id=str(table.get("id", "")),
        registry_id=str(table.get("registry_id", "")),
        acronym=str(table.get("acronym", "")),
        title=str(table.get("title", "")),
        description=str(table.get("description", "")),
        phase=str(table.get("phase", "")),
        sponsor=str(table.get("sponsor", "")),
        start=str(table.get("start", "")),
        end=str(table.get("end", "")),
        primary_completion=str(table.get("primary_completion", "")),
        status_note=str(table.get("status_note", "")),
        condition=str(table.get("condition", "")),
        enrolment=int(table.get("enrolment", 0)),
        arms=tuple(Arm(*row) for row in arms),
        centres=tuple(Centre(*row) for row in centres),
        objectives=tuple((kind, text) for kind, text in objectives),
        outcomes=tuple((kind, name, f"{text} Time frame: {frame}") for kind, name, text, frame in outcomes),
        criteria=criteria,
        needs=needs,
        scope=suggested(scope.get("histology", ()), scope.get("family", ""), scope.get("primary-site", ())),
    )


def _rows(table: Table, name: str, keys: Sequence[str], faults: list[str]) -> list[tuple[str, ...]]:
    rows = table.get(name, ())
    faults += [f"{name} {n}: {key} is missing" for n, row in enumerate(rows, 1) for key in keys if key not in row]
    return [tuple(str(row.get(key, "")) for key in keys) for row in rows]


def _switches(table: Table, faults: list[str]) -> dict[str, str]:
    given = table.get("switches", {})
    faults += [f"switches: {_unknown(name, SWITCHES, 'switch')}" for name in given if name not in SWITCHES]
    for name, settings in SWITCHES.items():
        if name in given and given[name] not in settings:
            faults.append(f"switches: {name} must be one of {', '.join(settings)}")
    return {name: str(given.get(name, settings[0])) for name, settings in SWITCHES.items()}


def _criterion(
    row: Table,
    switches: Mapping[str, str],
    concepts: Collection[str],
    known: Mapping[str, Criterion],
    faults: list[str],
) -> Criterion | None:
    faults += [_unknown(key, _KEYS, "key") for key in row if key not in _KEYS]
    faults += [f"{key} is missing" for key in ("id", "kind", "decided_by", "text") if key not in row]
    if row.get("id") in known:
        faults.append("this id is used twice")
    for key, allowed in (("kind", _KINDS), ("decided_by", _DECIDED_BY)):
        if key in row and row[key] not in allowed:
            faults.append(f"{key} must be one of {', '.join(allowed)}")
    text = row.get("text", {})
    faults += [f"text.{language} is missing" for language in ("en", "zh") if not text.get(language)]
    rule = _composite(row, known, faults) if "parts" in row else _rule(row, concepts, faults)
    if rule is None or faults:
        return None
    return Criterion(
        id=row["id"],
        kind=row["kind"],
        decided_by=row["decided_by"],
        text=dict(text),
        rule=_applied(row, rule, switches, faults),
        parts=tuple(row.get("parts", ())),
        advisory=bool(row.get("advisory", False)),
        assumed=_assumed(row, faults),
    )


def _composite(row: Table, known: Mapping[str, Criterion], faults: list[str]) -> Rule | None:
    faults += [f"part {part} does not stand above it, or has a fault" for part in row["parts"] if part not in known]
    if "rule" in row:
        faults.append("a composite has parts and no rule of its own")
    rules = {part: known[part].rule for part in row["parts"] if part in known}

    def rule(asked: Asked) -> Finding:
        return either({part: each(asked) for part, each in rules.items()})

    return rule


def _rule(row: Table, concepts: Collection[str], faults: list[str]) -> Rule | None:
    named = row.get("rule", {})
    if len(named) != 1:
        faults.append("one rule must be named")
        return None
    ((name, given),) = named.items()
    factory = RULES.get(name)
    if factory is None:
        faults.append(_unknown(name, RULES, "rule"))
        return None
    before = len(faults)
    _check(name, factory, given, concepts, faults)
    if len(faults) > before:
        return None
    try:
        return factory(**given)
    except (ValueError, ArithmeticError) as fault:
        faults.append(f"rule {name}: {fault or type(fault).__name__}")
        return None


def _check(name: str, factory: Callable[..., Rule], given: Table, concepts: Collection[str], faults: list[str]) -> None:
    parameters = inspect.signature(factory).parameters
    required = [key for key, parameter in parameters.items() if parameter.default is parameter.empty]
    faults += [f"rule {name}: parameter {key} is missing" for key in required if key not in given]
    faults += [f"rule {name}: {_unknown(key, parameters, 'parameter')}" for key in given if key not in parameters]
    hints = _hints(factory)
    for key in given.keys() & parameters.keys():
        if not _fits(given[key], hints[key]):
            faults.append(f"rule {name}: parameter {key} has a wrong type")
        elif concepts and _names_concepts(hints[key]):
            asked = [given[key]] if isinstance(given[key], str) else given[key]
            faults += [f"rule {name}: {_unknown(one, concepts, 'concept')}" for one in asked if one not in concepts]


@lru_cache(maxsize=128)
def _hints(factory: Callable[..., Rule]) -> dict[str, Any]:
    return get_type_hints(factory, include_extras=True)


def _names_concepts(hint: Any) -> bool:
    return "concept" in getattr(hint, "__metadata__", ()) or any(_names_concepts(part) for part in get_args(hint))


def _fits(value: object, hint: Any) -> bool:
    """Does a TOML value suit an annotation (str, int, bool, their union, a sequence of str)?"""
    if hasattr(hint, "__metadata__"):
        return _fits(value, get_args(hint)[0])
    if get_origin(hint) is Sequence:
        return isinstance(value, list) and all(_fits(one, get_args(hint)[0]) for one in value)
    kinds = get_args(hint) or (hint,)
    return type(value) in kinds


def _applied(row: Table, rule: Rule, switches: Mapping[str, str], faults: list[str]) -> Rule:
    limits = row.get("applies")
    if limits is None:
        return rule
    if limits.get("concept") != "histology" or not isinstance(limits.get("is"), str):
        faults.append('applies must read { concept = "histology", is = "…" }')
        return rule
    when = limits.get("when", {})
    faults += [f"applies.when: {_unknown(name, SWITCHES, 'switch')}" for name in when if name not in SWITCHES]
    if any(switches.get(name) != setting for name, setting in when.items()):
        return rule
    return only_for(limits["is"], rule, row["kind"])


def _histology(row: Table, table: Table) -> list[str]:
    """A limit to a histology that nobody has would switch the criterion off in silence."""
    known = table.get("scope", {}).get("histology", ())
    limited = row.get("applies", {}).get("is")
    if not known or not isinstance(limited, str) or limited in known:
        return []
    return [f"applies: {_unknown(limited, known, 'histology')}"]


def _assumed(row: Table, faults: list[str]) -> tuple[Assumed, ...]:
    rows = _rows(row, "assumed", ("what", "reason", "source", "confirmed_by"), faults)
    return tuple(Assumed(*each) for each in rows)


def _unknown(name: str, known: Collection[str], what: str) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"{what} {name} is not known" + (f"; did you mean {near[0]}?" if near else "")
