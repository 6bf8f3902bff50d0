"""What R4 says in prose of strings: their length, their characters. https://hl7.org/fhir/R4/datatypes.html#string"""

from __future__ import annotations

import re
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, error, warning
from natars_fhir.fhir.checking.primitives import string

MOST_CHARACTERS = 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def careful_string(value: Any) -> tuple[Fault, ...]:
    """A string as a conformant resource has it."""
    if type(value) is not str or not value:
        return string(value)
    if len(value) > MOST_CHARACTERS:
        return error("too-long", "A string has at most 1,048,576 characters.")
    if value.isprintable() and value[0] != " ":
        return FINE
    if _CONTROL.search(value):
        return error("value", "A string has no control characters but tab, line feed and carriage return.")
    return warning("value", "A string of blanks says nothing.") if value.isspace() else FINE
