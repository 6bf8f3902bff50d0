"""The trial's plan as ODM's MetaDataVersion: study events, forms, item groups, items and their code lists.

A form and an item group are made of each dataset of the map; the variables that ODM's own structure tells (study,
dataset, subject, site) are no items. https://www.cdisc.org/standards/data-exchange/odm-xml/odm-xml-v1-3-2
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from natars_fhir.export.cdisc import placed
from natars_fhir.export.cdisc.plan import Dataset, Term, Variable
from natars_fhir.export.cdisc.rows import ONCE, Mapped

#: Fillings that ODM's structure tells by itself.
STRUCTURE = ("study", "dataset", "subject", "site")
_TYPES = {"string": "text", "integer": "integer", "double": "double"}
_LENGTH = 200
_BETWEEN = {
    ONCE.oid: ("Common", "The subject as a whole", "受试者总体"),
    placed.SCREENING: ("Scheduled", "Before allocation", "入组前"),
    placed.WAITING: ("Unscheduled", "Between allocation and surgery, in no cycle", "入组后至手术前（周期之外）"),
    placed.CYCLE: ("Scheduled", "Neoadjuvant cycle, outside its safety visits", "新辅助治疗周期（安全访视之外）"),
    placed.SURGERY: ("Scheduled", "Day of surgery", "手术当日"),
    placed.FOLLOW_UP: ("Scheduled", "After surgery", "手术后随访"),
    placed.UNDATED: ("Unscheduled", "On a day that is not known", "日期不详"),
}


class EventDef(NamedTuple):
    """One study event of the trial."""

    oid: str
    kind: str
    repeats: bool
    en: str
    zh: str


def events(by: Mapped) -> list[EventDef]:
    """The study events: of the subject's way, and each planned safety visit, once a cycle."""
    found = [EventDef(oid, kind, oid == placed.CYCLE, en, zh) for oid, (kind, en, zh) in _BETWEEN.items()]
    visits = [
        EventDef(
            placed.visit_oid(one.name), "Scheduled", repeats=True,
            en=f"Safety visit {one.name}, day {one.day} after the first dose",
            zh=f"安全访视 {one.name}（首次给药后第{one.day}天）",
        )
        for one in by.study.conventions.visits
    ]  # fmt: skip
    return [*found[:4], *visits, *found[4:]]


def items(by: Mapped, dataset: Dataset) -> list[Variable]:
    """The variables of a dataset that are items."""
    return [one for one in by.plan.variables(dataset) if one.source not in STRUCTURE]


def item_oid(dataset: str, name: str) -> str:
    """``IT.LB.LBSTRESN``."""
    return f"IT.{dataset}.{name}"


def code_lists(by: Mapped) -> dict[str, tuple[Term, ...]]:
    """The code lists: those of the map, the arms, and of each dataset with test codes its tests."""
    arms = tuple(Term(term=arm.slug.upper(), en=arm.name, zh=arm.name) for arm in by.study.arms)
    found = {**by.plan.terms, "ARMCD": arms}
    for dataset in by.plan.dataset:
        tests = {
            place.code: Term(term=place.code, en=place.term, zh=by.concepts[name].zh)
            for name, place in by.places.items()
            if place.code and place.dataset == dataset.name and "--TESTCD" in dataset.variables
        }
        if tests:
            found[f"{dataset.name}TESTCD"] = tuple(tests[code] for code in sorted(tests))
    return found


def metadata(odm: Any, by: Mapped, oid: str) -> Any:
    """The MetaDataVersion, by odmlib's model *odm*."""
    lists = code_lists(by)
    told = events(by)
    return odm.MetaDataVersion(
        OID=oid,
        Name=f"{by.study.acronym} as exported",
        Protocol=odm.Protocol(
            StudyEventRef=[
                odm.StudyEventRef(StudyEventOID=one.oid, OrderNumber=number, Mandatory="No")
                for number, one in enumerate(told, 1)
            ]
        ),
        StudyEventDef=[_event(odm, by, one) for one in told],
        FormDef=[_form(odm, one) for one in by.plan.dataset],
        ItemGroupDef=[_group(odm, by, one) for one in by.plan.dataset],
        ItemDef=[_item(odm, one.name, each, lists) for one in by.plan.dataset for each in items(by, one)],
        CodeList=[_code_list(odm, name, terms) for name, terms in lists.items()],
    )


def _event(odm: Any, by: Mapped, one: EventDef) -> Any:
    forms = [each.name for each in by.plan.dataset if (each.rows == "fact") != (one.oid == ONCE.oid)]
    return odm.StudyEventDef(
        OID=one.oid,
        Name=one.en,
        Repeating=_yes(one.repeats),
        Type=one.kind,
        Description=said(odm, one.en, one.zh),
        FormRef=[
            odm.FormRef(FormOID=f"F.{name}", OrderNumber=number, Mandatory="No") for number, name in enumerate(forms, 1)
        ],
    )


def _form(odm: Any, one: Dataset) -> Any:
    group = odm.ItemGroupRef(ItemGroupOID=f"IG.{one.name}", OrderNumber=1, Mandatory="No")
    return odm.FormDef(
        OID=f"F.{one.name}", Name=one.en, Repeating="No", Description=said(odm, one.en, one.zh), ItemGroupRef=[group]
    )


def _group(odm: Any, by: Mapped, one: Dataset) -> Any:
    return odm.ItemGroupDef(
        OID=f"IG.{one.name}",
        Name=one.en,
        Repeating=_yes(one.rows != "subject"),
        SASDatasetName=one.name,
        Domain=one.name,
        Description=said(odm, one.en, one.zh),
        ItemRef=[
            odm.ItemRef(ItemOID=item_oid(one.name, each.named(one.name)), OrderNumber=number, Mandatory="No")
            for number, each in enumerate(items(by, one), 1)
        ],
    )


def _item(odm: Any, dataset: str, one: Variable, lists: Mapping[str, Iterable[Term]]) -> Any:
    name = one.named(dataset)
    terms = one.terms or (name if name in lists else "")
    more: dict[str, Any] = {"Length": _LENGTH} if one.type == "string" else {}
    if terms:
        more["CodeListRef"] = odm.CodeListRef(CodeListOID=f"CL.{terms}")
    return odm.ItemDef(
        OID=item_oid(dataset, name),
        Name=name,
        DataType=_TYPES[one.type],
        SDSVarName=name,
        Description=said(odm, one.en, one.zh),
        **more,
    )


def _code_list(odm: Any, name: str, terms: Iterable[Term]) -> Any:
    return odm.CodeList(
        OID=f"CL.{name}",
        Name=name,
        DataType="text",
        CodeListItem=[
            odm.CodeListItem(
                CodedValue=one.term,
                OrderNumber=number,
                Decode=odm.Decode(TranslatedText=_both(odm, one.en, one.zh)),
            )
            for number, one in enumerate(terms, 1)
        ],
    )


def said(odm: Any, en: str, zh: str) -> Any:
    """A description in both languages."""
    return odm.Description(TranslatedText=_both(odm, en, zh))


def _both(odm: Any, en: str, zh: str) -> list[Any]:
    return [odm.TranslatedText(_content=en, lang="en"), odm.TranslatedText(_content=zh, lang="zh")]


def _yes(true: bool) -> str:
    return "Yes" if true else "No"
