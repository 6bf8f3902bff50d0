"""Narrative: XHTML of the harmless kind only (txt-1, txt-2). https://hl7.org/fhir/R4/narrative.html#xhtml"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from natars_fhir.fhir.checking.fault import Fault, error
from natars_fhir.fhir.checking.wording import careful_string

XHTML = "http://www.w3.org/1999/xhtml"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: HTML 4.0, chapters 7 to 11 (without 9.4) and 15, as far as XHTML strict has them; links and images.
_ELEMENTS = _words("""
    a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em
    h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup
    table tbody td tfoot th thead tr tt ul var
""")
_ANYWHERE = _words("""
    xmlns id class style title lang xml:lang dir accesskey tabindex span width align valign char charoff
    abbr axis headers scope rowspan colspan
""")
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _words("href name rel rev type hreflang charset shape coords"),
    "area": _words("href shape coords nohref alt"),
    "blockquote": _words("cite"),
    "img": _words("src alt longdesc height usemap ismap border"),
    "map": _words("name"),
    "pre": _words("xml:space"),
    "q": _words("cite"),
    "table": _words("summary border frame rules cellspacing cellpadding"),
    "td": _words("nowrap"),
}
_LINKS = _words("href src cite longdesc")
_ACTIVE = re.compile(r"[\x00-\x20]*(?:javascript|vbscript|data(?!:image/))\s*:", re.IGNORECASE)
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:|-moz-binding", re.IGNORECASE)
_TAG = re.compile(r"(<[^<>]*+>)")
#: Mark-up up to this length is remembered.
_SHORT = 4_096
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")

_MALFORMED = error("structure", "The narrative is not well-formed XHTML (HTML's named entities are not part of XML).")
_NOT_A_DIV = error("structure", f"The narrative is one div of the namespace {XHTML}.")
_DECLARES = error("invariant", "txt-1: The narrative has no document type and declares no entities.")
_UNSAFE = error(
    "invariant",
    "txt-1: The narrative SHALL contain only the basic html formatting elements and attributes, and nothing that runs.",
)
_EMPTY = error("invariant", "txt-2: The narrative SHALL have some non-whitespace content.")


class _Reading:
    """What one pass over the XHTML has seen; expat calls it."""

    def __init__(self) -> None:
        self.root: tuple[str, str | None] | None = None
        self.safe = True
        self.content = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or (name, attributes.get("xmlns"))
        self.content = self.content or name == "img"
        self.safe = (
            self.safe
            and name in _ELEMENTS
            and attributes.get("xmlns", XHTML) == XHTML
            and all(_allowed(name, *said) for said in attributes.items())
        )

    def text(self, text: str) -> None:
        self.content = self.content or not text.isspace()

    def instruction(self, *_: object) -> None:
        self.safe = False


def _allowed(element: str, name: str, value: str) -> bool:
    if name == "style":
        return not _ACTIVE_STYLE.search(value)
    if name in _LINKS and _ACTIVE.match(value):
        return False
    return name in _ANYWHERE or name in _ATTRIBUTES.get(element, ())


def xhtml(value: Any) -> Sequence[Fault]:
    """Reads the div; nothing is fetched, and no declaration is read, so that no entity can be expanded."""
    if type(value) is not str or not value:
        return careful_string(value)
    if _DECLARATION.search(value):
        return _DECLARES
    tags, words = _apart(value)
    wrong, content = (_marked_up if len(tags) <= _SHORT else _marked_up.__wrapped__)(tags)
    return wrong if content or (words and not words.isspace()) else [*wrong, *_EMPTY]


def _apart(value: str) -> tuple[str, str]:
    """The tags and the words between them, where the words are plain: then the tags alone tell whether the whole is
    well-formed and safe. Programs write the same tags round other words again and again. Else all is mark-up."""
    if value.startswith("<div") and value.endswith("</div>") and value.isprintable() and "&" not in value:
        pieces = _TAG.split(value)
        words = "".join(pieces[::2])
        if "<" not in words and ">" not in words:
            return "".join(pieces[1::2]), words
    return value, ""


@lru_cache(maxsize=1_024)
def _marked_up(text: str) -> tuple[Sequence[Fault], bool]:
    """What is wrong with a text's mark-up, and whether it has content; what is no div has no further fault."""
    reading, parser = _Reading(), expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = reading.start, reading.text
    parser.ProcessingInstructionHandler = reading.instruction
    try:
        parser.Parse(text.encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return _MALFORMED, True
    if reading.root != ("div", XHTML):
        return _NOT_A_DIV, True
    return () if reading.safe else _UNSAFE, reading.content
