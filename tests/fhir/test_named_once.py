"""Of two values of one name in a Bundle none is lost in silence; what stands once is never taken for two."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from natars_fhir.fhir import named_once
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.named_once import TWICE, Doubled, doubled

PATIENT = '{"resourceType":"Patient","id":"1"}'
OTHER = '{"resourceType":"Patient","id":"2"}'
PUT = '"request":{"method":"PUT","url":"Patient/1"}'
GOOD = f'{{"resource":{OTHER}}}'


def bundle(*entries: str, more: str = "", kind: str = '"type":"collection"') -> bytes:
    return f'{{"resourceType":"Bundle",{kind},"entry":[{",".join(entries)}]{more}}}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(bundle(GOOD, more=f',"entry":[{GOOD}]'), id="entry"),
        pytest.param(bundle(GOOD, more=',"\\u0065ntry":[]'), id="entry, escaped"),
        pytest.param(bundle(GOOD, kind='"type":"batch","type":"collection"'), id="type"),
        pytest.param(bundle(GOOD, more=',"resourceType":"Patient"'), id="resourceType"),
        pytest.param(bundle(GOOD, more=',"identifier":{"value":"1","value":"2"}'), id="within the identifier"),
        pytest.param(bundle(GOOD, more=',"total":1,"total":2'), id="a name that is not read"),
        pytest.param(bundle(GOOD, more=',"signature":{"data":"a","data":"b"}'), id="within what is not read"),
        pytest.param(bundle(GOOD, more=',"link":[{"relation":"self","url":"a","url":"b"}]'), id="within a link"),
        pytest.param(bundle(GOOD, more=',"meta":{"tag":[{"code":"a","code":"b"}]}'), id="within the meta"),
        pytest.param(
            bundle(GOOD, more=',"id":"\\u0022\\u0022","total":1,"total":2'), id="with as many quotation marks by number"
        ),
        pytest.param(b'{"resourceType":"Bundle","type":"batch","total":1,"total":2}', id="without entries"),
        pytest.param(bundle(GOOD, more=',"total":1e400,"link":1,"link":2'), id="beside a long number"),
        pytest.param(bundle("5", more=',"type":"batch"'), id="beside an entry that is none"),
        pytest.param(b'{"resourceType":"Bundle","entry":5,"type":"batch","type":"batch"}', id="beside no entries"),
        pytest.param(b'{"resourceType":"Parameters","parameter":[],"parameter":[]}', id="Parameters"),
    ],
)
def test_a_document_that_says_a_thing_twice_is_not_opened(raw: bytes) -> None:
    envelope = open_bundle(raw)
    assert (envelope.entries, [issue.text for issue in envelope.issues]) == ((), [TWICE.text])
    assert envelope.issues[0].severity == "error"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(f'{{"resource":{PATIENT},"resource":{OTHER}}}', id="two resources"),
        pytest.param(f'{{"resource":{PATIENT},{PUT},{PUT}}}', id="two requests"),
        pytest.param(f'{{"resource":{PATIENT},"request":{{"method":"PUT","method":"DELETE"}}}}', id="two methods"),
        pytest.param(f'{{"resource":{PATIENT},"link":[{{"a":1}},{{"a":1,"a":2}}]}}', id="deep within what is not read"),
        pytest.param('{"response":{"status":"200","status":"201"}}', id="within the response"),
        pytest.param(f'{{"resource":{PATIENT},"search":{{"mode":"match","mode":"include"}}}}', id="within the search"),
        pytest.param(f'{{\n "fullUrl" : "urn:a" ,\n "fullUrl" : "urn:b" , "resource" : {PATIENT} }}', id="with blanks"),
    ],
)
def test_an_entry_that_says_a_thing_twice_costs_itself_alone(entry: str) -> None:
    envelope = open_bundle(bundle(GOOD, entry, GOOD))
    assert [one.index for one in envelope.entries] == [0, 2]
    assert [(issue.expression, issue.text) for issue in envelope.issues] == [("Bundle.entry[1]", TWICE.text)]


@pytest.mark.parametrize(
    "entry",
    [
        GOOD,
        f'{{ "fullUrl" : "urn:a" , "resource" : {OTHER} }}',
        f'{{"fullUrl":"","resource":{OTHER},"link":[],"search":{{"mode":"match","score":0.50}}}}',
        f'{{"fullUrl":"urn:\\u0022\\"\\/\\u4e2d中","resource":{OTHER},"extension":[{{"url":"a"}},{{"url":"a"}}]}}',
        '{"resource":{"resourceType":"Patient","id":"1","id":"2"}}',  # told where it is decoded
        '{"resource":{"resourceType":"Patient","id":"\\u0022"},"x":99999999999999999999999}',
    ],
)
def test_what_stands_once_is_opened(entry: str) -> None:
    for more in ("", ',"total":18446744073709551616,"meta":{"tag":[{"code":"a"},{"code":"a"}]}', ',"id":"\\u0022"'):
        envelope = open_bundle(bundle(entry, more=more))
        assert (len(envelope.entries), envelope.issues) == (1, ())


def test_a_text_that_is_no_utf8_costs_its_entry_alone() -> None:
    broken = b'{ "resource":{"resourceType":"Patient","id":"\xff"}}'
    raw = bundle("0", GOOD).replace(b"[0", b"[" + broken)
    assert [one.index for one in open_bundle(raw).entries] == [0, 1]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b'{"entry":[}', b"\xff"])
def test_what_is_no_object_says_nothing_twice(raw: bytes) -> None:
    assert doubled(raw) == Doubled()


NAMES = st.sampled_from(["resource", "request", "url", 'a"', "\\", "中", "entry", "type"])
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.booleans(), st.text(max_size=4)),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(NAMES, inner), max_size=4).map(tuple),
    max_leaves=12,
)


def written(value: Any, blank: str, *, ascii_: bool) -> str:
    """JSON of a value in which a tuple is an object, of which a name may stand there twice."""
    if isinstance(value, tuple):
        names = [json.dumps(name, ensure_ascii=ascii_) for name, _ in value]
        inner = [written(one, blank, ascii_=ascii_) for _, one in value]
        return f"{{{f'{blank},'.join(f'{name}{blank}:{one}' for name, one in zip(names, inner, strict=True))}}}"
    if isinstance(value, list):
        return f"[{f',{blank}'.join(written(one, blank, ascii_=ascii_) for one in value)}]"
    return json.dumps(value, ensure_ascii=ascii_)


def once(value: Any) -> bool:
    if isinstance(value, tuple):
        names = [name for name, _ in value]
        return len({*names}) == len(names) and all(once(inner) for name, inner in value if name != "resource")
    return not isinstance(value, list) or all(map(once, value))


@given(
    st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=4).map(tuple), max_size=3),
    st.sampled_from(["", " ", "\n\t"]),
    st.booleans(),
)
def test_the_short_way_sees_what_the_long_way_sees(entries: list[Any], blank: str, ascii_: bool) -> None:
    raw = written((("type", "batch"), ("entry", entries)), blank, ascii_=ascii_).encode()
    found = {place for place, one in enumerate(entries) if not once(one)}
    assert doubled(raw) == Doubled(whole=False, entries=frozenset(found))
    if found:
        assert not named_once.named_once(Raw(b""), raw)
