"""A simulated hospital as a folder: its feed, the truth beside it, what it was made of; and the comparison of the two.

`feed/` holds what the hospital sends, in the order of arrival; `truth.ndjson` a line a patient; `simulated.json` what
was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from natars_fhir.bulk.agreement import Agreement, compare, truths
from natars_fhir.bulk.screen import screen_files
from natars_fhir.domain.study import Study
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.simulate.hospital import Order, Patient, arrivals, blocks, bundle, line_of, lines, patients, truth
from natars_fhir.simulate.telling import Sent

Style = Literal["ndjson", "bundles"]

#: A file of the feed that has grown so large is the last but one.
_LARGEST = 256 * 1024 * 1024


class Written(NamedTuple):
    """How much was written."""

    patients: int
    documents: int
    bytes: int


def write(order: Order, folder: Path, style: Style = "ndjson") -> Written:
    """Makes the hospital in *folder*, patient by patient: memory does not grow with their number."""
    (folder / "feed").mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        feed = _Feed(folder / "feed", files)
        told = files.enter_context((folder / "truth.ndjson").open("wb"))

        def beside(patient: Patient) -> None:
            told.write(line_of(truth(patient, order.as_of)))

        written = send(order, feed.write, style, beside)
    (folder / "simulated.json").write_text(json.dumps(_described(order, style, written), indent=1) + "\n", "utf-8")
    return written


def send(
    order: Order, out: Callable[[bytes], object], style: Style, beside: Callable[[Patient], None] | None = None
) -> Written:
    """Gives *out* every document of the feed in the order of arrival, and *beside* every patient."""
    number = documents = size = 0
    for block in blocks(patients(order)):
        for patient in block:
            number += 1
            if beside is not None:
                beside(patient)
        for document in _documents(block, order, style):
            out(document)
            documents += 1
            size += len(document)
    return Written(number, documents, size)


def _documents(block: list[Patient], order: Order, style: Style) -> Iterator[bytes]:
    for sent in arrivals(block):
        yield from _as(sent, order, style)


def _as(sent: Sent, order: Order, style: Style) -> Iterator[bytes]:
    return iter((bundle(sent, str(order.dialect.told["address"])),)) if style == "bundles" else lines(sent)


class _Feed:
    """Files one after the other, each of bounded size."""

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self._folder, self._files = folder, files
        self._number = self._size = 0
        self._open: BinaryIO | None = None

    def write(self, document: bytes) -> None:
        if self._open is None or self._size > _LARGEST:
            self._number, self._size = self._number + 1, 0
            path = self._folder / f"{self._number:04}.ndjson"
            self._open = self._files.enter_context(path.open("wb"))
        self._open.write(document)
        self._size += len(document)


def _described(order: Order, style: Style, written: Written) -> dict[str, Any]:
    return {
        "site": order.dialect.site,
        "asOf": order.as_of.isoformat(),
        "dialect": order.dialect.name,
        "seed": order.seed,
        "patients": written.patients,
        "candidates": order.candidates,
        "start": order.start.isoformat(),
        "months": order.months,
        "format": style,
        "documents": written.documents,
        "bytes": written.bytes,
    }


class Made(NamedTuple):
    """What a folder says of itself."""

    site: str
    as_of: date


def made(folder: Path) -> Made:
    """The site whose dialect the folder speaks, and the day until which it tells. Raises ValueError where it is no such
    folder."""
    try:
        said = json.loads((folder / "simulated.json").read_text("utf-8"))
        return Made(str(said["site"]), date.fromisoformat(said["asOf"]))
    except (OSError, KeyError, TypeError, ValueError) as wrong:
        raise ValueError("this is no folder that `natars-fhir simulate --to` made") from wrong


def agreement(folder: Path, reader: DocumentReader, study: Study, as_of: date) -> Agreement:
    """The pipeline's answers of the feed beside the truth."""
    _, outcomes = screen_files([folder / "feed"], reader, study, as_of)
    return compare(truths(folder), outcomes)
