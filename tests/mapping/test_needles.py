"""Needles: whatever a reading tells that puts a patient in scope, in whatever form it was written, is hit."""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from ahocorasick_rs import BytesAhoCorasick

from natars_fhir.bulk.search import Search, search
from natars_fhir.bulk.sieve import Sieve
from natars_fhir.domain.record import Patient, Record
from natars_fhir.mapping.needles import covering, needles
from natars_fhir.pipeline import read
from tests import ward
from tests.ward import ICD_10, ICD_O, concept, resource

SITE = "hospital-a"
READER = ward.reader(SITE)
LORE = READER.mapping.lore
STUDY = ward.mappings().study
DISEASE = {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}


@cache
def hit(matcher: str = "ahocorasick") -> Search:
    return search(LORE, STUDY, matcher)


def matters(raw: bytes) -> bool:
    """Does the pipeline read from it what puts a patient in scope?"""
    return any(STUDY.scope(Record(Patient("", ""), one.facts)) for one in read(raw, READER).readings if one.facts)


@cache
def sieved() -> tuple[Sieve, Callable[[bytes], list[tuple[int, int, int]]]]:
    """The sieve of the needles, and an automaton of them."""
    sought = needles(LORE, STUDY)
    every: Any = BytesAhoCorasick([*sought.plain, *sought.guards])
    return Sieve([*sought.plain, *sought.guards]), every.find_matches_as_indexes


def let_go(raw: bytes) -> bool:
    """Does the sieve let go a line in which a needle stands?"""
    sieve, find = sieved()
    text = raw.lower()
    ends = [place for place, sign in enumerate(text) if sign == 10] if b"\n" in text else []
    begins = [0, *(place + 1 for place in ends)]
    return not {begins[bisect_left(ends, start)] for _, start, _ in find(text)} <= {*sieve.begins(text)}


def missed(documents: list[bytes]) -> list[str]:
    """What matters and is not hit; in small blocks, as a run searches."""
    assert not [raw for raw in documents if let_go(raw)]
    found = set(hit()(documents))
    others = [raw for place, raw in enumerate(documents) if place not in found]
    return [raw.decode("utf-8", "replace") for raw in others if matters(raw)]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = sorted(
    {
        entry.word.replace("…", "")
        for table in ("histology.name", "sites.mark", "sites.organ")
        for entry in LORE.words[table].entries
        if entry.tag not in ("trap", "OTHER")
    }
)
#: each word alone in capitals, and in sentences that readers of sites ask for
SENTENCES = ("{}", "{}.", "术后病理：{}，脂肪肉瘤", "{}占位", "来源于{}", "Mass arising from the {}")
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
OLD = {ord(plain): sign for sign, plain in reversed(LORE.words.characters._simplified.items())}
RADICALS = {ord("肉"): "\u2f81", ord("血"): "\u2f8e", ord("小"): "\u2f29"}
LIGATURES = {"fi": "\ufb01", "fl": "\ufb02", "st": "\ufb06"}


def torn(by: str) -> Callable[[str], str]:
    """The word with something amid it, after every second character."""
    places = r"(?<=[\u3400-\u9fff].)(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff]$)"
    return lambda text: re.sub(places, by, text)


def joined(text: str) -> str:
    for plain, sign in LIGATURES.items():
        text = text.replace(plain, sign)
    return text


TEXTS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "as a title": str.title,
    "of full width": lambda text: text.upper().translate(WIDE),
    "traditional": lambda text: text.translate(OLD),
    "radicals": lambda text: text.translate(RADICALS),
    "ligatures": joined,
    "wide spaces": lambda text: text.replace(" ", "  "),
    "other spaces": lambda text: text.replace(" ", "\u00a0"),
    "lines": lambda text: text.replace(" ", "\n"),
    "torn by a line": torn("\n"),
    "torn by a line and spaces": torn("\n   "),
    "torn by a space": torn(" "),
    "torn by a wide space": torn("\u3000"),
    "torn by nothing to see": torn("\u200b"),
    "torn by a separator": torn("\u2028"),
}


