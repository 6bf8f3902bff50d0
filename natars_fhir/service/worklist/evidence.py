"""Evidence: what an answer stands on, as it stands in the hospital's resources: the coded element within its JSON, or
the report's text with the very words marked; each with its resource, version, day, and the mapping that read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain.record import Fact
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.quote import steps, words
from natars_fhir.service.worklist.element import parts, plain
from natars_fhir.store import versions
from natars_fhir.store.engine import Store

#: What is shown on each side, where the whole is not asked for: characters of a text, lines of JSON.
_AROUND, _LINES = 240, 12


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a text; ``marked``: it was read."""

    text: str = field(repr=False)
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One place in one version of a resource, and the facts that were read there. Without pieces the resource is not
    kept any more. ``cut``: more of the text is there."""

    reference: str
    version: str
    path: str
    mapping: str
    received: datetime | None
    facts: tuple[Fact, ...] = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False, default=())
    is_text: bool = False
    cut: bool = False
    besides: tuple[str, ...] = ()


def places(store: Store, reader: DocumentReader, facts: Iterable[Fact], *, whole: bool = False) -> list[Place]:
    """Where these facts stand, each place once, in the order in which they are told."""
    found: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in dict.fromkeys(facts):
        found.setdefault((fact.source.reference, fact.source.version, fact.path), []).append(fact)
    opened: dict[tuple[str, str], tuple[Any, datetime] | None] = {}
    with store.of(reader.site).read() as connection:
        for key, version, _ in found:
            if (key, version) not in opened:
                opened[key, version] = _resource(connection, reader, key, version)
    return [_place(opened[key, version], tuple(told), whole=whole) for (key, version, _), told in found.items()]


def _resource(connection: Connection, reader: DocumentReader, key: str, version: str) -> tuple[Any, datetime] | None:
    """The resource in the version that was read, in R4, and when it came: of several with one number the last that
    came."""
    for kept in reversed(list(versions.versions(connection, reader.site, key))):
        resource = next((one for _, one in reader.resources(kept.raw)), None) if kept.raw else None
        if resource is not None and ((resource.meta.versionId if resource.meta else None) or "") == version:
            return resource, kept.received
    return None


def _place(opened: tuple[Any, datetime] | None, facts: tuple[Fact, ...], *, whole: bool) -> Place:
    fact = facts[0]
    source = fact.source
    besides = tuple(dict.fromkeys(other for one in facts for other in one.source.besides))
    if opened is None:
        return Place(source.reference, source.version, fact.path, source.mapping, None, facts, besides=besides)
    resource, received = opened
    spans = sorted({one.span for one in facts if one.span is not None})
    text = words(fact.path, resource) if spans else None
    if text is not None and spans == [(0, len(text))]:
        text = None  # a short answer means something only beside its question
    told = (source.reference, source.version, fact.path, source.mapping, received, facts)
    if text is not None:
        pieces = tuple(_marked(text, spans, whole=whole))
        cut = sum(len(one.text) for one in pieces) < len(text)
        return Place(*told, pieces, is_text=True, cut=cut, besides=besides)
    before, here, after = parts(plain(resource), steps(fact.path))
    lead, tail = (before, after) if whole else (_last(before), _first(after))
    cut = len(lead) + len(tail) < len(before) + len(after)
    return Place(*told, (Piece(lead), *_lines(here), Piece(tail)), cut=cut, besides=besides)


def _lines(element: str) -> Iterator[Piece]:
    """The element line by line: what only moves a line in is not marked."""
    for number, line in enumerate(element.split("\n")):
        words = line.lstrip()
        yield Piece(("\n" if number else "") + line[: len(line) - len(words)])
        yield Piece(words, marked=True)


def _last(text: str) -> str:
    return "\n".join(text.split("\n")[-_LINES:])


def _first(text: str) -> str:
    return "\n".join(text.split("\n")[:_LINES])


def _marked(text: str, spans: list[tuple[int, int]], *, whole: bool) -> Iterator[Piece]:
    """The text with what was read marked; what is far from it is left out, and `…` stands there."""
    at = 0
    for start, end in _joined(spans, len(text)):
        yield from _between(text, at, start, whole=whole)
        yield Piece(text[start:end], marked=True)
        at = end
    yield from _between(text, at, len(text), whole=whole)


def _between(text: str, start: int, end: int, *, whole: bool) -> Iterator[Piece]:
    lead, tail = (start + _AROUND if start else start), (end - _AROUND if end < len(text) else end)
    if whole or tail <= lead:
        yield Piece(text[start:end])
        return
    yield from (Piece(one) for one in (text[start:lead], " … ", text[tail:end]) if one)


def _joined(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Spans that overlap are one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        low, high = min(start, length), min(end, length)
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found
