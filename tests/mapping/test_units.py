"""Quantities in the unit of their concept: declared spellings and factors, never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from ucumvert import PintUcumRegistry

from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.units import measured
from tests import ward
from tests.mapping.narrative.written import value
from tests.ward import UCUM, observation, read, told

CONCEPTS = ward.mappings().concepts
UNITS = compiled(ward.mappings(), "generic").lore.units

#: Concepts whose mass and amount differ by the substance's molar mass (g/mol): creatinine, bilirubin.
MOLAR_MASS = {"creatinine": Decimal("113.12"), "bilirubin": Decimal("584.66")}
#: What UCUM does not define, and why the factor stands: a count of mitoses is told per 10 fields or per 2 mm², which
#: are held to be one (clinical.md §5.3, 32); laboratories write IU for the U of an enzyme.
BY_AGREEMENT = {("mitoses-per-10hpf", "/(2.mm2)"), ("mitoses-per-10hpf", "/mm2")}
ENZYMES = {"IU/L", "[IU]/L"}


@pytest.fixture(scope="module")
def ucum() -> PintUcumRegistry:
    return PintUcumRegistry()


def _factors() -> Iterator[Any]:
    for name, concept in CONCEPTS.concepts.items():
        for unit, factor in concept.accepts.items():
            agreed = (name, unit) in BY_AGREEMENT or unit in ENZYMES or not unit or "{" in unit
            if not agreed:
                yield pytest.param(name, concept.unit, unit, factor, id=f"{name} {unit}")


@pytest.mark.parametrize(("name", "unit", "accepted", "factor"), list(_factors()))
def test_every_factor_is_that_of_ucum(
    ucum: PintUcumRegistry, name: str, unit: str, accepted: str, factor: Decimal
) -> None:
    written, wanted = ucum.from_ucum(accepted), ucum.from_ucum(unit)
    if written.dimensionality == wanted.dimensionality:
        assert (1 * written).to(wanted).magnitude == pytest.approx(float(factor))
    else:
        per_litre = (1 * written).to("mg/L").magnitude * 1000 / float(MOLAR_MASS[name])
        assert per_litre == pytest.approx(float(factor), rel=0.001)


def test_the_factors_of_agreement_are_per_area(ucum: PintUcumRegistry) -> None:
    accepts = CONCEPTS.concepts["mitoses-per-10hpf"].accepts
    areas = {unit: (1 * ucum.from_ucum(unit)).to("1/mm^2").magnitude for unit in ("/mm2", "/(2.mm2)")}
    assert accepts["/mm2"] / accepts["/(2.mm2)"] == Decimal(areas["/mm2"] / areas["/(2.mm2)"])


def test_a_spelling_stands_for_a_unit_that_some_concept_accepts() -> None:
    accepted = {unit for concept in CONCEPTS.concepts.values() for unit in concept.accepts}
    assert set(CONCEPTS.units.values()) - accepted == set()


@pytest.mark.parametrize(
    ("concept", "code", "unit", "factor"),
    [
        pytest.param("tumour-size", "cm", None, "1", id="by code"),
        pytest.param("tumour-size", "mm", "millimetre", "0.1", id="the code before the words"),
        pytest.param("tumour-size", None, "厘米", "1", id="by words"),
        pytest.param("tumour-size", None, " CM ", "1", id="with blanks"),
        pytest.param("tumour-size", "258672001", "cm", "1", id="by words, where the code is of another system"),
        pytest.param("tumour-size", None, None, None, id="without a unit nothing is known"),
        pytest.param("tumour-size", "", "", None, id="an empty unit is none"),
        pytest.param("tumour-size", "[in_i]", None, None, id="a unit that is not declared"),
        pytest.param("platelets", None, "G/L", "1", id="giga per litre, not gauss"),
        pytest.param("platelets", None, "×10⁹/L", "1", id="superscript"),
        pytest.param("wbc", "10*3/uL", None, "1", id="thousand per microlitre"),
        pytest.param("mdm2-cep12-ratio", None, None, "1", id="a ratio needs no unit"),
        pytest.param("necrosis-percent", None, "％", "1", id="full width"),
        pytest.param("platelets", None, "10^9/L", "1", id="a caret"),
        pytest.param("platelets", None, "*10^9/L", "1", id="a star before it"),
        pytest.param("platelets", None, "10⁹/L", "1", id="superscript alone"),
        pytest.param("platelets", "10*9/l", None, "1", id="a small litre is UCUM too"),
        pytest.param("platelets", None, "G/l", "1", id="giga per small litre"),
        pytest.param("platelets", None, "g/L", None, id="grams of platelets are none"),
        pytest.param("haemoglobin", None, "G/L", None, id="giga is no gram"),
        pytest.param("haemoglobin", None, "10*9/L", None, id="a count of another analyte"),
        pytest.param("haemoglobin", None, "g/dl", "10", id="small decilitre"),
        pytest.param("anc", None, "个/μL", "0.001", id="pieces per microlitre, Greek mu"),
        pytest.param("anc", None, "10³/µL", "1", id="micro sign"),
        pytest.param("creatinine", None, "μmol/l", "1", id="amount, Greek mu"),
        pytest.param("creatinine", None, "µmol/L", "1", id="amount, micro sign"),
        pytest.param("creatinine", "mg/dL", "mg/dl", "88.4", id="mass"),
        pytest.param("creatinine", "mg/dL", "umol/L", None, id="a code and words that disagree"),
        pytest.param("alt", None, "iu/L", "1", id="international units"),
        pytest.param("lvef", None, "1", None, id="a share is no percentage"),
        pytest.param("tumour-size", None, "毫米", "0.1", id="millimetres in Chinese"),
        pytest.param("tumour-size", None, "㎝", "1", id="one character"),
        pytest.param("tumour-size", None, "Mm", None, id="a megametre is no millimetre"),
    ],
)
def test_a_unit_is_found_by_its_declared_spelling(
    concept: str, code: str | None, unit: str | None, factor: str | None
) -> None:
    assert UNITS[concept].factor(code, unit) == (None if factor is None else Decimal(factor))


@pytest.mark.parametrize(
    ("code", "unit", "factor"),
    [
        pytest.param("mm", "cm", None, id="two units that disagree"),
        pytest.param("[in_i]", "cm", None, id="the code is another unit, whatever the words say"),
        pytest.param("mm", "毫米", "0.1", id="both"),
        pytest.param("mm", "millimètre", "0.1", id="words that are not known"),
        pytest.param(None, "cm", "1", id="no code"),
    ],
)
def test_where_the_system_is_ucum_the_code_is_the_unit(code: str | None, unit: str, factor: str | None) -> None:
    assert UNITS["tumour-size"].factor(code, unit, UCUM) == (None if factor is None else Decimal(factor))


@pytest.mark.parametrize(("spelling", "unit"), CONCEPTS.units.items())
def test_a_spelling_that_ucum_can_read_is_what_ucum_reads(ucum: PintUcumRegistry, spelling: str, unit: str) -> None:
    """Where UCUM reads the spelling otherwise, a laboratory means otherwise: each is told here."""
    means_otherwise = {"G/L", "G/l", "u/L", "u/l", "K/uL", "K/ul", "MM", "CM"}  # gauss, atomic mass, kelvin, upper case
    try:
        written = ucum.from_ucum(spelling)
    except Exception:  # noqa: BLE001 (whatever a parser raises for what is no UCUM)
        return
    if spelling not in means_otherwise and "{" not in unit and not unit.startswith("IU"):
        assert (1 * written).to(ucum.from_ucum(unit)).magnitude == pytest.approx(1)


LOINC_OF = {"creatinine": ("2160-0", "14682-9"), "bilirubin": ("1975-2", "14631-6")}


@pytest.mark.parametrize("at", [0, 1], ids=["under the code of mass", "under the code of amount"])
@pytest.mark.parametrize(
    ("concept", "elements", "said"),
    [
        pytest.param("creatinine", {"valueQuantity": {"value": 1.5, "unit": "mg/dL"}}, "132.6", id="mass"),
        pytest.param("creatinine", {"valueQuantity": {"value": 88, "unit": "umol/L"}}, "88", id="amount"),
        pytest.param("creatinine", {"valueQuantity": {"value": 88}}, None, id="no unit: no guess by the code"),
        pytest.param(
            "creatinine", {"valueQuantity": {"value": 1, "unit": "mg/dL", "comparator": "<"}}, "(,88.4)", id="below"
        ),
        pytest.param(
            "creatinine",
            {"valueRange": {"low": {"value": 1, "unit": "mg/dL"}, "high": {"value": 177, "unit": "μmol/L"}}},
            "[88.4,177]",
            id="a range of two units",
        ),
        pytest.param("bilirubin", {"valueQuantity": {"value": 2, "unit": "mg/dl"}}, "34.2", id="bilirubin, mass"),
        pytest.param("bilirubin", {"valueQuantity": {"value": 9, "code": "umol/L"}}, "9", id="bilirubin, amount"),
    ],
)
def test_mass_and_amount_are_told_apart_by_the_unit(
    at: int, concept: str, elements: dict[str, Any], said: str | None
) -> None:
    sent = observation(ward.concept(ward.LOINC, LOINC_OF[concept][at]), **elements)
    assert told(sent) == ([] if said is None else [f"{concept} {said}"])


@pytest.mark.parametrize(
    ("comparator", "said"),
    [
        pytest.param(None, "12", id="equal"),
        pytest.param("<", "(,12)", id="below"),
        pytest.param("<=", "(,12]", id="at most"),
        pytest.param(">", "(12,)", id="above"),
        pytest.param(">=", "[12,)", id="at least"),
    ],
)
def test_a_comparator_gives_a_bound(comparator: str | None, said: str) -> None:
    assert value(measured(Decimal(120), comparator, Decimal("0.1"), "cm")) == said


def test_multiplication_brings_no_exponent() -> None:
    assert str(measured(Decimal("2E+1"), None, Decimal(100), "cm").low) == "2000"


def quantity(number: Any, unit: str | None = None, **more: Any) -> dict[str, Any]:
    return {"value": number, **({"unit": unit} if unit else {}), **more}


SIZE = "A value of «tumour-size» that is not understood: it is not read."


@pytest.mark.parametrize(
    ("elements", "facts", "issues"),
    [
        pytest.param({"valueQuantity": quantity(120, "mm")}, ["tumour-size 12"], [], id="converted"),
        pytest.param(
            {"valueQuantity": quantity(9.9, "cm", system=UCUM, code="cm")}, ["tumour-size 9.9"], [], id="decimals stay"
        ),
        pytest.param(
            {"valueQuantity": quantity(10, "cm", comparator=">=")}, ["tumour-size [10,)"], [], id="comparator"
        ),
        pytest.param({"valueQuantity": quantity(12)}, [], [SIZE], id="no unit: no guess by magnitude"),
        pytest.param({"valueQuantity": quantity(120)}, [], [SIZE], id="no unit: no guess by a large magnitude"),
        pytest.param({"valueQuantity": quantity(12, "inch")}, [], [SIZE], id="unknown unit"),
        pytest.param({"valueQuantity": {"unit": "cm"}}, [], [SIZE], id="no number"),
        pytest.param(
            {"valueRange": {"low": quantity(8, "cm"), "high": quantity(100, "mm")}},
            ["tumour-size [8,10]"],
            [],
            id="range, each end in its unit",
        ),
        pytest.param(
            {"valueRange": {"high": quantity(8, "cm")}}, ["tumour-size (,8]"], [], id="range without a low end"
        ),
        pytest.param(
            {"valueRange": {"low": quantity(8, "cm")}}, ["tumour-size [8,)"], [], id="range without a high end"
        ),
        pytest.param(
            {"valueRange": {"low": quantity(8, "cm"), "high": quantity(9)}}, [], [SIZE], id="range with half a unit"
        ),
        pytest.param(
            {"valueRange": {"low": quantity(9, "cm"), "high": quantity(8, "cm")}}, [], [SIZE], id="range upside down"
        ),
        pytest.param({"valueRange": {}}, [], [SIZE], id="empty range"),
        pytest.param({"valueInteger": 12}, [], [SIZE], id="a bare integer has no unit"),
        pytest.param({"valueString": "12"}, [], [SIZE], id="nor has a bare text"),
        pytest.param({"valueString": "12 cm"}, ["tumour-size 12"], [], id="a text with a unit"),
    ],
)
def test_a_size_is_read_only_where_its_unit_is_known(
    elements: dict[str, Any], facts: list[str], issues: list[str]
) -> None:
    sent = observation("tumour-size", **elements)
    assert told(sent) == facts
    assert [issue.text for issue in read(sent).issues] == issues
