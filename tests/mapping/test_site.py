"""A site's dialect: its own codes, systems, units and names, before the standard ones and for itself alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from tests import ward
from tests.ward import FOLDER, ICD_10, ICD_O, OWN, SNOMED, concept, observation, raw, told

OWN_CODES = """
site = "new"
en = "New"
zh = "新"

[systems.lab]
uri = "urn:new:lab"
also = ["urn:oid:2.999.1"]

[systems.icd-10]
uri = "http://hl7.org/fhir/sid/icd-10"
also = ["urn:new:icd"]
hierarchical = true
spelling = "icd-10"

[units]
"㎝" = "cm"

[codes.lab]
"SIZE" = "tumour-size"
"MDM2" = "ihc-mdm2"
"P" = { value = "positive" }
"C48.0" = { concept = "primary-site", value = "other" }

[codes.icd-10]
"C48.0" = { concept = "primary-site", value = "other" }
"""


@pytest.fixture(scope="module")
def dialect(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("new") / "mappings"))
    (folder / "sites" / "new.toml").write_text(OWN_CODES, encoding="utf-8")
    return DocumentReader(compiled(load(folder), "new"))


def facts(dialect: Any, sent: dict[str, Any]) -> list[str]:
    return [ward.line(fact) for reading in dialect(raw(sent)).readings for fact in reading.facts]


POSITIVE = concept(SNOMED, "10828004")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(
            observation(concept("urn:new:lab", "MDM2"), valueCodeableConcept=concept("urn:new:lab", "P")),
            ["ihc-mdm2 positive"],
            id="its question and its answer",
        ),
        pytest.param(
            observation(concept("urn:oid:2.999.1", "MDM2"), valueCodeableConcept=POSITIVE),
            ["ihc-mdm2 positive"],
            id="its system under another name",
        ),
        pytest.param(
            observation(concept(OWN, "ihc-mdm2"), valueCodeableConcept=concept("urn:new:lab", "P")),
            ["ihc-mdm2 positive"],
            id="its answer to a standard question",
        ),
        pytest.param(
            observation(concept("urn:new:lab", "SIZE"), valueQuantity={"value": 12, "unit": "㎝"}),
            ["tumour-size 12"],
            id="its unit",
        ),
        pytest.param(
            ward.resource("Condition", code=concept("urn:new:icd", "C48.000")),
            ["primary-site other"],
            id="its own meaning before the standard one",
        ),
        pytest.param(
            ward.resource("Condition", code=concept(ICD_10, "C48.8")),
            ["primary-site retroperitoneum"],
            id="the standard one where it has none",
        ),
        pytest.param(ward.resource("Condition", code=concept(ICD_O, "8890/3")), ["histology LMS"], id="other systems"),
    ],
)
def test_a_site_is_read_in_its_own_dialect(dialect: Any, sent: dict[str, Any], said: list[str]) -> None:
    assert facts(dialect, sent) == said


def test_no_other_site_understands_it() -> None:
    sent = observation(concept("urn:new:lab", "MDM2"), valueCodeableConcept=POSITIVE)
    assert told(sent) == told(sent, "hospital-a") == []


def test_a_site_without_a_file_cannot_be_compiled() -> None:
    with pytest.raises(KeyError):
        compiled(ward.mappings(), "hospital-x")
