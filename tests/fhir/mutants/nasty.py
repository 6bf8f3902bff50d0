"""What a mutation puts in the place of what was there: values at the edges of what R4 and JSON allow, and beyond."""

from __future__ import annotations

from tests.fhir.mutants.text import BROKEN, Token, token


def _tokens(*texts: str) -> tuple[Token, ...]:
    return tuple(map(Token, texts))


#: Stands in many of the words; no issue may repeat it.
CANARY = "Qx7Canary"

_CLOCKS = (
    "T08:00:00Z", "T08:00:00.123456789+14:00", "T23:59:60Z", "T24:00:00Z", "T08:00:00+14:30", "T08:00:00", "T08:00Z",
    "t08:00:00z", " 08:00:00Z", "T08:00:00,5Z", "T08:00:00.Z", "T08:00:00Z\n", "T08:60:00Z", "T08:00:00-00:00",
)  # fmt: skip
DATES = (
    "2024", "2024-02", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2100-02-29", "2400-02-29",
    "2024-02-30", "2024-04-31", "2024-13", "2024-00-01", "2024-1-1", "0000", "0001-01-01", "9999-12-31", "20240229",
    "2024-02-29\n", " 2024", "2024-", "-2024", "+2024-01-01", "12024", "２０２４", "2024年", "٢٠٢٤-01-01", "2024/01/01",
    *(f"{day}{clock}" for day in ("2024-02-29", "2023-02-29") for clock in _CLOCKS), "2024-02T08:00:00Z", "08:00:00",
    "08:00", "24:00:00", "08:00:00.5", "08:00:00Z", CANARY,
)  # fmt: skip
IDS = ("a", "A-.9" * 16, "A-.9" * 16 + "x", "a_b", "a b", "", "a\n", "中", "a/b", ".", "-", "#", "é", CANARY)
CODES = (
    "final", "Final", " final", "final ", "finale", "fina", "active", "completed", "entered-in-error", "unknown",
    "male", "8858/3", "8858/3 ", "8858  3", "\u3000", "a\tb", "a\u200b", "", " ", "confirmed", "resolved", "cm",
    CANARY,
)  # fmt: skip
URIS = (
    "http://loinc.org", "http://loinc.org ", " http://a b", "urn:oid:1.2", "urn:oid:1.02", "urn:oid:3.1", "urn:oid:1",
    "urn:oid:1.", "urn:uuid:018f428e-34f6-4707-8009-5ad742f901e7", "urn:uuid:018F428E-34f6-4707-8009-5ad742f901e7",
    "urn:uuid:1", "#", "#a", "Patient/1", "Group/1/_history/2", "Patient?identifier=a|b", "", "://", CANARY,
)  # fmt: skip
WORDS = (
    "", " ", "\n", "x", "中", "😀", "a\0b", "\0", "\x01", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "true", "null",
    "NaN", "[" * 300, "}" * 300, '"', "\\", "\\u0000", "aGk", "aGk=", "a===", "AAAA AAAA", "=", CANARY,
    '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>',
)  # fmt: skip
#: Tokens that JSON has not: as strings they would need an escape, or are no text at all.
_INSIDE = (
    "\\ud800", "\\udc00\\ud800", "a\\ud83d", "\\uD83Dx", "\\uDE00", "\\u00zz", "\\x41", "\\u12", "a\x01b", "a\nb",
    "a\tb", "\x00", "\x1f", "\\", "\ud800", "\udfff", "\\u0000", "a\\u0000", "\\\\u0000", "\\/", "\\u005C",
    *(f"a{mark}b" for mark in BROKEN),
)  # fmt: skip
BROKEN_STRINGS = _tokens(*(f'"{inside}"' for inside in _INSIDE))
NUMBERS = _tokens(
    "0", "-0", "0.0", "-0.0", "1", "-1", "1.0", "1.50", "1e2", "1E+2", "1e-2", "1.5e300", "1e308", "1e309", "1e400",
    "1e401", "-1e401", "1e-400", "1e-401", "1e-999", "1e999999", "1e-999999", "1e99999999999999999999",
    "1e-99999999999999999999", "0e99999999999999999999", "2147483647", "2147483648", "-2147483648", "-2147483649",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
    "12345678901234567.89", "0.1234567890123456789012345678901234567890", "1" * 400, "1" * 401, "1" * 402, "1" * 4300,
    "1" * 4301, "0." + "0" * 400 + "1", "1." + "0" * 5000, "00", "01", "-01", "1.", ".5", "+1", "-", "1e", "1e+",
    "0x1", "1_0", "1,5", "NaN", "Infinity", "-Infinity", "nan", "1d", "١",
)  # fmt: skip
OTHERS = _tokens(
    "null", "true", "false", "True", "None", "nul", "undefined", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"a\":1}",
    '[""]', "{\"id\":\"x\"}", '{"extension":[]}', '{"resourceType":"Patient"}', '{"coding":[]}', '{"coding":[{}]}',
    '{"reference":"Group/1"}', "", "''",
)  # fmt: skip
SIBLINGS = _tokens(
    "{}", '{"id":"a"}', '{"extension":[]}', '{"extension":[{"url":"u"}]}',
    '{"extension":[{"url":"u","valueCode":"c"}]}', '{"extension":[{"url":"u","valueCode":"c"}],"id":"a"}', "null",
    "[null]", "[]", "[{}]", '"x"', '[{"id":"a"}]', '{"fhir_comments":["x"]}', '{"value":1}',
    '{"extension":{"url":"u"}}', '{"id":""}', '{"id":"a b"}', '{"id":1}', '[null,{"id":"a"}]',
    '[{"extension":[{"url":"u","valueCode":"c"}]}]',
)  # fmt: skip
#: Names that R4 has nowhere, or elsewhere.
NAMES = (
    "zz", "fhir_comments", "resourceType", "_resourceType", "_id", "_extension", "__status", "_", "", "value",
    "Status", "status ", "extension", "modifierExtension", "contained", "status\0", "class_", "class", "_class",
    "for", "import", CANARY,
)  # fmt: skip
BLANKS = (" ", "\t", "\r", "\n", " \r\n\t ", "\x0b", "\x0c", "\u00a0", "\ufeff", "\x00", "/**/")
#: Bytes that are no UTF-8, or text that is not JSON's.
BYTES = (
    b"\xff", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8", b"\xf0\x9f", b"\xc3",
    b"\xef\xbb\xbf", b"\x00", b",", b'"', b"\\", b"{", b"}", b"[", b"]", b":", b"1", b" ",
)  # fmt: skip

STRINGS = tuple(map(token, (*DATES, *IDS, *CODES, *URIS, *WORDS)))
