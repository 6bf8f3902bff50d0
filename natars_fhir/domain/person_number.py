"""Person numbers: the numbers that a country gives its people, brought to one spelling, so that two can be compared.

The resident number is that of GB 11643-1999: 18 characters, of which the last checks the others (ISO 7064, MOD 11-2).
An old one of 15 digits is the same without the century and the check.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, Literal

#: Whose number it is called is the same at every site, whatever address the site gives its system.
Number = Literal["resident-number", "social-security-number", "passport-number"]

_SEPARATORS = re.compile(r"[\s\-–—_./·]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_LEAST = 5


def plain(kind: Number, written: str) -> str:
    """The number in the one spelling; empty where it cannot be one person's: a placeholder, a wrong digit."""
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", written)).upper()
    if kind == "resident-number":
        return _resident(text)
    return text if len(text) >= _LEAST and text.isascii() and text.isalnum() and len({*text}) > 2 else ""


def _resident(text: str) -> str:
    if re.fullmatch(r"\d{15}", text, re.ASCII) and len({*text}) > 1:
        text = text[:6] + "19" + text[6:]
        text += _check(text)
    if not re.fullmatch(r"\d{17}[\dX]", text, re.ASCII) or not _is_day(text[6:14]):
        return ""
    return text if text[17] == _check(text) else ""


def _is_day(digits: str) -> bool:
    try:
        return bool(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    except ValueError:
        return False


def _check(text: str) -> str:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True)) % 11]
