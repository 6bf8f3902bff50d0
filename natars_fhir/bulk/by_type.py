"""Documents read a block at a time, those of one type and code together, and given in the order in which they came.

What one type needs of code, tables and words then stays in the caches of the processor; line by line, each report would
drive out what the results beside it need (a fifth of a whole run, measured).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import ReadDocument, Reading

#: A block holds so many documents, and not many more bytes than these: memory grows by what is small beside the rest.
_MOST, _MOST_BYTES = 2_000, 4_000_000
#: Where the type stands if it comes first, as most engines write it; and how much of a code is looked at. No answer
#: depends on what these bytes are: they part the documents, and any others would do, if not as well.
_TYPE, _CODE, _LENGTH = slice(17, 23), b'"code":{"coding":[', 120

Told = tuple[Document, "Reading | ReadDocument | None"]
#: Type → code → the places of a block where these stand.
Types = defaultdict[bytes, defaultdict[bytes, list[int]]]


def read_by_type(documents: Iterable[Document], reader: DocumentReader) -> Iterator[Told]:
    """Each document with what it says: the one reading of a line that is one resource; None where it has no bytes."""
    route = reader.route or _nothing_let_go
    block, readings, types, size = _new()
    for found in documents:
        raw = found.raw
        size += len(raw)
        reading = route(raw) if raw else None  # at once, while its bytes are at hand
        if reading is None and raw:
            code = raw.find(_CODE)
            types[raw[_TYPE]][raw[code : code + _LENGTH]].append(len(block))
        block.append(found)
        readings.append(reading)
        if size > _MOST_BYTES or len(block) >= _MOST:
            yield from _told(block, readings, types, reader)
            block, readings, types, size = _new()
    yield from _told(block, readings, types, reader)


def _new() -> tuple[list[Document], list[Reading | None], Types, int]:
    """A block of nothing: documents, what they say, where those of one type and code stand, bytes."""
    return [], [], defaultdict(lambda: defaultdict(list)), 0


def _nothing_let_go(_: bytes) -> None:
    return None


def _told(
    block: list[Document], readings: list[Reading | None], types: Types, reader: DocumentReader
) -> Iterator[Told]:
    """What the fast way refuses may be a whole Bundle: its turn comes when it is asked for, and no two are held."""
    asked = reader.asked
    for codes in types.values():
        for places in codes.values():
            for place in places:
                readings[place] = asked(block[place].raw)
    for found, reading in zip(block, readings, strict=True):
        yield found, reading if reading is not None or not found.raw else reader.several(found.raw)
