"""The datasets as Dataset-JSON 1.1 by dsjson, a file each: https://www.cdisc.org/standards/data-exchange/dataset-json

The files are dated by the day that was asked for, so that the same subjects are the same bytes. A variable that
nobody has a value of is there, with nulls.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from natars_fhir import __version__
from natars_fhir.export.cdisc.plan import Dataset
from natars_fhir.export.cdisc.rows import Mapped, rows_of
from natars_fhir.export.extra import library
from natars_fhir.export.subject import Subject


def write_dataset_json(
    folder: Path, by: Mapped, subjects: Iterable[Subject], as_of: date, version: str
) -> dict[str, int]:
    """A file a dataset, ``lb.json``; gives the rows of each. *version*: of the mappings. Raises ExtraError."""
    dsjson = library("dsjson", what="Dataset-JSON files", extra="tables")
    frames = library("pandas", what="Dataset-JSON files", extra="tables")
    rows: dict[str, list[list[Any]]] = {one.name: [] for one in by.plan.dataset}
    for one in sorted(subjects, key=lambda one: (one.site, one.pseudonym)):
        for row in rows_of(by, one):
            rows[row.dataset].append(list(row.values.values()))
    moment = f"{as_of.isoformat()}T23:59:59+08:00"
    for dataset in by.plan.dataset:
        columns = _columns(by, dataset, rows[dataset.name])
        made = dsjson.to_dataset_json(
            frames.DataFrame(rows[dataset.name], columns=[one["name"] for one in columns], dtype=object),
            frames.DataFrame(columns, dtype=object),
            name=dataset.name,
            label=dataset.en,
            itemGroupOID=f"IG.{dataset.name}",
            sourceSystem_name="natars-fhir",
            sourceSystem_version=__version__,
            fileOID=f"{by.study.registry_id}.{as_of.isoformat()}.{dataset.name}",
            dbLastModifiedDateTime=moment,
            originator=by.study.sponsor,
            studyOID=f"ST.{by.study.registry_id}",
            metaDataVersionOID=f"MDV.{version}",
            datasetJSONCreationDateTime=moment,  # dsjson writes the clock's
            columns=columns,  # and a NaN for what a column does not have
        )
        text = json.dumps(made, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / f"{dataset.name.lower()}.json").write_text(f"{text}\n", encoding="utf-8")
    return {name: len(told) for name, told in rows.items()}


def _columns(by: Mapped, dataset: Dataset, rows: list[list[Any]]) -> list[dict[str, Any]]:
    columns = []
    for place, one in enumerate(by.plan.variables(dataset)):
        name = one.named(dataset.name)
        column: dict[str, Any] = {
            "itemOID": f"IT.{dataset.name}.{name}", "name": name, "label": one.en, "dataType": one.type,
        }  # fmt: skip
        if one.type == "string":
            column["length"] = max([1, *(len(row[place]) for row in rows if row[place] is not None)])
        columns.append(column)
    return columns