def plain(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def mixed(said: Any) -> bytes:
    """As PHP writes it, with hexadecimal digits in both cases."""
    escaped = json.dumps(said).replace("/", "\\/")
    return re.sub(r"\\u(..)(..)", lambda found: f"\\u{found[1].upper()}{found[2]}", escaped).encode()


def every_letter(said: Any) -> bytes:
    """Everything within strings escaped."""
    return re.sub(
        r'(?<=")[^"\\]+(?=")', lambda found: "".join(f"\\u{ord(sign):04x}" for sign in found[0]), json.dumps(said)
    ).encode()


@pytest.mark.parametrize("form", TEXTS)
def test_no_word_that_matters_is_missed_in_any_form(form: str) -> None:
    texts = [TEXTS[form](sentence.format(word)) for word in WORDS for sentence in SENTENCES]
    assert not missed([plain({**DISEASE, "code": {"text": text}}) for text in texts])


@pytest.mark.parametrize("written", [mixed, every_letter], ids=["as PHP writes", "all escaped"])
def test_no_word_is_missed_in_escapes(written: Callable[[Any], bytes]) -> None:
    assert not missed([written({**DISEASE, "code": {"text": word}}) for word in WORDS])


def test_the_words_matter_at_all() -> None:
    found = [word for word in WORDS if matters(plain({**DISEASE, "code": {"text": word.upper()}}))]
    assert len(found) > len(WORDS) / 2, "else the tests above show nothing"


MARKS: dict[str, Callable[[str], str]] = {
    "a tag within the line": lambda word: f"{word[:1]}<b>{word[1:]}</b>",
    "two tags": lambda word: f"{word[:3]}<i></i>{word[3:]}",
    "a new line": torn("<br/>"),
    "a comment": lambda word: f"{word[:-1]}<!-- x -->{word[-1]}",
    "character references": lambda word: f"&#{ord(word[0])};{word[1:]}",
    "references in hexadecimal": lambda word: "".join(f"&#x{ord(sign):x};" for sign in word),
    "a soft hyphen": torn("&shy;"),
    "spaces that do not break": lambda word: word.replace(" ", "&nbsp;"),
}


@pytest.mark.parametrize("form", MARKS)
def test_no_word_is_missed_in_a_narrative(form: str) -> None:
    divs = [f'<div xmlns="http://www.w3.org/1999/xhtml">{MARKS[form](word.upper())}</div>' for word in WORDS]
    told = [{**DISEASE, "text": {"status": "additional", "div": div}} for div in divs]
    assert not missed([plain(one) for one in told])


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_text_in_base64_is_always_taken(charset: str) -> None:
    text = base64.b64encode("病理诊断：（腹膜后）去分化脂肪肉瘤".encode(charset)).decode()
    form = {"contentType": f"text/plain; charset={charset}", "data": text}
    report = resource("DiagnosticReport", "r", status="final", code={"text": "病理"}, presentedForm=[form])
    assert matters(plain(report))
    assert hit()([plain(report), every_letter(report)]) == [0, 1]


# ── codes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def codings() -> Iterator[tuple[str, str]]:
    """Every code of the tables that says something by itself, and every morphology."""
    for code, _ in LORE.says.rows:
        for said in {code.code, code.first, code.last} - {""}:
            yield LORE.systems.by_name[code.system].uri if code.system in LORE.systems.by_name else code.system, said
    yield from ((ICD_O, f"{number}/{behaviour}") for number in range(8000, 9994, 7) for behaviour in "0136")


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in small letters": str.lower,
    "without signs": lambda code: code.replace(".", "").replace("/", ""),
    "longer": lambda code: f"{code}x001" if code[:1].isalpha() else code,
    "as a morphology": lambda code: f"M-{code}",
    "with a nought": lambda code: f"M{code.replace('/', '0/')}",
    "with spaces before it": lambda code: f"   {code}",
    "after the letter, spaces": lambda code: f"M-   {code}",
    "with a line before it": lambda code: f"\n{code}",
    "with a wide space": lambda code: f"\u3000{code}",
}


@pytest.mark.parametrize("form", SPELT)
def test_no_code_that_matters_is_missed_in_any_spelling(form: str) -> None:
    spelt = [(system, SPELT[form](code)) for system, code in codings()]
    documents = [plain({**DISEASE, "code": concept(system, code)}) for system, code in spelt]
    assert not missed(documents)


@pytest.mark.parametrize("written", [mixed, every_letter], ids=["as PHP writes", "all escaped"])
def test_no_code_is_missed_in_escapes(written: Callable[[Any], bytes]) -> None:
    assert not missed([written({**DISEASE, "code": concept(*coding)}) for coding in codings()])


def test_a_question_about_it_is_a_needle_whatever_the_answer() -> None:
    asked = ward.observation("histology", valueString="leiomyo")
    assert hit()([plain(asked)]) == [0]


# ── all of the fixtures, both matchers ───────────────────────────────────────────────────────────────────────────────


def test_nothing_of_the_fixtures_is_missed() -> None:
    documents = [raw for case in ward.cases() if case.parent.name == SITE for raw in ward.sent_in(case) if raw]
    assert sum(map(matters, documents)) > 20
    assert not missed(documents)
    assert not missed([written(json.loads(raw)) for raw in documents for written in (mixed, every_letter)])


def test_hyperscan_hits_the_same() -> None:
    pytest.importorskip("hyperscan")
    words = [plain({**DISEASE, "code": {"text": form(word)}}) for word in WORDS for form in TEXTS.values()]
    codes = [plain({**DISEASE, "code": concept(*coding)}) for coding in codings()]
    assert hit("hyperscan")([*words, *codes]) == hit()([*words, *codes])


def test_of_other_documents_few_are_hit() -> None:
    others = [{**DISEASE, "code": concept(ICD_10, code)} for code in ("I10", "E11.9", "C50.9", "J18.9", "C34.1", "K35")]
    others += [{**DISEASE, "code": {"text": text}} for text in ("高血压病", "follow-ups of groups", "肺部感染", "lift")]
    others += [ward.observation("haemoglobin", valueQuantity={"value": 88}, id="88f3c0de-8858-4a3c-9c48-8858aa31")]
    assert hit()([plain(one) for one in others]) == []


def test_what_is_no_utf8_is_taken_so_that_it_is_told() -> None:
    told = '{"resourceType": "Condition", "code": {"text": "肺部感染"}}'
    assert hit()([told.encode(), told.encode("gb18030"), b'{"resourceType": "Condition"}']) == [1]


def test_a_study_with_another_scope_has_other_needles() -> None:
    class Nowhere:
        scope = staticmethod(lambda _record: False)

    found = needles(LORE, Nowhere())  # type: ignore[arg-type]
    asked = {b'"data"', *(f'"{code.code}'.lower().encode() for code, name in LORE.asked.rows if name == "histology")}
    assert found.plain.keys() == asked


@pytest.mark.parametrize(
    ("low", "high", "starts"),
    [(8800, 8999, ["88", "89"]), (9040, 9044, ["9040", "9041", "9042", "9043", "9044"]), (9120, 9139, ["912", "913"])],
)
def test_a_range_is_covered_by_the_fewest_beginnings(low: int, high: int, starts: list[str]) -> None:
    assert covering(low, high) == starts
