"""Files: one document or one a line, compressed or not, cut off or not."""

import gzip
import io
from pathlib import Path

import pytest

from natars_fhir.fhir.ndjson import Document, Start, documents

LINES = [b'{"resourceType":"Patient","id":"%d"}' % i for i in range(3)]
PRETTY = b'{\n  "resourceType": "Bundle",\n  "entry": [\n    {}\n  ]\n}\n'


def read(raw: bytes) -> list[Document]:
    return list(documents(io.BytesIO(raw), "stdin"))


def broken(found: list[Document]) -> list[str]:
    return [issue.code for document in found for issue in document.issues]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\n".join(LINES) + b"\n", id="line feeds"),
        pytest.param(b"\r\n".join(LINES) + b"\r\n", id="carriage returns"),
        pytest.param(b"\n".join(LINES), id="the last line has no end"),
        pytest.param(b"\xef\xbb\xbf" + b"\n".join(LINES), id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf" + b"\n\xef\xbb\xbf".join(LINES), id="files put together, each with its mark"),
    ],
)
def test_a_document_a_line(raw: bytes) -> None:
    assert [(it.name, it.raw, it.line) for it in read(raw)] == [("stdin", line, i) for i, line in enumerate(LINES, 1)]


def test_blank_lines_are_counted_and_left_out() -> None:
    assert [it.line for it in read(b"\n \n" + b"\n\n".join(LINES))] == [3, 5, 7]


@pytest.mark.parametrize(
    "bad",
    [b'{"resourceType":"Patient",}', b'{"resourceType":"Pat', b"hello", b'{"a":"b"'],
    ids=["comma", "cut off", "no JSON", "not closed"],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_broken_line_costs_only_itself(bad: bytes, place: int) -> None:
    lines = [*LINES[:place], bad, *LINES[place:]]
    assert [it.raw for it in read(b"\n".join(lines))] == lines


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(PRETTY, id="indented"),
        pytest.param(PRETTY.replace(b"\n", b"\r\n"), id="carriage returns"),
        pytest.param(b"\xef\xbb\xbf" + PRETTY, id="byte order mark"),
        pytest.param(b'{"resourceType":"Bundle","entry":[\n{"resource":{}}\n]}', id="an entry a line"),
        pytest.param(b'{"resourceType":"Bundle"\n,"entry":[]\n}', id="commas first"),
        pytest.param(LINES[0] + b"\n", id="one line"),
        pytest.param(b"[\n{}\n]", id="array"),
    ],
)
def test_one_document_over_many_lines(raw: bytes) -> None:
    (document,) = read(raw)
    assert document.line is None
    assert document.raw.split() == raw.removeprefix(b"\xef\xbb\xbf").split()


@pytest.mark.parametrize("raw", [b"\n".join(LINES), PRETTY], ids=["lines", "one"])
def test_compressed_is_known_by_its_content(raw: bytes) -> None:
    assert [it.raw for it in read(gzip.compress(raw))] == [it.raw for it in read(raw)]


