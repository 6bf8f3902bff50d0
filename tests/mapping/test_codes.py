"""What a coding means: by system and code, by a code's beginning only where the system is hierarchical."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from natars_fhir.mapping.codes import Meaning, Systems, Table
from natars_fhir.mapping.schema import Code, Says, System
from natars_fhir.mapping.site import compiled
from tests import ward
from tests.ward import ATC, ICD_9, ICD_10, ICD_10_CM, ICD_O, LOINC, OWN, SNOMED

LORE = compiled(ward.mappings(), "generic").lore
CONCEPTS = ward.mappings().concepts
DRUGS = ward.mappings().drugs


LIMB = {"primary-site other", "histology SARCOMA-NOS", "second-malignancy suspected"}


def says(system: str | None, code: str | None) -> set[str]:
    return {f"{meaning.concept} {meaning.value}" for meaning in LORE.says[system, code]}


@pytest.mark.parametrize(
    ("system", "code", "said"),
    [
        pytest.param(ICD_10, "C48.0", {"primary-site retroperitoneum"}, id="as published"),
        pytest.param(ICD_10, "C48.000", {"primary-site retroperitoneum"}, id="national edition"),
        pytest.param(ICD_10, "C48.000x001", {"primary-site retroperitoneum"}, id="national suffix"),
        pytest.param(ICD_10, "c48.0", {"primary-site retroperitoneum"}, id="lower case"),
        pytest.param(ICD_10, " C480 ", {"primary-site retroperitoneum"}, id="without its dot"),
        pytest.param(ICD_10, "C48.0†", {"primary-site retroperitoneum"}, id="dagger"),
        pytest.param(f"{ICD_10}-cn", "C48.000", {"primary-site retroperitoneum"}, id="another name of the system"),
        pytest.param("urn:oid:2.16.840.1.113883.6.3", "C48.0", {"primary-site retroperitoneum"}, id="as an OID"),
        pytest.param(ICD_10, "C48", {"primary-site retroperitoneum"}, id="the category alone (hedged)"),
        pytest.param(ICD_10, "C48.1", {"primary-site other"}, id="peritoneum"),
        pytest.param(ICD_10, "C49.2", LIMB, id="of a leg"),
        pytest.param(ICD_10, "C49.200x003", LIMB, id="of a leg, with a national suffix"),
        pytest.param(ICD_10, "C49.3", LIMB, id="of the chest wall"),
        pytest.param(ICD_10_CM, "C49.22", LIMB, id="of the left leg, in the CM edition"),
        pytest.param(
            ICD_10,
            "C49.4",
            {"primary-site abdomen-pelvis-nos", "histology SARCOMA-NOS"},
            id="no nearer than the abdomen",
        ),
        pytest.param(ICD_10, "D48.3", {"primary-site retroperitoneum", "tumour-behaviour uncertain"}, id="uncertain"),
        pytest.param(
            ICD_10, "D48.300", {"primary-site retroperitoneum", "tumour-behaviour uncertain"}, id="its suffix"
        ),
        pytest.param(ICD_10, "C78.6", {"metastasis present"}, id="secondary is no second malignancy"),
        pytest.param(ICD_10, "C50.9", {"second-malignancy present"}, id="within a range"),
        pytest.param(ICD_10, "C75.9", {"second-malignancy present"}, id="last of a range"),
        pytest.param(ICD_10, "C76.2", {"primary-site abdomen-pelvis-nos"}, id="after a range"),
        pytest.param(ICD_10, "C49.9", {"histology SARCOMA-NOS"}, id="excepted from a range, a sarcoma by its chapter"),
        pytest.param(ICD_10, "C97", {"second-malignancy present"}, id="multiple primaries"),
        pytest.param(ICD_10, "Z85.3", {"second-malignancy present"}, id="under a code with exceptions"),
        pytest.param(ICD_10, "Z85.8", {"second-malignancy suspected"}, id="the exception says less"),
        pytest.param(ICD_10_CM, "Z85.831", {"prior-resection suspected"}, id="an exception says something else"),
        pytest.param(ICD_10_CM, "C49.A4", {"primary-site gi-tract"}, id="GIST of the CM edition"),
        pytest.param(ICD_10, "I25.2", {"myocardial-infarction present"}, id="old infarction"),
        pytest.param(ICD_9, "54.4x05", {"resection suspected", "surgery present"}, id="ICD-9-CM-3 with x-suffix"),
        pytest.param(ICD_9, "544", {"resection suspected", "surgery present"}, id="ICD-9-CM-3 without its dot"),
        pytest.param(ICD_9, "54.24", {"biopsy present"}, id="a biopsy is no operation"),
        pytest.param(ICD_9, "54.11", {"laparotomy present", "surgery present"}, id="laparotomy"),
        pytest.param(ICD_9, "92.29", {"radiotherapy present"}, id="radiotherapy"),
        pytest.param(ICD_9, "92.28", {"radiotherapy suspected"}, id="isotopes are for benign disease too"),
        pytest.param(ICD_9, "88.01", {"disease-imaging present"}, id="a CT is no operation"),
        pytest.param(ICD_O, "8858/3", {"histology DDLPS"}, id="morphology"),
        pytest.param(ICD_O, "M88580/3", {"histology DDLPS"}, id="morphology of a diagnosis page"),
        pytest.param(ICD_O, "88583", {"histology DDLPS"}, id="morphology without a slash"),
        pytest.param(ICD_O, "8858/32", {"histology DDLPS"}, id="morphology with a grade"),
        pytest.param(ICD_O, "M-8890/3", {"histology LMS"}, id="morphology with a dash"),
        pytest.param(ICD_O, "C48.0", {"primary-site retroperitoneum"}, id="topography"),
        pytest.param(ICD_O, "C48.1", {"primary-site other"}, id="topography: peritoneum"),
        pytest.param(ICD_O, "C49.2", {"primary-site other"}, id="topography: leg"),
        pytest.param(ICD_O, "C49.5", {"primary-site abdomen-pelvis-nos"}, id="topography: pelvis"),
        pytest.param(ICD_O, "C16.9", {"primary-site gi-tract"}, id="topography: stomach"),
        pytest.param(ICD_O, "C54.2", {"primary-site uterus"}, id="topography: uterus"),
        pytest.param(ICD_O, "C64.9", {"primary-site urinary-tract"}, id="topography: kidney"),
        pytest.param(ICD_O, "C74.0", {"primary-site other"}, id="topography: adrenal gland"),
        pytest.param(ICD_O, "C77.2", set(), id="topography: a node is where nothing begins"),
        pytest.param(ICD_O, "C80.9", set(), id="topography: unknown"),
        pytest.param(ICD_O, "C49.9", set(), id="topography: soft tissue, no place"),
        pytest.param(ICD_O, "8815/1", {"histology SFT"}, id="solitary fibrous tumour of any behaviour"),
        pytest.param(SNOMED, "63211008", {"histology OTHER"}, id="synovial sarcoma, often taken for another"),
        pytest.param(SNOMED, "12873600", set(), id="SNOMED never by its beginning"),
        pytest.param(SNOMED, "1287360031", set(), id="nor as a beginning"),
        pytest.param(LOINC, "C48.0", set(), id="right code, wrong system"),
        pytest.param(None, "C48.0", set(), id="no system"),
        pytest.param("", "C48.0", set(), id="empty system"),
        pytest.param(ICD_10, None, set(), id="no code"),
        pytest.param(ICD_10, "", set(), id="empty code"),
        pytest.param("urn:oid:2.999", "C48.0", set(), id="unknown system"),
        pytest.param(ATC, "L01DB01", {"antineoplastic-drug doxorubicin"}, id="a drug"),
        pytest.param(ATC, "l01db01", {"antineoplastic-drug doxorubicin"}, id="a drug in lower case"),
    ],
)
def test_a_coding_says_what_its_system_and_code_mean(system: str | None, code: str | None, said: set[str]) -> None:
    assert says(system, code) == said


def test_a_coding_is_worked_out_once_and_remembered() -> None:
    table = Table(Systems({}), [(Code(system="s", code="1"), "one")], key=str)
    assert table["s", "1"] is table["s", "1"] == ("one",)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "_MOST", 3)
    table = Table(Systems({}), [(Code(system="s", code="1"), "one")], key=str)
    assert [table["s", str(n)] for n in range(20)].count(("one",)) == 1
    assert len(table) <= 5


@pytest.mark.parametrize(
    ("code", "found"),
    [
        pytest.param("B1", {"a wide"}, id="the only beginning"),
        pytest.param("B12", {"a narrow", "b narrow"}, id="longest beginning, for each concept"),
        pytest.param("B123", {"a narrow", "b narrow"}, id="below the longest"),
    ],
)
def test_the_longest_beginning_wins_for_each_concept(code: str, found: set[str]) -> None:
    rows = [
        (Code(system="s", code="B1"), Meaning("a", "wide")),
        (Code(system="s", code="B12"), Meaning("a", "narrow")),
        (Code(system="s", code="B12"), Meaning("b", "narrow")),
    ]
    systems = Systems({"s": System(uri="urn:s", hierarchical=True)})
    table = Table(systems, rows, key=lambda meant: meant.concept)
    assert {f"{meant.concept} {meant.value}" for meant in table["urn:s", code]} == found


@pytest.mark.parametrize(
    ("code", "value"),
    [("B1", "wide"), ("B1.3", "wide"), ("B1.4", "narrow"), ("B1.61", "narrow"), ("B1.7", "wide"), ("B1.55", "named")],
)
def test_a_range_of_longer_codes_is_narrower_than_a_code(code: str, value: str) -> None:
    rows = [
        (Code(system="s", code="B1"), Meaning("a", "wide")),
        (Code(system="s", first="B1.4", last="B1.6"), Meaning("a", "narrow")),
        (Code(system="s", code="B1.55"), Meaning("a", "named")),
    ]
    table = Table(Systems({"s": System(uri="urn:s", hierarchical=True)}), rows, key=lambda meant: meant.concept)
    assert [meant.value for meant in table["urn:s", code]] == [value]


def _coded(rows: tuple[Says, ...]) -> Iterator[tuple[Code, str]]:
    yield from ((code, says.value) for says in rows for code in says.codes)


def _spoken_rows() -> Iterator[Any]:
    for name, concept in CONCEPTS.concepts.items():
        for code, value in _coded(concept.says):
            yield pytest.param(code, f"{name} {value}", id=f"{name} {value} {code.system} {code.code or code.first}")
    for drug in (*DRUGS.drug, *DRUGS.group):
        for code in drug.codes:
            yield pytest.param(code, f"antineoplastic-drug {drug.name}", id=f"{drug.name} {code.system} {code.code}")


def _sent(code: Code) -> Iterator[tuple[str, str]]:
    """The codings that a row stands for: its code, or both ends of its range, under every name of its system."""
    system = CONCEPTS.systems[code.system]
    for address in (system.uri, *system.also):
        yield from ((address, one) for one in (code.code, code.first, code.last) if one)


@pytest.mark.parametrize(("code", "said"), list(_spoken_rows()))
def test_every_row_is_found_again(code: Code, said: str) -> None:
    assert [coding for coding in _sent(code) if said not in says(*coding)] == []


def test_every_code_that_asks_is_found_again() -> None:
    lost = [
        (name, coding)
        for name, concept in CONCEPTS.concepts.items()
        for code in concept.asked
        for coding in _sent(code)
        if LORE.asked[coding] != (name,)
    ]
    assert lost == []


def test_every_code_of_a_value_and_of_a_report_is_found_again() -> None:
    rows = [
        (LORE.values[kind], value, code) for kind, groups in CONCEPTS.values.items() for code, value in _coded(groups)
    ]
    rows += [(LORE.reports, kind, code) for kind, codes in CONCEPTS.reports.items() for code in codes]
    assert [code for table, word, code in rows for coding in _sent(code) if word not in table[coding]] == []


def _all_codes() -> Iterator[Code]:
    for concept in CONCEPTS.concepts.values():
        yield from concept.asked
        yield from (code for code, _ in _coded(concept.says))
    for groups in CONCEPTS.values.values():
        yield from (code for code, _ in _coded(groups))
    for drug in (*DRUGS.drug, *DRUGS.group):
        yield from drug.codes


def test_every_code_names_its_source_or_why_it_has_none() -> None:
    assert [code for code in _all_codes() if not (code.source if code.verified else code.reason)] == []


def test_our_own_questions_bear_the_names_of_concepts() -> None:
    asked = {c.code: name for name, concept in CONCEPTS.concepts.items() for c in concept.asked if c.system == "natars"}
    assert {code: name for code, name in asked.items() if code != name} == {}
    assert LORE.asked[OWN, "histology"] == ("histology",)
