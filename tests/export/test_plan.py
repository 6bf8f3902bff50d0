"""The plan has a place for every concept, and every node of it that stands in many resources is made once."""

from __future__ import annotations

from natars_fhir.export.plan import constants, every_text
from tests.export.research.made import plan


def test_every_text_is_found_and_names_of_elements_are_not() -> None:
    assert every_text({"a": "x", "b": [{"c": "y"}, ("z",)]}, None, 1) == {"x", "y", "z"}


def test_every_constant_goes_out_as_it_stands() -> None:
    """What the filter knows beforehand is made of words of ours alone."""
    for nodes in constants(plan()).values():
        assert every_text([*nodes]) <= plan().words
