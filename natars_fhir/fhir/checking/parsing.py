"""JSON text to values: exact decimals, names that stand twice kept visible, depth known before parsing.

https://www.rfc-editor.org/rfc/rfc8259 and https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any, NoReturn

from natars_fhir.domain.issue import Issue

MOST_BYTES = 256 * 1024 * 1024
MOST_LEVELS = 100
TWICE = "A name stands twice in one object; which one holds, nobody can say."

_TOO_DEEP = f"Objects and arrays are nested more than {MOST_LEVELS} levels deep."
_TO_BRACES = bytes.maketrans(b"[]", b"{}")
_NO_BRACES = bytes(byte for byte in range(256) if byte not in b"{}[]")
_STRING = re.compile(rb'"(?:[^"\\]+|\\.)*+"', re.DOTALL)
_NOT_A_NUMBER = re.compile(r'"(?:[^"\\]+|\\.)*+"|(-?Infinity|NaN)', re.DOTALL)


class Repeated(dict[str, Any]):
    """An object in which names stand twice; the last value holds, as with any JSON parser."""

    names: tuple[str, ...] = ()


class _RefusedError(ValueError):
    """Not JSON, though Python would read it."""


def parse(raw: bytes) -> tuple[Any, Issue | None]:
    """The value of *raw*, or the one reason why there is none."""
    if len(raw) > MOST_BYTES:
        return None, _fatal("too-long", f"The text is longer than {MOST_BYTES // 1024**2} MiB.")
    if too_deep(raw):
        return None, _fatal("too-long", _TOO_DEEP)
    try:
        text = raw.decode()
        value = _DECODER.decode(text)
        if b"\\ud" in raw or b"\\uD" in raw:
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except json.JSONDecodeError as problem:
        return None, _not_json(problem)
    except UnicodeDecodeError as problem:
        return None, _fatal("structure", f"The text is not UTF-8: see byte {problem.start + 1}.")
    except UnicodeEncodeError:
        return None, _fatal("structure", "A \\u escape stands for half a character.")
    except _RefusedError:
        return None, _fatal("structure", f"NaN and Infinity are not JSON numbers: see {_place_of_nan(text)}.")
    except RecursionError:
        return None, _fatal("too-long", _TOO_DEEP)
    except (ValueError, ArithmeticError):
        return None, _fatal("value", "A number has more digits than can be read.")
    return value, None


def too_deep(raw: bytes) -> bool:
    """Is the nesting deeper than MOST_LEVELS? Not where fewer are opened; else each pass takes the innermost pairs
    away."""
    opened = raw.count(b"{") + raw.count(b"[")
    return opened > MOST_LEVELS and _left_over(raw) and _left_over(_STRING.sub(b"", raw))


def _left_over(raw: bytes) -> bool:
    braces = raw.translate(_TO_BRACES, _NO_BRACES)
    for _ in range(MOST_LEVELS):
        fewer = braces.replace(b"{}", b"")
        if len(fewer) == len(braces):
            break
        braces = fewer
    return braces.count(b"{") > MOST_LEVELS or b"{}" in braces


def keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of a decoder's pairs, Repeated where a name stands twice."""
    node = dict(pairs)
    if len(node) == len(pairs):
        return node
    repeated = Repeated(node)
    repeated.names = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return repeated


def _refuse(_: str) -> NoReturn:
    raise _RefusedError


_DECODER = json.JSONDecoder(object_pairs_hook=keep_repeated, parse_float=Decimal, parse_constant=_refuse)


def _fatal(code: str, text: str) -> Issue:
    return Issue("fatal", code, "", text)


def _not_json(problem: json.JSONDecodeError) -> Issue:
    if problem.doc.startswith("\ufeff"):
        return _fatal("structure", "The text starts with a byte order mark: send UTF-8 without one.")
    return _fatal("structure", f"This is not JSON: see line {problem.lineno}, column {problem.colno}.")


def _place_of_nan(text: str) -> str:
    starts = (found.start(1) for found in _NOT_A_NUMBER.finditer(text) if found.group(1))
    start = next(starts, 0)
    return f"line {text.count(chr(10), 0, start) + 1}, column {start - text.rfind(chr(10), 0, start)}"
