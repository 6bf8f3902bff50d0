"""What is said the same way is read once: elements of resources, decoded and checked by their bytes.

Hospitals repeat themselves: a code, a unit, a ward, a patient's reference come again and again in the same bytes. Each
is decoded and checked when it is first met, and shared from then on; nobody may change what was shared. A decode alone
does not see names that stand twice, nor whether a concept is in a required value set; here both are looked at, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw, Struct, ValidationError

from natars_fhir.fhir.checking.compiler import compiler
from natars_fhir.fhir.checking.parsing import parse, twice
from natars_fhir.fhir.r4.primitives import Exact, exact

#: Longer elements hardly come again. How many of a kind are remembered: a memory must not grow with the input.
_LONGEST, _MOST = 400, 4_096


class Known(dict[bytes, Any]):
    """Bytes of an element → its value. Raises ValidationError, and its like, for what the walker should look at.

    *place* is the element's (type, path) where the walker knows more of it than the Structs do: a required value set.
    """

    __slots__ = ("_decode", "_hint", "_most", "_place")

    def __init__(self, hint: Any, place: tuple[str, str] | None = None, most: int = _MOST) -> None:
        super().__init__()
        self._hint, self._place, self._most = hint, place, most
        self._decode: Callable[[bytes], Any] | None = None

    def __missing__(self, raw: bytes) -> Any:
        if self._decode is None:  # made when first needed: most elements of most types never come
            self._decode = msgspec.json.Decoder(self._hint, dec_hook=exact, float_hook=Exact).decode
        found = self._decode(raw)
        _look(found, raw, self._place)
        if len(raw) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[raw] = found
        return found


def fresh(hint: Any) -> Callable[[Raw], Any]:
    """For elements that never come twice, such as notes: checked in the same way, and not remembered."""
    decode = msgspec.json.Decoder(hint, dec_hook=exact, float_hook=Exact).decode

    def read(raw: Raw) -> Any:
        found = decode(raw)
        _look(found, bytes(raw))
        return found

    return read


def identifiers(hint: Any) -> Callable[[Raw], Any]:
    """`fresh` for lists of Identifiers, where use, system and value, and nothing else, is what most of them hold."""
    decode = msgspec.json.Decoder(hint, dec_hook=exact, float_hook=Exact).decode

    def read(raw: Raw) -> Any:
        found, said = decode(raw), bytes(raw)
        for one in found:
            if one.value is None or one.system is None or one.use is None:
                break
        else:
            if said.count(b'"') == 12 * len(found) and b"\\" not in said:
                return found
        _look(found, said)
        return found

    return read


def unlooked(hint: Any) -> Callable[[Raw], Any]:
    """For the narrative: it is decoded, and as no fact is read from it, a name may stand twice in it."""
    return msgspec.json.Decoder(hint, dec_hook=exact, float_hook=Exact).decode


def _look(found: Any, raw: bytes, place: tuple[str, str] | None = None) -> None:
    """Raises ValidationError for what a decode does not see: a name that stands twice, a NUL, a code outside."""
    if place is not None or not plain(found, raw):
        _thorough(raw, place)
    if b"\\" in raw and _NUL in raw:  # it is the walker's to tell
        raise ValidationError("a NUL character")


_NUL = rb"\u0000"


def plain(found: Any, raw: bytes) -> bool:
    """Does no name stand twice in *raw*, beyond doubt? Told by its quotation marks: two a name, two a text.

    False also where this cannot be told in haste, as of escaped quotation marks or of objects within objects.
    """
    marks = _marks(found)
    return marks >= 0 and raw.count(b'"') == marks


#: A text, or a number, of a flat object with its name.
_WORTH = {str: 4, Exact: 2, int: 2, bool: 2}


def _marks(found: Any) -> int:
    """The quotation marks of a value that is written in the plainest way; -1 for what is not flat."""
    kind = found.__class__
    if kind is list:
        each = [2 if one.__class__ is str else _marks(one) for one in found]
        return sum(each) if min(each) >= 0 else -1
    if not isinstance(found, Struct):
        return _WORTH.get(kind, 1) - 2
    marks = 0
    for value in _elements(kind)(found):
        if value is None:
            continue
        worth = _WORTH.get(value.__class__)
        if worth is None:
            inner = _marks(value)
            if inner < 0:
                return -1
            worth = inner + 2
        marks += worth
    return marks


@cache
def _elements(kind: type[Struct]) -> Callable[[Any], Sequence[Any]]:
    """All elements of a Struct as a tuple. Every Struct of an element has at least two."""
    get: Callable[[Any], Sequence[Any]] = attrgetter(*kind.__struct_fields__)
    return get


def _thorough(raw: bytes, place: tuple[str, str] | None) -> None:
    """The walker's look. Raises ValidationError where it finds what would make the resource unreadable."""
    value, refused = parse(raw)
    if refused is not None:
        raise ValidationError("not JSON")
    if compiler("readable").element(*place)(value) if place is not None else twice(value):
        raise ValidationError("the walker has more to say of this")
