"""The bench of the export writes whole records, valid and without anything left out."""

from __future__ import annotations

from benchmarks import export


def test_every_subject_has_its_whole_record_and_nothing_is_left_out() -> None:
    made = export.Export()
    for whole in export.wholes(3, made.mappings.study):
        mask = made.writer.mask(whole.subject.pseudonym)
        assert len(list(made.writer.lines(whole, mask))) > 50
        assert mask.left == {}


def test_the_figures_have_their_names() -> None:
    found = export.figures(20, 1)
    assert set(found) == {"export.resources-per-s", "export.ratio-to-fhir-resources", "export.memory-growth-mb"}
    assert all(isinstance(value, float) for value in found.values())
