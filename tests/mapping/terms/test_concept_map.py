"""Codes are published as ConceptMaps that validators accept, and come back as they went out."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.conceptmap import ConceptMap
from hypothesis import given, settings
from hypothesis import strategies as st
from pyfhircheck import Validator

from natars_fhir.mapping.codes import Systems
from natars_fhir.mapping.schema import Code, Site
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.code_system import code_systems
from natars_fhir.mapping.terms.concept_map import Publisher, concept_maps, unpublished
from natars_fhir.mapping.terms.concept_map_reader import rows_of
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Row, Target, local_rows, standard_rows
from natars_fhir.mapping.terms.site_file import SiteFileError, merged, remarks, written
from natars_fhir.mapping.terms.translate import own_maps, terminology
from tests import ward

BASE = "https://trial.example/fhir"
SITES = sorted(ward.mappings().sites)
LORE = compiled(ward.mappings(), "generic").lore
PUBLISHER = Publisher(BASE, "new", Systems(ward.mappings().concepts.systems))


def maps(site: str) -> list[dict[str, Any]]:
    return own_maps(ward.mappings(), site, BASE)


@pytest.mark.parametrize("site", SITES)
def test_every_map_is_valid_r4(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it may write beside itself
    validator = Validator()
    for one in maps(site):
        ConceptMap.model_validate(copy.deepcopy(one))
        assert [str(issue) for issue in fhirkit.validate(one)] == []
        assert [str(issue) for issue in validator.validate_resource(copy.deepcopy(one)).errors] == []


def test_there_is_one_map_a_source_system_under_addresses_of_our_own() -> None:
    told = maps("hospital-a")
    sources = [{group.get("source") for group in one["group"]} for one in told]
    assert all(len(found) == 1 for found in sources)
    assert len({frozenset(found) for found in sources}) == len(told)
    assert {one["url"] for one in told} == {f"{BASE}/ConceptMap/{one['id']}" for one in told}


def target(site: str, code: str) -> dict[str, Any]:
    (found,) = (
        target
        for one in maps(site)
        for group in one["group"]
        for element in group["element"]
        for target in element["target"]
        if element["code"] == code
    )
    return found


def test_a_question_is_told_with_its_remark() -> None:
    assert target("hospital-b", "LIS0101") == {"code": "wbc", "equivalence": "equivalent", "comment": "白细胞计数"}


def test_what_a_code_says_by_itself_stands_in_the_product_and_is_wider() -> None:
    told = target("hospital-a", "XH-0417")
    assert (told["code"], told["equivalence"]) == ("antineoplastic-drug", "wider")
    assert [product["value"] for product in told["product"]] == ["anlotinib"]


def test_what_is_not_verified_says_so_and_why() -> None:
    told = [t for one in maps("generic") for g in one["group"] for e in g["element"] for t in e["target"]]
    unsure = [one for one in told if one.get("extension")]
    assert unsure
    assert all(one["extension"][0]["valueBoolean"] is False for one in unsure)
    assert all(one["comment"].startswith("not verified: ") for one in unsure)
    codes = [row.code for row in standard_rows(ward.mappings())]
    assert len(unsure) >= len({(c.system, c.code) for c in codes if not c.verified})


def row(code: str, told: Target, remark: str = "", system: str = "urn:lab", **more: Any) -> Row:
    return Row(Code(system=system, code=code, **more), told, remark)


def published(*rows: Row) -> list[tuple[str, str]]:
    (one,) = concept_maps(rows, PUBLISHER)
    return [(e["code"], t["equivalence"]) for g in one["group"] for e in g["element"] for t in e["target"]]


IN = Target("says", "metastasis", "present")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(
            [row("", IN, system="icd-10", first="C77", last="C79", source="x")],
            [("C77", "wider"), ("C78", "wider"), ("C79", "wider")],
            id="a range, category by category",
        ),
        pytest.param(
            [row("", IN, system="icd-10", first="C49.4", last="C49.6")],
            [("C49.4", "wider"), ("C49.5", "wider"), ("C49.6", "wider")],
            id="a range of codes with a dot",
        ),
        pytest.param(
            [row("", IN, system="icd-10", first="O94", last="O9A")],
            [(f"O9{n}", "wider") for n in "456789A"],
            id="a range to a category with a letter",
        ),
        pytest.param(
            [row("", IN, system="icd-10", first="C77", last="C79", **{"except": ("C78",)})],
            [("C77", "wider"), ("C79", "wider"), ("C78", "disjoint")],
            id="an exception",
        ),
        pytest.param(
            [row("Z85", IN, system="icd-10", **{"except": ("Z85.8",)})],
            [("Z85", "wider"), ("Z85.8", "disjoint")],
            id="an exception of one code",
        ),
        pytest.param([row("A", IN._replace(standing="hedged"))], [("A", "inexact")], id="doubt"),
    ],
)
def test_a_row_is_told_in_the_standards_words(rows: list[Row], told: list[tuple[str, str]]) -> None:
    assert published(*rows) == told


def test_a_code_that_fhir_cannot_hold_is_left_out_and_named() -> None:
    odd = row("a  b", Target("asked", "wbc"))
    assert concept_maps([odd], PUBLISHER) == []
    assert unpublished([odd, row("a b", Target("asked", "wbc"))]) == [odd]


def test_codes_that_come_without_a_system_have_a_group_without_one() -> None:
    (one,) = concept_maps([row("K", Target("asked", "wbc"), system="")], PUBLISHER)
    assert "source" not in one["group"][0]
    assert rows_of(one, LORE)[0][0].code.system == ""


def test_the_words_that_maps_lead_to_are_published_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    systems = {one["url"]: one for one in code_systems(ward.mappings(), BASE)}
    for one in systems.values():
        CodeSystem.model_validate(copy.deepcopy(one))
        assert [str(issue) for issue in fhirkit.validate(one)] == []
        # pyfhircheck does not know `designation.language`, which R4 defines
        found = Validator().validate_resource(copy.deepcopy(one)).errors
        assert [str(issue) for issue in found if "designation" not in issue.message] == []
    known = {url: {concept["code"] for concept in one["concept"]} for url, one in systems.items()}
    for group in (group for site in SITES for one in maps(site) for group in one["group"]):
        if group["target"] in known:
            targets = {target["code"] for element in group["element"] for target in element["target"]}
            assert targets <= known[group["target"]]


# Back again


def back(site: str) -> list[Row]:
    rows = []
    for one in maps(site):
        found, issues = rows_of(one, compiled(ward.mappings(), site).lore)
        assert issues == []
        rows += found
    return rows


def plain(rows: Any) -> set[tuple[str, str, Target, str]]:
    return {(one.code.system, one.code.code, one.target, one.remark) for one in rows}


@pytest.mark.parametrize("site", ["hospital-a", "hospital-b"])
def test_what_went_out_comes_back(site: str) -> None:
    source = (ward.FOLDER / "sites" / f"{site}.toml").read_text("utf-8")
    assert plain(back(site)) == plain(local_rows(ward.mappings().sites[site], remarks(source)))


def site_of(source: str) -> Site:
    return Site.model_validate({"site": "new", "en": "New", "zh": "新", **tomllib.loads(source)})


def exported(source: str) -> list[dict[str, Any]]:
    return concept_maps(local_rows(site_of(source), remarks(source)), PUBLISHER)


CODES = st.from_regex(r"[^\s]{1,8}( [^\s]{1,4})?", fullmatch=True).filter(str.isprintable)
SYSTEMS = st.sampled_from(["", "urn:lab", "http://his.example/lis", "icd-10", UNIT_SPELLINGS])
REMARKS = st.from_regex(r"([^\s#]{1,6}( [^\s]{1,6})?)?", fullmatch=True).filter(str.isprintable)
TARGETS = st.sampled_from(
    [Target("asked", "wbc"), Target("says", "sex", "male"), Target("value", "positive"), Target("report", "imaging")]
)


@st.composite
def rows_(draw: st.DrawFn) -> list[Row]:
    keys = draw(st.lists(st.tuples(SYSTEMS, CODES), unique=True, max_size=12))
    made = [
        Row(Code(system=s, code=c), Target("unit", "cm") if s == UNIT_SPELLINGS else draw(TARGETS), draw(REMARKS))
        for s, c in keys
    ]
    return sorted(made, key=lambda one: one.code.system)


@settings(deadline=None)
@given(rows_())
def test_export_import_export_is_the_identity(rows: list[Row]) -> None:
    first = concept_maps(rows, PUBLISHER)
    taken = [found for one in first for found in rows_of(one, LORE)[0]]
    assert plain(taken) == plain(rows)
    again = exported(merged("", taken))
    assert {one["id"]: one for one in again} == {one["id"]: one for one in first}


GROUP = {"source": "urn:lab", "target": f"{BASE}/CodeSystem/concept"}


def taken(*targets: dict[str, Any], status: str = "active", **group: Any) -> tuple[list[Target], list[str]]:
    element = {"code": "L1", "target": list(targets)}
    sent = {"resourceType": "ConceptMap", "status": status, "group": [{**GROUP, **group, "element": [element]}]}
    rows, issues = rows_of(sent, LORE)
    return [one.target for one in rows], [issue.code for issue in issues]


def to(code: str, equivalence: str | None = "equivalent") -> dict[str, Any]:
    return {"code": code, "equivalence": equivalence}


ANC = [Target("asked", "anc")]


@pytest.mark.parametrize(
    ("told", "rows", "issues"),
    [
        pytest.param(taken(to("anc")), ANC, [], id="equivalent"),
        pytest.param(taken(to("anc", "equal")), ANC, [], id="equal"),
        pytest.param(taken(to("anc", "subsumes")), ANC, [], id="a wider one"),
        pytest.param(taken(to("anc", "narrower")), [], ["business-rule"], id="narrower says more than the code"),
        pytest.param(taken(to("anc", "specializes")), [], ["business-rule"], id="so does a specialization"),
        pytest.param(taken(to("anc", "inexact")), [], ["business-rule"], id="inexact"),
        pytest.param(taken(to("anc", "relatedto")), [], ["business-rule"], id="somehow related"),
        pytest.param(taken(to("anc", None)), [], ["business-rule"], id="without a word"),
        pytest.param(taken(to("anc", "unmatched")), [], [], id="no match"),
        pytest.param(taken(to("anc"), status="draft"), [], ["business-rule"], id="a draft"),
        pytest.param(taken(to("ancc")), [], ["not-found"], id="a concept that is none"),
        pytest.param(taken(to("anc"), to("wbc")), [], ["multiple-matches"], id="two meanings"),
        pytest.param(taken(to("751-8"), target=ward.LOINC), ANC, [], id="by way of LOINC"),
        pytest.param(taken(to("1-8"), target=ward.LOINC), [], ["not-found"], id="a LOINC that nobody asks for"),
        pytest.param(taken(to("10828004"), target=ward.SNOMED), [], ["not-found"], id="a code of several meanings"),
        pytest.param(taken(), [], [], id="an element that is not mapped"),
    ],
)
def test_a_target_is_taken_in_only_where_it_may_be_believed(
    told: tuple[list[Target], list[str]], rows: list[Target], issues: list[str]
) -> None:
    assert told == (rows, issues)


@pytest.mark.parametrize("sent", [None, [], "x", {}, {"resourceType": "Bundle"}, {"resourceType": ["ConceptMap"]}])
def test_what_is_no_map_is_told(sent: Any) -> None:
    rows, issues = rows_of(sent, LORE)
    assert (rows, [issue.code for issue in issues]) == ([], ["structure"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["group", "element", "target", "code", "source", "product"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_no_map_however_broken_raises(sent: Any) -> None:
    rows_of({"resourceType": "ConceptMap", "status": "active", "group": sent}, LORE)


# The site's file

FILE = """site = "new"   # ours

