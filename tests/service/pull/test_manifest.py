"""A manifest names its files in their order, whatever else it holds; a file is known again by its place."""

from __future__ import annotations

import json

from natars_fhir.service.pull.manifest import File, manifest
from tests.service.pull.exporting import AT, file
from tests.service.pull.exporting import manifest as made


def test_files_are_numbered_over_all_lists_and_manifests() -> None:
    told = made(file("p", count=3), deleted=[file("d", "Bundle")], error=[file("e", "OperationOutcome")])
    found = manifest(json.dumps(told).encode(), before=4)
    assert [(one.number, one.what, one.kind, one.count) for one in found.files] == [
        (5, "output", "Patient", 3),
        (6, "deleted", "Bundle", None),
        (7, "error", "OperationOutcome", None),
    ]
    assert [one.name for one in found.files] == ["Patient (5)", "Bundle (deleted 6)", "OperationOutcome (error 7)"]
    assert (found.needs_token, found.next, found.at.isoformat()) == (True, "", AT.replace("Z", "+00:00"))


def test_a_type_that_is_no_word_is_not_told_on() -> None:
    told = made(file("p", "Patient of the name 王"))
    assert manifest(json.dumps(told).encode()).files[0].name == "unknown (1)"


def test_a_file_is_the_same_under_another_key_of_the_moment() -> None:
    one, same, other = (
        File("output", "Patient", url, None, 1) for url in ("https://x/1?sig=a", "https://x/1?sig=b", "https://x/2")
    )
    assert one.hash == same.hash != other.hash