def test_a_cut_off_archive_gives_what_could_be_read_and_an_issue() -> None:
    many = b"\n".join(b'{"id":"%d"}' % i for i in range(200_000))
    packed = gzip.compress(many)
    *found, last = read(packed[: len(packed) // 2])
    assert len(found) > 1000
    assert [it.raw for it in found] == many.split(b"\n")[: len(found)]
    assert (last.raw, broken([last])) == (b"", ["incomplete"])


def test_a_cut_off_archive_of_one_document_gives_an_issue() -> None:
    assert broken(read(gzip.compress(PRETTY)[:-12])) == ["incomplete"]


def test_what_is_damaged_is_told() -> None:
    packed = bytearray(gzip.compress(b"\n".join(LINES)))
    packed[15] ^= 0xFF
    assert broken(read(bytes(packed)))[-1:] == ["incomplete"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(b"", "structure", id="empty"),
        pytest.param(b"\n\n", "structure", id="blank"),
        pytest.param("{}\n{}".encode("utf-16"), "structure", id="UTF-16"),
        pytest.param(b"<Bundle>\n</Bundle>", "not-supported", id="XML"),
    ],
)
def test_what_cannot_be_read_is_told_once(raw: bytes, code: str) -> None:
    (document,) = read(raw)
    assert (document.raw, broken([document])) == (b"", [code])


@pytest.mark.parametrize("text", [b"a,b\n1,2\n3,4\n", b"Dear colleague,\n\nsee below\n", "\ufeff病理\n报告\n".encode()])
def test_another_text_is_refused_as_a_whole(text: bytes) -> None:
    (told,) = documents(io.BytesIO(text), "letter")
    assert (told.raw, [issue.code for issue in told.issues]) == (b"", ["structure"])


def test_a_file_that_begins_badly_is_still_read_line_by_line() -> None:
    assert [one.raw for one in documents(io.BytesIO(b'oops\n{"a":1}\n'), "x")] == [b"oops", b'{"a":1}']


def test_the_offset_says_how_much_of_the_file_was_read(tmp_path: Path) -> None:
    for name, raw in (("a.ndjson", b"\n".join(LINES)), ("a.ndjson.gz", gzip.compress(b"\n".join(LINES)))):
        (tmp_path / name).write_bytes(raw)
        assert [it.offset for it in documents(tmp_path / name)][-1] == len(raw)


def test_lines_are_streamed() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            return (LINES[0] + b"\n") * 100

    lines = documents(Endless(), "endless")  # type: ignore[arg-type]
    assert [next(lines).line for _ in range(5)] == [1, 2, 3, 4, 5]


def test_a_missing_file_is_an_issue(tmp_path: Path) -> None:
    (document,) = documents(tmp_path / "none.json")
    assert (document.raw, broken([document])) == (b"", ["not-found"])


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    assert broken(list(documents(tmp_path))) == ["exception"]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\n\n"], ids=["line feeds", "carriage returns", "blank lines"])
def test_reading_goes_on_where_it_stopped(tmp_path: Path, packed: bool, ends: bytes) -> None:
    text = b"\xef\xbb\xbf" + ends.join(LINES) + ends
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(text) if packed else text)
    whole = list(documents(path))
    assert whole[-1].end <= len(text)
    for at, before in enumerate(whole):
        rest = list(documents(path, start=Start(before.end, before.line or 0)))
        assert [(it.raw, it.line, it.end) for it in rest] == [(it.raw, it.line, it.end) for it in whole[at + 1 :]]
        assert all(it.offset == path.stat().st_size for it in rest)


def test_a_line_that_looks_compressed_is_none_where_reading_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(LINES[0] + b"\n\x1f\x8bnoise\n" + LINES[1])
    (first, noise, last) = documents(path)
    assert [it.raw for it in documents(path, start=Start(first.end, 1))] == [noise.raw, last.raw]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
def test_a_line_that_is_too_long_costs_only_itself(packed: bool) -> None:
    text = LINES[0] + b"\n" + b"x" * 600_000 + b"\n" + LINES[1] + b"\n"
    found = list(documents(io.BytesIO(gzip.compress(text) if packed else text), "stdin", longest=100))
    assert [(it.raw, it.line, broken([it])) for it in found] == [
        (LINES[0], 1, []),
        (b"", 2, ["too-long"]),
        (LINES[1], 3, []),
    ]
    assert found[-1].end == len(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PRETTY * 3, id="over many lines"),
        pytest.param(b'{"a":"' + b"x" * 200 + b'"}', id="in one line"),
    ],
)
def test_one_document_that_is_too_long_is_told_and_not_held(text: bytes) -> None:
    (document,) = documents(io.BytesIO(text), "stdin", longest=100)
    assert (document.raw, broken([document])) == (b"", ["too-long"])


def test_what_is_just_as_long_as_it_may_be_is_read() -> None:
    text = b"\n".join(LINES) + b"\n"
    assert len(list(documents(io.BytesIO(text), "stdin", longest=len(LINES[0])))) == len(LINES)
