"""Depth: how deep a JSON text is nested, found before anything parses it. https://www.rfc-editor.org/rfc/rfc8259#section-9

No parser of ours follows a text deeper than this, so none of them can run out of stack.
"""

from __future__ import annotations

import re

_KEPT = b'"{}[]'
_DROPPED = bytes(set(range(256)) - set(_KEPT))
_ONE_KIND = bytes.maketrans(b"[]", b"{}")
#: A string that holds brackets; at the end of a text that is cut off also half of one.
_STRING = re.compile(rb'"[{}]*(?:"|$)')


def too_deep(raw: bytes, most: int) -> bool:
    """Is *raw* nested deeper than *most*? A text that is no JSON is as deep as what it opens and never closes.

    Each step takes the innermost pairs away; they are what is left once strings are gone, and everything else.
    """
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"").translate(_ONE_KIND, _DROPPED)
    left = _STRING.sub(b"", plain.replace(b'""', b""))
    for _ in range(most):
        if b"{}" not in left:
            break
        left = left.replace(b"{}", b"")
    return b"{}" in left or left.count(b"{") > most
