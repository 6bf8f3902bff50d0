"""What a strict decode does not see: names that stand twice, NUL characters, two answers to one question.

A decode keeps the last of two values of one name, as any JSON parser may (https://www.rfc-editor.org/rfc/rfc8259#section-4),
and which one holds, nobody can say. But what it made of the bytes, written again, is shorter then.
"""

from __future__ import annotations

import json
import re
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import ValidationError

from natars_fhir.fhir.r4 import structs

#: A pattern looks for its backslash alone first, and is quicker than `in` (0.4 instead of 0.6 ms a MB).
_nul = re.compile(rb"\\u0000").search


def no_nul(raw: bytes) -> bool:
    """Is there no character that FHIR's texts cannot hold, and that JSON can?

    Looked for as far as the last backslash, which is found at once: behind its narrative a resource mostly has none.
    """
    last = raw.rfind(b"\\")
    return last < 0 or _nul(raw, 0, last + 6) is None


def each_name_once(resource: Any, raw: bytes) -> bool:
    """Does every name stand once in its object?

    Told by the length of the resource written again without blanks; where the sender writes blanks, by the quotation
    marks; and where both differ, by the names themselves.
    """
    plain = _spare.pop() if _spare else bytearray()
    _write(resource, plain)
    once = len(plain) == len(raw) or len(plain) == len(raw.strip()) or _all_the_same(plain, raw)
    if len(plain) < _LARGEST:
        _spare.append(plain)
    return once


def _all_the_same(plain: bytearray, raw: bytes) -> bool:
    if plain.count(b'"') == raw.count(b'"') and rb"\u0022" not in raw:
        return True
    return _names_once(raw)


#: Numbers are written as they were; a Decimal would have its digits made anew.
_write = msgspec.json.Encoder(enc_hook=attrgetter("token")).encode_into
#: What was written into before is written into again, for memory that grows bit by bit takes a tenth of the writing. As
#: many as there are threads that read at once; none that a large resource has made large.
_spare: list[bytearray] = []
_LARGEST = 64 * 1024


def _names_once(raw: bytes) -> bool:
    try:
        _names(raw.decode())
    except ValidationError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValidationError("a name stands twice")


#: Reads JSON for nothing but its names, of which it sees all. Numbers are not made into numbers, which may be of any
#: length.
_names = json.JSONDecoder(object_pairs_hook=_once, parse_int=bool, parse_float=bool).decode


def one_answer(resource: Any) -> bool:
    """Is there no value beside components? Whether one of these asks the same (obs-7), the walker tells."""
    return resource.__class__ is not structs.Observation or resource.component is None or _without_value(resource)


def _without_value(resource: Any) -> bool:
    return all(getattr(resource, name) is None for name in _VALUES)


_VALUES = tuple(name for name in structs.Observation.__struct_fields__ if name.startswith("value"))
