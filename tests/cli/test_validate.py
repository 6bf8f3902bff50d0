"""`natars-fhir validate`: every problem with its file, line and place; counts at the end; the contract's exit codes."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import run
from tests.ward import bundle, observation, raw, resource

PERSON = resource("Patient", "p1", birthDate="1960-01-01")
BORN_ON_30_FEBRUARY = resource("Patient", "p2", birthDate="1960-02-30")
UNKEMPT = observation("ihc-mdm2", valueString="x", text={"status": "generated", "div": "no XHTML"})
R5_OPERATION = resource("Procedure", status="completed", occurrenceDateTime="2024-02-30")
NO_DAY = "This day is not in the calendar."


@pytest.fixture
def validate(capsys: pytest.CaptureFixture[str]) -> Any:
    def validated(*arguments: Any) -> tuple[int, list[str], str]:
        code = run(["validate", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out.splitlines(), err

    return validated


@pytest.fixture
def sent(tmp_path: Path) -> Any:
    def write(name: str, *documents: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = b"\n".join(one if isinstance(one, bytes) else raw(one) for one in documents)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def test_what_is_sound_is_told_on_standard_error_alone(validate: Any, sent: Any) -> None:
    code, out, err = validate(sent("a.json", bundle(PERSON)))
    assert (code, out) == (0, [])
    assert err == (
        "1 documents checked at the level conformant. Errors: 0 (in 0 documents), warnings: 0, not readable: 0.\n"
    )


def test_each_problem_is_a_line_as_compilers_write_it(validate: Any, sent: Any) -> None:
    one, many = sent("a.json", bundle(PERSON, BORN_ON_30_FEBRUARY)), sent("b.ndjson.gz", PERSON, BORN_ON_30_FEBRUARY)
    code, out, err = validate(one, many)
    assert code == 1
    assert out == [
        f"{one}: error: Bundle.entry[1].resource.birthDate: {NO_DAY} [value]",
        f"{many}:2: error: Patient.birthDate: {NO_DAY} [value]",
    ]
    assert "3 documents" in err
    assert "Errors: 2 (in 2 documents)" in err


def test_or_an_object(validate: Any, sent: Any) -> None:
    path = sent("b.ndjson", PERSON, BORN_ON_30_FEBRUARY)
    code, out, _ = validate(path, "--format", "json")
    assert code == 1
    assert [json.loads(line) for line in out] == [
        {
            "file": str(path),
            "line": 2,
            "severity": "error",
            "code": "value",
            "expression": "Patient.birthDate",
            "text": NO_DAY,
        }
    ]


def test_folders_are_walked_and_standard_input_is_read(
    validate: Any, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sent("in/a/1.json", BORN_ON_30_FEBRUARY).parents[1]
    sent("in/b/2.ndjson.gz", PERSON, BORN_ON_30_FEBRUARY)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw(BORN_ON_30_FEBRUARY))))
    code, out, _ = validate(folder, "-")
    assert code == 1
    assert [line.partition(": ")[0].rpartition("/")[2] for line in out] == ["1.json", "2.ndjson.gz:2", "standard input"]


@pytest.mark.parametrize(("level", "code", "found"), [("readable", 0, 0), ("conformant", 1, 1)])
def test_the_level_says_how_much_is_asked(validate: Any, sent: Any, level: str, code: int, found: int) -> None:
    given, out, err = validate(sent("a.json", UNKEMPT), "--level", level)
    assert (given, bool(out)) == (code, bool(found))
    assert f"at the level {level}" in err


def test_a_warning_is_no_fault(validate: Any, sent: Any) -> None:
    code, out, err = validate(
        sent("a.json", resource("Patient", modifierExtension=[{"url": "urn:x", "valueCode": "y"}]))
    )
    assert (code, len(out)) == (0, 1)
    assert "warnings: 1" in err


@pytest.mark.parametrize(
    ("version", "place"),
    [
        ((), "Procedure.occurrenceDateTime"),
        (("--fhir-version", "R5"), "Procedure.occurrenceDateTime"),
        (("--fhir-version", "r4"), "Procedure.occurrenceDateTime: 'occurrenceDateTime' is not an element"),
    ],
    ids=["by content", "R5", "R4"],
)
def test_the_version_is_found_by_content_or_settled(
    validate: Any, sent: Any, version: tuple[str, ...], place: str
) -> None:
    code, out, _ = validate(sent("a.json", R5_OPERATION), *version)
    assert code == 1
    assert place in out[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b"", "There is nothing here"),
        ("a.json", b"<Bundle/>", "looks like XML"),
        ("a.json", b'{"resourceType":', "This is not JSON"),
        ("a.json", "{}".encode("utf-16"), "UTF-8"),
        ("a.json", b"[]", "A resource is a JSON object"),
        ("a.ndjson", raw(PERSON) + b"\n{", "a.ndjson:2: fatal: document: This is not JSON"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_done(
    validate: Any, sent: Any, name: str, content: bytes, told: str
) -> None:
    code, out, err = validate(sent(name, content), sent("b.json", BORN_ON_30_FEBRUARY))
    assert code == 2
    assert told in out[0]
    assert "b.json" in out[-1]
    assert "not readable: 1" in err


def test_a_missing_file_an_empty_folder_and_a_damaged_archive_are_told(
    validate: Any, sent: Any, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    packed = sent("c.ndjson.gz", *[PERSON] * 9)
    packed.write_bytes(packed.read_bytes()[:-9])
    code, out, err = validate(tmp_path / "none.json", tmp_path / "empty", packed)
    assert code == 2
    assert [line.rpartition("[")[2] for line in out] == ["not-found]", "not-found]", "incomplete]"]
    assert "not readable: 3" in err


@pytest.mark.parametrize(
    "arguments", [["--level", "high"], ["--format", "xml"], ["--fhir-version", "R3"], ["--site", "hospital-a"]]
)
def test_bad_arguments_are_told(validate: Any, sent: Any, arguments: list[str]) -> None:
    assert validate(sent("a.json", PERSON), *arguments)[0] == 64


def test_no_value_of_the_input_is_printed(validate: Any, sent: Any) -> None:
    planted = resource("Patient", "PLANTED_", birthDate="PLANTED", PLANTED="PLANTED", gender="PLANTED", name="PLANTED")
    for style in ("table", "json"):
        _, out, err = validate(sent("a.json", bundle(planted)), "--format", style)
        assert len(out) >= 4
        assert "PLANTED" not in "".join(out) + err
