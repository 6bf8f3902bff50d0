"""Attachments and narratives: the words of a report in the form that they come in, with their charset honoured.

https://hl7.org/fhir/R4/datatypes.html#Attachment and https://hl7.org/fhir/R4/narrative.html. What is no text, or in
another charset than it says, is told and not read: half of the words would be other words.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from striprtf.striprtf import rtf_to_text

from natars_fhir.mapping.sink import Sink

_CHARSET = re.compile(r"charset=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
#: What a page says of its own charset, near its beginning.
_OWN_CHARSET = re.compile(
    rb"<meta\b[^>]*?charset=\s*[\"']?([\w.:-]+)|<\?xml[^>]*?encoding=[\"']([\w.:-]+)", re.IGNORECASE
)
_PLAIN = frozenset({"text/plain", "text/markdown"})
_MARKED_UP = frozenset({"text/html", "text/xml", "application/xhtml+xml"})
_RICH = frozenset({"text/rtf", "application/rtf", "application/x-rtf", "text/richtext"})
#: ``{\rtf`` in base64: some send it as plain text, or as a document of Word.
_RICH_BY_CONTENT = "e1xydG"
#: Chinese systems name the older sets and send characters of the newer one.
_CODECS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "utf8": "utf-8"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Chinese read as a Western charset looks so: letters with accents in a row, and nothing Chinese.
_ACCENTS, _CHINESE = re.compile("[\xa1-\xff]{4}"), re.compile("[\u3400-\u9fff]")
#: What is not text at all; tags amid a line; any other tag ends a line. A bare «<5%» is no tag.
_HIDDEN = re.compile(r"<(style|script)\b.*?</\1\s*>|<!.*?>|<\?.*?>", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:a|b|em|font|i|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
#: In RTF: the code page that it names, and a Chinese character whose second byte stands as a letter.
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")
_HALVES = re.compile(r"((?:\\'[0-9a-f]{2})+)([@-Z^-z|~])", re.IGNORECASE)

#: What a report, or an Observation in its place, says by elements of its own.
_SAYING = (
    "conclusion", "conclusionCode", "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean",
    "valueInteger", "valueRange", "valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod",
    "component", "hasMember",
)  # fmt: skip

_NO_BASE64 = "An attachment that is no base64: it is not read."
_UNKNOWN_CHARSET = "An attachment in a charset that is not known here: it is not read."
_OTHER_CHARSET = "An attachment that is not in the charset that it declares: it is not read."
_NO_CHARSET = "An attachment that declares no charset and is not UTF-8: it is not read. Declare it in contentType."
_NO_RICH_TEXT = "An attachment of rich text that cannot be taken apart: it is not read."


def attached(form: Any, where: str, sink: Sink) -> str | None:
    """The text of an Attachment; None, and told, where it is not text or cannot be decoded."""
    if not form.data:
        sink.tell("informational", where, "An attachment without data here: its text is not read.", "information")
        return None
    content = (form.contentType or "").lower()
    kind = content.partition(";")[0].strip()
    if form.data.lstrip()[:6] == _RICH_BY_CONTENT:
        kind = "text/rtf"
    if kind not in _PLAIN | _MARKED_UP | _RICH:
        sink.tell("not-supported", f"{where}.contentType", "An attachment that is not text: it is not read.")
        return None
    named = _CHARSET.search(content)
    try:
        text = _text(base64.b64decode(form.data, validate=False), kind, named[1] if named else "")
    except binascii.Error:
        sink.tell("value", f"{where}.data", _NO_BASE64)
        return None
    except UnreadableError as why:
        sink.tell("value", f"{where}.data", str(why))
        return None
    return text


def narrative(resource: Any) -> str:
    """The words of the resource's narrative; empty where there are none."""
    told = resource.text
    return unmarked(told.div) if told is not None and told.status != "empty" else ""


def narrative_alone(resource: Any) -> str:
    """The words of a report's narrative where nothing else of it says anything; else they would be said twice."""
    if resource.text is None:
        return ""
    said = _said(resource.__class__)(resource)
    if said.count(None) < len(said):
        return ""
    made_of = getattr(resource, "result", None) if resource.text.status == "generated" else None
    return narrative(resource) if made_of is None else ""


@lru_cache(maxsize=64)
def _said(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Reads all elements by which a resource of this type says something: it is asked of every Observation."""
    names = [name for name in _SAYING if hasattr(kind, name)]
    return attrgetter(*names) if len(names) > 1 else lambda one: tuple(getattr(one, name) for name in names)


def unmarked(text: str) -> str:
    """The words of a marked-up text."""
    return html.unescape(_TAG.sub("\n", _INLINE.sub("", _HIDDEN.sub("", text))))


class UnreadableError(ValueError):
    """Bytes that are not the text that they say they are; its words are for people, and hold nothing of it."""


def _text(raw: bytes, kind: str, charset: str) -> str:
    if kind in _RICH:
        return _rich(raw, charset)
    own = _OWN_CHARSET.search(raw[:2048]) if kind in _MARKED_UP and not charset else None
    text = _decoded(raw, charset or (b"".join(filter(None, own.groups())).decode("ascii") if own else ""))
    return unmarked(text) if kind in _MARKED_UP else text


def _decoded(raw: bytes, charset: str) -> str:
    """Bytes as text. A byte order mark has the first word, then what is declared; without either it is UTF-8."""
    marked = next((codec for mark, codec in _MARKS if raw.startswith(mark)), "")
    declared = charset.lower()
    try:
        text = raw.decode(marked or _CODECS.get(declared, declared) or "utf-8")
    except UnicodeDecodeError as wrong:
        raise UnreadableError(_OTHER_CHARSET if declared or marked else _NO_CHARSET) from wrong
    except (LookupError, ValueError) as wrong:
        raise UnreadableError(_UNKNOWN_CHARSET) from wrong
    return _ungarbled(text)


def _ungarbled(text: str) -> str:
    if _ACCENTS.search(text) and not _CHINESE.search(text):
        raise UnreadableError(_OTHER_CHARSET)
    return text


def _rich(raw: bytes, charset: str) -> str:
    """The words of rich text (RTF 1.9), which names its charset itself: what lies outside ASCII needs one."""
    page = _CODE_PAGE.search(raw)
    own = f"cp{page[1].decode()}" if page else ""
    source = _decoded(raw, charset or ("" if raw.isascii() else own))
    return _ungarbled(_words(source, own))


def _words(source: str, own: str) -> str:
    # a line for each field: the library looks for hyperlinks line by line, and without end in a long one
    lines = source.replace("{\\field", "\n{\\field")
    for tried in (lines, _HALVES.sub(_joined, lines)):
        try:
            return str(rtf_to_text(tried, encoding=own or "ascii"))
        except UnicodeDecodeError:
            continue
        except (ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            raise UnreadableError(_NO_RICH_TEXT) from wrong
    raise UnreadableError(_OTHER_CHARSET if own else _NO_CHARSET)


def _joined(found: re.Match[str]) -> str:
    """``\\'e9F`` as ``\\'e9\\'46``: where the last of the bytes is the first half of a character."""
    octets = bytes.fromhex(found[1].replace("\\'", ""))
    at = 0
    while at < len(octets):
        at += 2 if octets[at] > 0x80 else 1
    return found[0] if at == len(octets) else f"{found[1]}\\'{ord(found[2]):02x}"
