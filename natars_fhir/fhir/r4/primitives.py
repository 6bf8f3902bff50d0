"""R4's primitive types, and the ground that the generated Structs stand on.

https://hl7.org/fhir/R4/datatypes.html#primitive. Measured in hot-path.md §1. What is rare in FHIR is refused here, and
gets its second look elsewhere: what these types accept is well-formed, what they refuse may still be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

from msgspec import Meta, Raw, Struct

T = TypeVar("T")

#: FHIR has no empty lists.
Many = Annotated[list[T], Meta(min_length=1)]

if TYPE_CHECKING:
    from typing import Optional as Maybe  # a reader meets None where nothing was said,
    from typing import Optional as Remembered
else:

    class Maybe:  # and the decoder refuses a null
        """The kind itself: absent is None, null is a fault."""

        __class_getitem__ = staticmethod(lambda kind: kind)

    class Remembered:
        """For the decoder any text: its form is for `remembered` to look at."""

        __class_getitem__ = staticmethod(lambda _: Annotated[str, Meta(min_length=1)])


class Part(Struct, forbid_unknown_fields=True, gc=False, kw_only=True, omit_defaults=True):
    """What every FHIR element and resource is. No cycles can arise in a decoded tree, so the cyclic GC is spared."""


class Exact(Decimal):
    """A decimal as it was written: 1.50 stays 1.50. The decoder does not know it, and so asks `exact`."""

    __slots__ = ("text", "token")
    #: as it was written, and as it stands in JSON
    text: str
    token: Raw

    def __new__(cls, said: Any) -> Exact:
        number = super().__new__(cls, said)
        number.text = str(said)
        number.token = Raw(number.text)
        return number


class Numbers(dict[str, Exact]):
    """A number's own token → the number. Reference ranges and results come again and again: each is made once."""

    def __missing__(self, token: str) -> Exact:
        number = Exact(token)
        if _too_long(number):
            raise OverflowError(_TOO_LONG)
        if len(token) <= _SHORT:
            if len(self) >= _MOST:
                self.clear()
            self[token] = number
        return number


#: Different texts that are remembered at one time, and the longest of the numbers.
_MOST, _SHORT = 2_048, 12
#: The `float_hook` of every decoder here.
written: Callable[[str], Exact] = Numbers().__getitem__
#: 1e400000000 is a number of ten characters that fills a memory when written out.
LONGEST = 400


_TOO_LONG = "a number is too long to compute with"
#: Whole numbers below are remembered as the others are.
_FEW_DIGITS = 10**_SHORT


def _too_long(number: Decimal) -> bool:
    """Is this a number that is not computed with?"""
    return abs(number.adjusted()) > LONGEST


def exact(kind: type, said: Any) -> Exact:
    """The `dec_hook` of every decoder here: a number's own token; text, true and false are refused."""
    if type(said) is Exact and kind is Exact:
        return said  # the hot path: a decimal's own token, whose length was looked at when it was first `written`
    if kind is not Exact or type(said) not in (int, Decimal):
        raise ValueError("a number is expected")
    if type(said) is int and -_FEW_DIGITS < said < _FEW_DIGITS:
        return written(str(said))
    number = Exact(said)
    if _too_long(number):
        raise ValueError(_TOO_LONG)
    return number


def refuse_choice() -> None:
    """Two answers to one question, or none where one is required. The generated checks count the answers themselves:
    with the names written out that takes half as long as by a list of them."""
    raise ValueError("one and only one of a choice is allowed")


def remembered(**forms: Any) -> Callable[[Part], None]:
    """A check for `__post_init__`: texts that nearly every resource tells, together and again and again. Their form is
    looked at once, by the patterns of these types; the decoder would look each time (1.2 → 0.5 µs)."""
    read, searches = attrgetter(*forms), [re.compile(get_args(form)[1].pattern).search for form in forms.values()]
    known: set[Any] = set()

    def check(self: Part) -> None:
        said = read(self)
        if said in known:
            return
        if any(text is not None and search(text) is None for search, text in zip(searches, said, strict=True)):
            raise ValueError("Expected `str` matching the form of its type")
        if len(known) >= _MOST:
            known.clear()
        known.add(said)

    return check


# The groups do not capture (860 → 610 ns for a timestamp); `\Z`, because `$` lets a trailing newline pass. A day is one
# that the calendar has: those of every month first, and 29 February looks behind at its year.
_NOT_LEAP = "(?:[02468][1235679]|[13579][01345789])"
_YEAR = "(?!0000)[0-9]{4}"
_MONTH = "(?:0[1-9]|1[0-2])"
_DAY = (
    f"(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
    f"|02-29(?<!{_NOT_LEAP}-02-29)(?<!{_NOT_LEAP}00-02-29))"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

String = Annotated[str, Meta(min_length=1)]
Code = Uri = Url = Canonical = Markdown = Xhtml = String
Date = Annotated[str, Meta(pattern=rf"\A{_YEAR}(?:-(?:{_DAY}|{_MONTH}))?\Z")]
# With a time of day first, for that is the usual one (400 → 290 ns).
DateTime = Annotated[str, Meta(pattern=rf"\A{_YEAR}(?:-{_DAY}T{_CLOCK}{_ZONE}|(?:-(?:{_DAY}|{_MONTH}))?)\Z")]
Instant = Annotated[str, Meta(pattern=rf"\A{_YEAR}-{_DAY}T{_CLOCK}{_ZONE}\Z")]
Time = Annotated[str, Meta(pattern=rf"\A{_CLOCK}\Z")]
Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9\-.]{1,64}\Z")]
Oid = Annotated[str, Meta(pattern=r"\Aurn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+\Z")]
Uuid = Annotated[str, Meta(pattern=r"\Aurn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
# Possessive, so that a megabyte costs no backtracking.
_SIX_BITS, _BLANKS = "[0-9A-Za-z+/]", r"[ \t\r\n]*+"
Base64Binary = Annotated[
    str,
    Meta(
        pattern=rf"\A{_BLANKS}(?!\Z)(?:(?:{_SIX_BITS}{{4}})++{_BLANKS})*+"
        rf"(?:{_SIX_BITS}{{2}}(?:{_SIX_BITS}=|==){_BLANKS})?+\Z"
    ),
]
Boolean = bool
Integer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
UnsignedInt = Annotated[int, Meta(ge=0, le=2**31 - 1)]
PositiveInt = Annotated[int, Meta(ge=1, le=2**31 - 1)]
