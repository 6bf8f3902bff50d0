"""Depth: how deep a JSON text is nested, found before anything parses it. https://www.rfc-editor.org/rfc/rfc8259#section-9

No parser of ours follows a text deeper than this, so none of them can run out of stack.
"""

from __future__ import annotations

import re

_KEPT = b'"{}[]'
_DROPPED = bytes(set(range(256)) - set(_KEPT))
_OPEN = ord("{")
_ONE_KIND = bytes.maketrans(b"[]", b"{}")
#: What is escaped within a string and could be taken for its end, or for an escape of what follows.
_ESCAPED = re.compile(rb'\\["\\]')
#: A string that holds brackets; at the end of a text that is cut off also half of one.
_STRING = re.compile(rb'"[{}]*(?:"|$)')


#: A step takes the innermost pairs away; where these are less than so much of what is left, that has long runs.
_FEW = 16
_RUN = re.compile(rb"\{+|\}+")


def too_deep(raw: bytes, most: int) -> bool:
    """Is *raw* nested deeper than *most*? A text that is no JSON is as deep as what it opens and never closes.

    Strings and all but brackets are taken out first; then it takes a time in proportion, whatever was sent.
    """
    plain = _ESCAPED.sub(b"", raw).translate(_ONE_KIND, _DROPPED)
    left, taken = _STRING.sub(b"", plain.replace(b'""', b"")), 0
    while taken < most and left.count(b"{}") * _FEW > len(left):
        left, taken = left.replace(b"{}", b""), taken + 1
    return _deeper(left, most - taken)


def _deeper(brackets: bytes, most: int) -> bool:
    """Run by run."""
    depth = 0
    for run in _RUN.finditer(brackets):
        length = run.end() - run.start()
        depth = depth + length if brackets[run.start()] == _OPEN else max(0, depth - length)
        if depth > most:
            return True
    return False
