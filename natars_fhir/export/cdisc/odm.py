"""The trial as one ODM 1.3.2 file by odmlib: its plan, its sites as locations, and every subject's data by study event.

No date of a subject is in it: days are study days. The file is dated by the day that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from natars_fhir import __version__
from natars_fhir.export.cdisc.odm_study import events, item_oid, items, metadata
from natars_fhir.export.cdisc.rows import Mapped, Row, rows_of
from natars_fhir.export.extra import library
from natars_fhir.export.subject import Subject

NAME = "natars-odm.xml"
_NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EMPTY = " /></ODM>"


def write_odm(folder: Path, by: Mapped, subjects: Iterable[Subject], as_of: date, version: str) -> dict[str, int]:
    """One file; gives the rows of each dataset. *version*: of the mappings. Raises ExtraError."""
    odm = library("odmlib.odm_1_3_2.model", what="ODM files", extra="tables")
    registry = library("odmlib.ns_registry", what="ODM files", extra="tables")
    registry.NamespaceRegistry(prefix="odm", uri=_NAMESPACE, is_default=True, is_reset=True)
    ordered = sorted(subjects, key=lambda one: (one.site, one.pseudonym))
    counts: dict[str, int] = {one.name: 0 for one in by.plan.dataset}
    frame = _frame(odm, by, sorted({one.site for one in ordered}), as_of, version)
    with (folder / NAME).open("w", encoding="utf-8", newline="\n") as out:
        out.write(f"{_DECLARED}{frame.removesuffix(_EMPTY)}>")
        for one in ordered:
            # odmlib's objects of one subject at a time: those of thousands would not fit
            out.write(_subject(odm, by, one, counts).to_xml_string().replace(f' xmlns="{_NAMESPACE}"', "", 1))
        out.write("</ClinicalData></ODM>\n")
    return counts


def _frame(odm: Any, by: Mapped, sites: Iterable[str], as_of: date, version: str) -> str:
    """Everything but the subjects; it ends with an empty element that is to hold them."""
    study, plan = f"ST.{by.study.registry_id}", f"MDV.{version}"
    root = odm.ODM(
        **_file(by, as_of),
        Study=[_study(odm, by, study, plan)],
        AdminData=[odm.AdminData(StudyOID=study, Location=[_location(odm, by, one, (study, plan)) for one in sites])],
        ClinicalData=[odm.ClinicalData(StudyOID=study, MetaDataVersionOID=plan)],
    )
    return str(root.to_xml_string())


def _file(by: Mapped, as_of: date) -> dict[str, str]:
    moment = f"{as_of.isoformat()}T23:59:59+08:00"
    return {
        "FileOID": f"{by.study.registry_id}.{as_of.isoformat()}",
        "FileType": "Snapshot",
        "Granularity": "All",
        "ODMVersion": "1.3.2",
        "CreationDateTime": moment,
        "AsOfDateTime": moment,
        "Originator": by.study.sponsor,
        "SourceSystem": "natars-fhir",
        "SourceSystemVersion": __version__,
    }


def _study(odm: Any, by: Mapped, oid: str, plan: str) -> Any:
    named = odm.GlobalVariables(
        StudyName=odm.StudyName(_content=by.study.acronym),
        StudyDescription=odm.StudyDescription(_content=by.study.title),
        ProtocolName=odm.ProtocolName(_content=by.study.registry_id),
    )
    return odm.Study(OID=oid, GlobalVariables=named, MetaDataVersion=[metadata(odm, by, plan)])


def _location(odm: Any, by: Mapped, site: str, of: tuple[str, str]) -> Any:
    """A site. The plan is effective there since the trial's registered start."""
    study, plan = of
    since = odm.MetaDataVersionRef(StudyOID=study, MetaDataVersionOID=plan, EffectiveDate=by.study.start)
    return odm.Location(OID=_site(site), Name=site, LocationType="Site", MetaDataVersionRef=[since])


def _site(name: str) -> str:
    return f"LOC.{name}"


def _subject(odm: Any, by: Mapped, one: Subject, counts: dict[str, int]) -> Any:
    order = {event.oid: number for number, event in enumerate(events(by))}
    rows = sorted(rows_of(by, one), key=lambda row: (order[row.event.oid], row.event.cycle))
    for row in rows:
        counts[row.dataset] += 1
    return odm.SubjectData(
        SubjectKey=one.pseudonym,
        SiteRef=odm.SiteRef(LocationOID=_site(one.site)),
        StudyEventData=list(_events(odm, by, rows)),
    )


def _events(odm: Any, by: Mapped, rows: Iterable[Row]) -> Iterator[Any]:
    for event, within in groupby(rows, key=lambda row: row.event):
        repeat = {"StudyEventRepeatKey": str(event.cycle)} if event.cycle else {}
        forms = [_form(odm, by, name, each) for name, each in groupby(within, key=lambda row: row.dataset)]
        yield odm.StudyEventData(StudyEventOID=event.oid, **repeat, FormData=forms)


def _form(odm: Any, by: Mapped, dataset: str, rows: Iterable[Row]) -> Any:
    told = next(one for one in by.plan.dataset if one.name == dataset)
    names = [one.named(dataset) for one in items(by, told)]
    groups = []
    for number, row in enumerate(rows, 1):
        repeat = {} if told.rows == "subject" else {"ItemGroupRepeatKey": str(row.values.get(f"{dataset}SEQ", number))}
        values = [
            odm.ItemData(ItemOID=item_oid(dataset, name), Value=_text(row.values[name]))
            for name in names
            if row.values[name] is not None
        ]
        groups.append(odm.ItemGroupData(ItemGroupOID=f"IG.{dataset}", **repeat, ItemData=values))
    return odm.FormData(FormOID=f"F.{dataset}", ItemGroupData=groups)


def _text(value: object) -> str:
    """A whole number keeps no fraction: ``0.8``, ``18``."""
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else str(value)
