"""The trial file, made into a Study: every fault of the file is listed, none is raised.

A criterion names its rule and the rule's parameters, ``rule.<name> = { … }`` (see rules.py). ``applies`` limits it
to one histology, ``applies.when`` to a setting of ``[switches]``. A criterion with a fault is left out of the study.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from natars_fhir.domain.criterion_file import criterion, rows
from natars_fhir.domain.endpoints.conventions import conventions_of
from natars_fhir.domain.life_file import course
from natars_fhir.domain.nearest import unknown
from natars_fhir.domain.scope import suggested
from natars_fhir.domain.study import NO_CHOICES, Arm, Artifact, Centre, Choose, Criterion, Need, Officer, Study
from natars_fhir.domain.switches import Settings, settings_of

_TEXTS = (
    "id", "registry_id", "acronym", "title", "description", "phase", "sponsor", "start", "end", "primary_completion",
    "status_note", "condition",
)  # fmt: skip
_TABLES = (
    "enrolment", "switches", "scope", "arm", "centre", "objective", "outcome", "criterion", "need", "endpoints",
    "visit", "state", "cause", "move", "office", "purpose", "design", "artifact", "title_zh",
)  # fmt: skip
#: Key → what stands under it, in words too, and what stands for it where it is something else; all others are lists.
_FORMS: Mapping[str, tuple[type, str, Any]] = {
    "enrolment": (int, "a number", 0),
    **dict.fromkeys((*_TEXTS, "title_zh", "purpose"), (str, "a text", "")),
    **{key: (dict, f"one table: [{key}]", {}) for key in ("switches", "scope", "endpoints")},
}
_NEED = ("any", "of", "helps")

Table = Mapping[str, Any]


def build(
    table: Table, concepts: Collection[str] = (), choices: Mapping[str, Choose] = NO_CHOICES
) -> tuple[Study, list[str]]:
    """The study that *table* (a parsed trial file) tells, and every fault found. *concepts*: the known concept ids;
    without them concepts are not checked. *choices*: concept → its declared choice rule."""
    every = (*_TEXTS, *_TABLES)
    faults = [unknown(key, every, "key") for key in table if key not in every]
    table = _formed(table, faults)
    switches = settings_of(table, faults)
    criteria: dict[str, Criterion] = {}
    for row in table.get("criterion", ()):
        found = _histology(row, table)
        made = criterion(row, switches, concepts, criteria, found)
        faults += [f"criterion {row.get('id', '?')}: {fault}" for fault in found]
        if not found and made:
            criteria[made.id] = made
    needs = _needs(table, concepts, faults)
    return replace(_study(table, tuple(criteria.values()), needs, switches, faults), choices=choices), faults


def _formed(table: Table, faults: list[str]) -> Table:
    """The table with nothing in the place of what has another form than it must: `[arm]` for `[[arm]]`, say."""
    left = dict(table)
    for key in (*_TEXTS, *_TABLES):
        kind, form, nothing = _FORMS.get(key, (list, f"a list of tables: [[{key}]]", []))
        value: Any = table.get(key, nothing)
        if not isinstance(value, kind) or (isinstance(value, list) and any(not isinstance(row, dict) for row in value)):
            faults.append(f"{key} must be {form}")
            left[key] = nothing
    return left


def _needs(table: Table, concepts: Collection[str], faults: list[str]) -> tuple[Need, ...]:
    known = table.get("scope", {}).get("histology", ())
    for number, row in enumerate(table.get("need", ()), 1):
        found = [unknown(key, _NEED, "key") for key in row if key not in _NEED]
        found += [] if row.get("any") else ["any is missing"]
        found += [unknown(one, concepts, "concept") for one in row.get("any", ()) if concepts and one not in concepts]
        found += [unknown(one, known, "histology") for one in row.get("of", ()) if known and one not in known]
        faults += [f"need {number}: {fault}" for fault in found]
    return tuple(
        Need(tuple(row.get("any", ())), tuple(row.get("of", ())), bool(row.get("helps", False)))
        for row in table.get("need", ())
    )


def _study(
    table: Table, criteria: tuple[Criterion, ...], needs: tuple[Need, ...], switches: Settings, faults: list[str]
) -> Study:
    faults += [f"{key} is missing" for key in (*_TEXTS, "enrolment") if key not in table]
    arms = rows(table, "arm", ("slug", "name", "kind", "description"), faults)
    centres = rows(table, "centre", ("name", "city"), faults)
    objectives = rows(table, "objective", ("kind", "text"), faults)
    outcomes = rows(table, "outcome", ("kind", "measure", "description", "time_frame"), faults)
    scope = table.get("scope", {})
    faults += [f"scope.{key} is missing" for key in ("histology", "family", "primary-site") if key not in scope]
    return Study(
        id=str(table.get("id", "")),
        registry_id=str(table.get("registry_id", "")),
        acronym=str(table.get("acronym", "")),
        title=str(table.get("title", "")),
        title_zh=str(table.get("title_zh", "")),
        description=str(table.get("description", "")),
        phase=str(table.get("phase", "")),
        sponsor=str(table.get("sponsor", "")),
        start=str(table.get("start", "")),
        end=str(table.get("end", "")),
        primary_completion=str(table.get("primary_completion", "")),
        status_note=str(table.get("status_note", "")),
        condition=str(table.get("condition", "")),
        enrolment=int(table.get("enrolment", 0)),
        arms=tuple(
            replace(Arm(*row), zh=str(one.get("zh", ""))) for row, one in zip(arms, table.get("arm", ()), strict=True)
        ),
        centres=tuple(Centre(*row) for row in centres),
        objectives=tuple((kind, text) for kind, text in objectives),
        outcomes=tuple((kind, name, f"{text} Time frame: {frame}") for kind, name, text, frame in outcomes),
        criteria=criteria,
        needs=needs,
        switches=switches,
        purpose=str(table.get("purpose", "")),
        design=tuple((code, name) for code, name in rows(table, "design", ("code", "display"), faults)),
        artifacts=tuple(Artifact(*row) for row in rows(table, "artifact", ("kind", "title", "url"), faults)),
        life=course(table, faults),
        office=_office(table, faults),
        conventions=conventions_of(table, faults),
        scope=suggested(scope.get("histology", ()), scope.get("family", ""), scope.get("primary-site", ())),
    )


def _office(table: Table, faults: list[str]) -> tuple[Officer, ...]:
    found = rows(table, "office", ("name",), faults)
    listed = [
        (name, str(row.get("identifier", ""))) for (name,), row in zip(found, table.get("office", ()), strict=True)
    ]
    return tuple(Officer(*one) for one in listed)


def _histology(row: Table, table: Table) -> list[str]:
    """A limit to a histology that nobody has would switch the criterion off in silence."""
    known = table.get("scope", {}).get("histology", ())
    limited = row.get("applies", {}).get("is")
    if not known or not isinstance(limited, str) or limited in known:
        return []
    return [f"applies: {unknown(limited, known, 'histology')}"]
