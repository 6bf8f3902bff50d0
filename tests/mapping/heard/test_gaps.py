"""What was not understood is listed with what it takes to mend it; codes only of systems that the site has declared."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.conceptmap import ConceptMap
from hypothesis import given, settings
from hypothesis import strategies as st
from pyfhircheck import Validator

from natars_fhir.mapping.codes import Systems
from natars_fhir.mapping.heard.expected import Expected, expected
from natars_fhir.mapping.heard.gaps import MOST_TEXT, Gap, gaps_of
from natars_fhir.mapping.heard.suggest import suggester
from natars_fhir.mapping.heard.unmapped import draft_map, listed, listing
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.schema import Expects
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.concept_map import Publisher
from natars_fhir.mapping.terms.concept_map_reader import rows_of
from natars_fhir.mapping.terms.crosswalk import Target
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import source_of
from tests import ward
from tests.ward import ICD_10, LOINC, concept, observation, resource

SITE = "hospital-b"
LIS, EXAM = "http://his.hospital-b.example/lis", "http://his.hospital-b.example/exam"
MAPPING = compiled(ward.mappings(), SITE)
HINTS = suggester(MAPPING.lore, MAPPING.site, remarks(source_of(ward.mappings(), SITE)))


def gaps(sent: dict[str, Any]) -> list[tuple[Gap, str]]:
    raw = ward.raw(sent)
    (reading,) = ward.reader(SITE)(raw).readings
    return gaps_of(reading, raw, MAPPING)


def test_nothing_is_listed_of_what_was_understood() -> None:
    assert gaps(observation(concept(LIS, "LIS0102"), valueQuantity={"value": 3, "unit": "10*9/L"})) == []


@pytest.mark.parametrize(
    ("sent", "gap", "display"),
    [
        pytest.param(
            observation({"coding": [{"system": LIS, "code": "LIS0103", "display": "中性粒细胞"}]}, valueString="x"),
            Gap("code", "Observation", LIS, "LIS0103"),
            "中性粒细胞",
            id="a code of a declared system, with its name",
        ),
        pytest.param(
            observation(concept(LIS, "LIS0103", text="中性粒细胞"), valueString="x"),
            Gap("code", "Observation", LIS, "LIS0103"),
            "中性粒细胞",
            id="a code, with the name of its text",
        ),
        pytest.param(
            observation({"coding": [{"system": "urn:x", "code": "王五", "display": "王五"}]}, valueString="x"),
            Gap("code", "Observation", "urn:x", ""),
            "",
            id="a system that is not declared shows no code and no name",
        ),
        pytest.param(
            observation({"coding": [{"code": "K7", "display": "王五"}]}, valueString="x"),
            Gap("code", "Observation", "", ""),
            "",
            id="nor does a code without a system",
        ),
        pytest.param(
            observation({"text": "某项目"}, valueString="x"),
            Gap("text", "Observation", "", "某项目"),
            "",
            id="a name alone",
        ),
        pytest.param(
            observation(concept(LIS, "LIS0110"), valueQuantity={"value": 3, "unit": "Tsd/µl"}),
            Gap("unit", "Observation", "platelets", "Tsd/µl"),
            "",
            id="a unit",
        ),
        pytest.param(
            observation(concept(LIS, "LIS0110"), valueQuantity={"value": 3}),
            Gap("unit", "Observation", "platelets", ""),
            "",
            id="no unit",
        ),
        pytest.param(
            observation(
                "tumour-size", valueRange={"low": {"value": 3, "unit": "cm"}, "high": {"value": 3, "unit": "寸"}}
            ),
            Gap("unit", "Observation", "tumour-size", "寸"),
            "",
            id="the unit of one end of a range",
        ),
        pytest.param(
            observation("tumour-size", valueQuantity={"value": -3, "unit": "cm"}),
            Gap("element", "Observation", "tumour-size", "valueQuantity"),
            "",
            id="a number that cannot be",
        ),
        pytest.param(
            observation("ihc-mdm2", valueString="见描述"),
            Gap("text", "Observation", "ihc-mdm2", "见描述"),
            "",
            id="words of a value",
        ),
        pytest.param(
            observation("ihc-mdm2", valueString="见" * (MOST_TEXT + 1)),
            Gap("text", "Observation", "ihc-mdm2", ""),
            "",
            id="a long text is counted, not kept",
        ),
        pytest.param(
            observation(
                "ihc-mdm2", valueCodeableConcept={"coding": [{"system": EXAM, "code": "R9", "display": "见描述"}]}
            ),
            Gap("code", "Observation", EXAM, "R9", "ihc-mdm2"),
            "见描述",
            id="the code of an answer",
        ),
        pytest.param(
            observation("ihc-mdm2", valueCodeableConcept={"text": "见描述"}),
            Gap("text", "Observation", "ihc-mdm2", "见描述"),
            "",
            id="the words of an answer",
        ),
        pytest.param(
            observation(
                {"text": "panel"},
                component=[{"code": concept(LIS, "LIS0110"), "valueQuantity": {"value": 1, "unit": "寸"}}],
            ),
            Gap("unit", "Observation", "platelets", "寸"),
            "",
            id="a component's unit",
        ),
        pytest.param(
            resource("Condition", code=concept(ICD_10, "K35.9")),
            Gap("code", "Condition", ICD_10, "K35.9"),
            "",
            id="a standard code",
        ),
        pytest.param(
            {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"}},
            Gap("element", "Encounter", "", ""),
            "",
            id="a type that no view reads",
        ),
    ],
)
def test_what_was_not_understood_is_told(sent: dict[str, Any], gap: Gap, display: str) -> None:
    assert (gap, display) in gaps(sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "coding", "component", "valueQuantity", "unit", "low"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)
NOT_UNDERSTOOD = st.lists(
    st.tuples(
        st.sampled_from(["code", "value", "text"]),
        st.just("Observation"),
        st.sampled_from([LIS, "tumour-size", "ihc-mdm2", "?"]),
        st.sampled_from(["code.text", "valueQuantity", "L1", ""]),
    ),
    max_size=3,
)


@settings(deadline=None)
@given(JSON, NOT_UNDERSTOOD)
def test_no_resource_however_odd_raises(sent: Any, told: list[Any]) -> None:
    gaps_of(Reading("k", "Observation", "read", not_understood=tuple(told)), ward.raw(sent), MAPPING)


def hint(gap: Gap, display: str = "") -> tuple[str, str, str] | None:
    found = HINTS.of(gap, display)
    return None if found is None else (found.target.code, found.target.value, found.because)


def code(item: str, of: str = "", system: str = LIS) -> Gap:
    return Gap("code", "Observation", system, item, of)


@pytest.mark.parametrize(
    ("gap", "display", "told"),
    [
        pytest.param(code("Q1"), "血小板计数", ("platelets", "", "name"), id="a remark of the site's own file"),
        pytest.param(code("Q1"), "中性粒细胞绝对值(NEUT#)", ("anc", "", "name"), id="a name within a name"),
        pytest.param(code("Q1"), "CDK-4（免疫组化）", ("ihc-cdk4", "", "name"), id="a marker by any of its names"),
        pytest.param(
            code("Q1"),
            "盐酸安罗替尼胶囊(福可维)",
            ("antineoplastic-drug", "anlotinib", "name"),
            id="a drug by its name",
        ),
        pytest.param(code("Q1"), "haemoglobine", ("haemoglobin", "", "similar name"), id="nearly a name"),
        pytest.param(code("ECOG"), "", ("ecog", "", "code"), id="the code's own letters"),
        pytest.param(code("LIS0109"), "视黄醇结合蛋白", ("platelets", "", "neighbour"), id="a neighbour in the map"),
        pytest.param(code("Q1"), "视黄醇结合蛋白", None, id="nothing like it"),
        pytest.param(code("", system="urn:x"), "", None, id="a code that is not shown"),
        pytest.param(code("R1", "ihc-mdm2", EXAM), "阳性(+)", ("positive", "", "name"), id="an answer by its words"),
        pytest.param(code("R1", "ihc-mdm2", "urn:y"), "见描述", None, id="an answer of no known words"),
        pytest.param(
            Gap("unit", "Observation", "platelets", "X 10⁹ / L"), "", ("10*9/L", "", "spelling"), id="a unit's letters"
        ),
        pytest.param(Gap("unit", "Observation", "tumour-size", "寸"), "", None, id="a unit like no other"),
        pytest.param(Gap("text", "Observation", "", "中性粒细胞绝对值"), "", ("anc", "", "name"), id="a name in words"),
        pytest.param(Gap("unit", "Observation", "histology", "cm"), "", None, id="a concept without units"),
        pytest.param(Gap("text", "Observation", "ihc-mdm2", "弱阳"), "", ("positive", "", "name"), id="words"),
        pytest.param(Gap("element", "Encounter", "", ""), "", None, id="an element"),
        pytest.param(code("Q1"), "血清ALT测定", ("alt", "", "name"), id="Latin letters among Chinese"),
        pytest.param(code("Q1"), "SALTY", None, id="letters within a word are no name"),
    ],
)
def test_a_hint_says_what_it_may_mean_and_why(gap: Gap, display: str, told: tuple[str, str, str] | None) -> None:
    assert hint(gap, display) == told


COUNTED = [
    (code("LIS0103"), "中性粒细胞(NEUT)", 7, "f1", "f2"),
    (code("R1", "ihc-mdm2", EXAM), "阳性", 2, "f1", "f1"),
    (code("", system="urn:x"), "", 3, "f1", "f1"),
    (code("K35.9", system=ICD_10), "", 3, "f1", "f1"),
    (code("LIS0102"), "", 9, "f1", "f1"),
    (Gap("unit", "Observation", "platelets", "X 10⁹/L"), "", 1, "f1", "f1"),
    (Gap("unit", "Observation", "platelets", "10*9/L"), "", 1, "f1", "f1"),
    (Gap("text", "Observation", "ihc-mdm2", "王五"), "", 1, "f1", "f1"),
    (Gap("element", "Encounter", "", ""), "", 1, "f1", "f1"),
]


def test_what_the_mapping_knows_by_now_is_left_out_and_the_rest_is_told_by_whose_it_is() -> None:
    rows = [listing(one) for one in listed(MAPPING, HINTS, COUNTED)]
    assert [(row.item, row.standing, row.hint) for row in rows] == [
        ("LIS0103", "own", "anc"),
        ("R1", "own", "positive"),
        ("", "undeclared", ""),
        ("K35.9", "standard", ""),
        ("X 10⁹/L", "own", "10*9/L"),
        ("王五", "own", ""),
        ("", "standard", ""),
    ]


PUBLISHER = Publisher("https://trial.example/fhir", SITE, MAPPING.lore.systems)


def test_the_draft_map_is_valid_and_holds_codes_and_units_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draft = draft_map(listed(MAPPING, HINTS, COUNTED), PUBLISHER)
    assert draft is not None
    ConceptMap.model_validate(copy.deepcopy(draft))
    assert [str(issue) for issue in fhirkit.validate(draft)] == []
    assert [str(issue) for issue in Validator().validate_resource(copy.deepcopy(draft)).errors] == []
    codes = {e["code"]: [t["code"] for t in e.get("target", [])] for g in draft["group"] for e in g["element"]}
    assert codes == {"LIS0103": ["anc"], "R1": ["positive"], "X 10⁹/L": ["10*9/L"]}


def test_a_draft_that_a_person_has_reviewed_is_taken_in() -> None:
    draft = draft_map(listed(MAPPING, HINTS, COUNTED), PUBLISHER)
    assert draft is not None
    assert rows_of(draft, MAPPING.lore)[0] == []
    for group in draft["group"]:
        for target in (target for element in group["element"] for target in element.get("target", ())):
            target["equivalence"] = "equivalent"
    rows, issues = rows_of(draft | {"status": "active"}, MAPPING.lore)
    assert issues == []
    assert {(row.code.code, row.target) for row in rows} == {
        ("LIS0103", Target("asked", "anc")),
        ("R1", Target("value", "positive")),
        ("X 10⁹/L", Target("unit", "10*9/L")),
    }


def test_where_nothing_waits_there_is_no_draft() -> None:
    assert draft_map([], Publisher("https://trial.example/fhir", "new", Systems({}))) is None


# Feeds

NOW = datetime(2024, 6, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "since", "state"),
    [
        pytest.param(3, 90, "on time", id="within its days"),
        pytest.param(30, 90, "on time", id="on the last day"),
        pytest.param(31, 90, "overdue", id="a day too late"),
        pytest.param(None, 31, "never", id="never, though the site sends for long"),
        pytest.param(None, 3, "awaited", id="not yet, of a site that has just begun"),
        pytest.param(None, None, "awaited", id="not yet, of a site that sends nothing at all"),
    ],
)
def test_a_feed_that_goes_quiet_is_told(days: int | None, since: int | None, state: str) -> None:
    heard = {} if days is None else {"Observation": NOW - timedelta(days=days)}
    first = None if since is None else NOW - timedelta(days=since)
    (one,) = expected(Expects(types=("Observation",)), heard, first, NOW)
    assert one == Expected("Observation", 30, heard.get("Observation"), state)
    assert one.quiet == (state in ("overdue", "never"))


def test_a_kind_may_have_days_of_its_own() -> None:
    expects = Expects(types=("Observation", "Consent"), days=30, each={"Consent": 90, "anc": 2})
    told = {one.kind: one.days for one in expected(expects, {}, None, NOW)}
    assert told == {"Observation": 30, "Consent": 90, "anc": 2}


def test_loinc_that_nobody_asks_for_is_a_standard_code() -> None:
    (found,) = gaps(observation(concept(LOINC, "1-8"), valueString="x"))
    assert listed(MAPPING, HINTS, [(*found, 1, "", "")])[0].standing == "standard"
