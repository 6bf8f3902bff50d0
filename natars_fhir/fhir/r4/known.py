"""What is said the same way is read once: elements of resources, decoded and checked by their bytes.

Hospitals repeat themselves: a code, a unit, a ward, a patient's reference come again and again in the same bytes. Each
is decoded and checked when it is first met, and shared from then on; nobody may change what was shared. A decode alone
does not see names that stand twice, nor whether a concept is in a required value set; here both are looked at, once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, ValidationError

from natars_fhir.fhir.checking.compiler import compiler
from natars_fhir.fhir.checking.parsing import parse, too_deep
from natars_fhir.fhir.r4.primitives import Exact, exact

#: Longer elements hardly come again. How many of a kind are remembered: a memory must not grow with the input.
_LONGEST, _MOST = 400, 1_024


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
        _look(raw, self._place)
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
        _look(bytes(raw))
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
        _look(said)
        return found

    return read


def quantities(hint: Any) -> Callable[[Raw], Any]:
    """`fresh` for Quantities, where value, unit, system and code, and nothing else, is what most of them hold."""
    decode = msgspec.json.Decoder(hint, dec_hook=exact, float_hook=Exact).decode

    def read(raw: Raw) -> Any:
        found, said = decode(raw), bytes(raw)
        if (
            said.count(b'"') != 14
            or found.value is None
            or found.unit is None
            or found.system is None
            or found.code is None
            or b"\\" in said
        ):
            _look(said)
        return found

    return read


def narratives(hint: Any) -> Callable[[Raw], Any]:
    """`fresh` for the narrative, which is long: a name that stands twice in it leaves bytes over."""
    decode = msgspec.json.Decoder(hint, dec_hook=exact, float_hook=Exact).decode

    def read(raw: Raw) -> Any:
        found = decode(raw)
        div = found.div
        if len(raw) != _SHELL + len(found.status) + len(div.encode()) + div.count('"'):
            _look(bytes(raw))
        return found

    return read


_SHELL = len('{"status":"","div":""}')


def _look(raw: bytes, place: tuple[str, str] | None = None) -> None:
    """Raises ValidationError for what a decode does not see: a name that stands twice, a NUL, a code outside."""
    _once(raw.decode())
    if place is not None:
        value, refused = parse(raw)
        if refused is not None or compiler("readable").element(*place)(value):
            raise ValidationError("the walker has more to say of this")
    if (b"\\" in raw and _NUL in raw) or (raw.count(b"{") > _FEW and too_deep(b'{"":%b}' % raw)):
        raise ValidationError("a NUL character, or too deep")


_NUL = rb"\u0000"
#: Fewer objects than this cannot stand too deep in each other.
_FEW = 40


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = dict(pairs)
    if len(names) != len(pairs) or "_" in {name[:1] for name in names}:
        raise ValidationError("a name stands twice, or is a sibling's")


#: Reads JSON for nothing but its names: the standard library's parser shows all of them, msgspec's the last. Numbers
#: are not made into numbers, for they may be of any length.
_once = json.JSONDecoder(object_pairs_hook=_each_once, parse_int=bool, parse_float=bool).decode