[codes.lab]
"A" = "wbc"     # 白细胞
"B" = { value = "positive" }

[units]
"㎝" = "cm"   # a "#" in quotes
"""


def test_remarks_are_found_behind_their_lines() -> None:
    assert remarks(FILE) == {("lab", "A"): "白细胞", (UNIT_SPELLINGS, "㎝"): 'a "#" in quotes'}
    assert remarks('[codes."#"]\n"#" = "#"   ## twice') == {("#", "#"): "# twice"}


def test_new_lines_stand_at_the_end_of_their_table_and_changed_ones_in_place() -> None:
    rows = [
        row("C", Target("asked", "anc"), "中性", "lab"),
        row("A", Target("asked", "ldh"), "乳酸", "lab"),
        row("K", Target("report", "imaging"), "", "urn:ris"),
    ]
    assert merged(FILE, rows).split("\n") == [
        'site = "new"   # ours', "", "[codes.lab]", '"A" = "ldh"   # 乳酸', '"B" = { value = "positive" }',
        '"C" = "anc"   # 中性', "", "[units]", '"㎝" = "cm"   # a "#" in quotes', "", '[codes."urn:ris"]',
        '"K" = { report = "imaging" }', "",
    ]  # fmt: skip


def test_the_same_rows_change_nothing() -> None:
    assert merged(FILE, local_rows(site_of(FILE.replace('site = "new"', "")), remarks(FILE))) == FILE


def test_a_file_that_is_not_written_line_by_line_is_left_as_it_is() -> None:
    with pytest.raises(SiteFileError):
        merged('codes = { lab = { "A" = "wbc" } }', [row("B", Target("asked", "anc"), "", "lab")])


def test_nothing_written_is_nothing() -> None:
    assert written([]) == ""


# Asked

TERMS = {site: terminology(ward.mappings(), site, BASE) for site in SITES}


@pytest.mark.parametrize("site", SITES)
def test_a_code_is_translated_as_documents_are_read(site: str) -> None:
    lore = compiled(ward.mappings(), site).lore
    for row_ in [*local_rows(ward.mappings().sites[site]), *standard_rows(ward.mappings())]:
        name, code = row_.code.system, row_.code.code or row_.code.first
        if name == UNIT_SPELLINGS:
            continue
        held = [one.target for one in TERMS[site].meanings(name, code)]
        assert [t.code for t in held if t.part == "asked"] == list(lore.asked[name, code][:1])
        says = {(meant.concept, meant.value) for meant in lore.says[name, code]}
        assert {(t.code, t.value) for t in held if t.part == "says"} == says
        assert [t.code for t in held if t.part == "report"] == list(lore.reports[name, code][:1])
        words = {word for table in lore.values.values() for word in table[name, code]}
        assert words <= {t.code for t in held if t.part == "value"}
