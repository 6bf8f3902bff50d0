"""The record of one subject as resources: each where it belongs, linked, masked, and in the order of always."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from natars_fhir import __version__
from natars_fhir.domain.record import Fact
from natars_fhir.export.research.words import KINDS
from tests.domain.endpoints.course import NEO, died, drug, lab, seen
from tests.domain.trial_patients import CANDIDATE, fact, grade
from tests.export.made import TREATED
from tests.export.research.made import BACK, NAME, about, codes, lines, of, writer
from tests.ward import mappings

TUMOUR = (
    fact("histology", "DDLPS", "2023-12-20", basis="tissue"),
    fact("primary-site", "retroperitoneum", "2023-12-20"),
)
DOSE = drug("doxorubicin", "chemotherapy", "anthracycline", when="2024-01-05")
FULL = (*TREATED, *TUMOUR, DOSE, lab("ecog", "1", "2024-01-03"), fact("second-malignancy", "absent"))


def back(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(BACK)).isoformat()


def test_every_type_comes_in_its_place_and_nothing_is_left_out() -> None:
    found, left = lines(*FULL)
    kinds = [one["resourceType"] for one in found]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert {*kinds} == {*KINDS} - {"ResearchStudy"}
    assert left == {}


def test_every_resource_says_that_it_is_pseudonymised_and_of_which_trial() -> None:
    for one in lines(*FULL)[0]:
        assert [label["code"] for label in one["meta"]["security"]] == ["PSEUDED"]
        assert [tag["code"] for tag in one["meta"]["tag"]] == ["natars"]


def test_references_point_to_what_goes_out_beside_them() -> None:
    found, _ = lines(*FULL)
    there = {f"{one['resourceType']}/{one['id']}" for one in found} | {"ResearchStudy/natars-a"}
    assert len(there) == len(found) + 1

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["reference"]] if isinstance(node.get("reference"), str) else []
            return own + [one for value in node.values() for one in references(value)]
        return [one for value in node for one in references(value)] if isinstance(node, list) else []

    assert {one for each in found for one in references(each)} <= there
    (who,) = of(found, "Provenance")
    assert {one["reference"] for one in who["target"]} == there - {
        "ResearchStudy/natars-a", f"Provenance/{who['id']}"
    }  # fmt: skip


def test_all_dates_are_moved_by_the_same_days() -> None:
    found, _ = lines(*FULL)
    assert of(found, "Patient")[0]["deceasedDateTime"] == back(died(400).when or "")
    assert about(found, "index-surgery")[0]["performedDateTime"] == back("2024-03-10")
    assert about(found, "PFS")[0]["effectivePeriod"] == {"start": back("2024-03-10"), "end": back("2024-09-26")}
    assert about(found, "PFS")[0]["valueQuantity"]["value"] == 200


def test_the_patient_has_a_pseudonym_a_sex_and_a_masked_name_alone() -> None:
    (one,) = of(lines(*FULL)[0], "Patient")
    assert one["identifier"][0]["value"] == NAME
    assert one["gender"] == "female"
    assert one["name"][0]["extension"][0]["valueCode"] == "masked"
    assert {*one} == {"resourceType", "id", "meta", "identifier", "name", "gender", "deceasedDateTime"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((died("2024-06-01"), died("2024-06-02", "Patient/2")), {"deceasedBoolean": True}),
        ((died("2024-06"),), {"deceasedBoolean": True}),
        ((died(None),), {"deceasedBoolean": True}),
        ((fact("death", "absent"),), {}),
        ((fact("death", "present", "2024-06-01", standing="hedged"),), {}),
    ],
)
def test_a_death_of_which_the_day_is_not_sure_is_told_without_it(
    facts: tuple[Fact, ...], said: dict[str, bool]
) -> None:
    (one,) = of(lines(*TREATED[:-1], *facts)[0], "Patient")
    assert {name: one[name] for name in one if name.startswith("deceased")} == said


def test_two_sexes_are_none() -> None:
    assert of(lines(*TREATED, fact("sex", "male"))[0], "Patient")[0]["gender"] == "unknown"


@pytest.mark.parametrize(
    ("born", "value", "comparator"),
    [("1965-01-03", 58, None), ("1934-01-02", 90, ">="), ("1934-01-03", 89, None), ("1920-05-05", 90, ">=")],
)
def test_the_age_at_allocation_goes_out_and_whoever_is_over_89_is_at_least_90(
    born: str, value: int, comparator: str | None
) -> None:
    found, _ = lines(fact("birth-date", born), *TREATED[1:])
    (one,) = about(found, "age-at-allocation")
    assert (one["valueQuantity"]["value"], one["valueQuantity"].get("comparator")) == (value, comparator)
    assert born not in json.dumps(found)


def test_an_age_that_is_not_sure_is_not_told() -> None:
    assert about(lines(fact("birth-date", "1965"), *TREATED[1:])[0], "age-at-allocation") == []
    assert about(lines(fact("birth-date", "1970-01-01"), *TREATED)[0], "age-at-allocation") == []


def test_the_tumour_meets_mcodes_primary_cancer_condition_where_type_and_origin_are_sure() -> None:
    (one,) = [each for each in of(lines(*FULL)[0], "Condition") if "bodySite" in each]
    assert one["meta"]["profile"][0].endswith("mcode-primary-cancer-condition")
    assert codes(one["code"]) == ["C48.0", "C48.0"]
    assert codes(one["extension"][0]["valueCodeableConcept"])[0] == "8858/3"
    assert codes(one["verificationStatus"]) == ["confirmed"]


@pytest.mark.parametrize(
    ("facts", "verified"),
    [
        ((fact("histology", "SFT"), TUMOUR[1]), "confirmed"),
        ((TUMOUR[0],), "unconfirmed"),
        ((TUMOUR[1],), "unconfirmed"),
        ((*TUMOUR, fact("histology", "LMS")), "unconfirmed"),
    ],
    ids=["of uncertain behaviour", "origin not told", "type not told", "two types"],
)
def test_else_it_claims_no_profile(facts: tuple[Fact, ...], verified: str) -> None:
    (one,) = of(lines(*TREATED, *facts)[0], "Condition")
    assert "profile" not in one["meta"]
    assert codes(one["verificationStatus"]) == [verified]


def test_without_type_and_origin_there_is_no_tumour_and_nothing_names_it() -> None:
    found, _ = lines(*TREATED, DOSE)
    assert of(found, "Condition") == []
    assert "reasonReference" not in json.dumps(found)


@pytest.mark.parametrize(
    ("value", "standing", "verified"),
    [
        ("present", "final", "confirmed"),
        ("present", "hedged", "unconfirmed"),
        ("suspected", "final", "provisional"),
        ("absent", "final", "refuted"),
    ],
)
def test_a_condition_is_there_suspected_or_denied(value: str, standing: str, verified: str) -> None:
    told = fact("arrhythmia", value, "2023-01-01", standing=standing, clinicalStatus="active")  # type: ignore[arg-type]
    (one,) = about(lines(*TREATED, told)[0], "arrhythmia")
    assert codes(one["verificationStatus"]) == [verified]
    assert ("clinicalStatus" in one) == (verified != "refuted")
    assert one["onsetDateTime"] == back("2023-01-01")


def test_doses_of_the_trial_are_for_the_tumour_and_earlier_ones_for_nobody_knows() -> None:
    early = drug("gemcitabine", "chemotherapy", when="2020-01-01")
    never = drug("ifosfamide", "chemotherapy", given="not-given", when=None)
    found = of(lines(*FULL, early, never)[0], "MedicationAdministration")
    told = {codes(one["medicationCodeableConcept"])[-1]: one for one in found}
    assert told["doxorubicin"]["meta"]["profile"][0].endswith("cancer-related-medication-administration")
    assert codes(told["doxorubicin"]["medicationCodeableConcept"]) == ["L01DB01", "doxorubicin"]
    assert "reasonReference" not in told["gemcitabine"]
    assert told["ifosfamide"]["status"] == "not-done"
    assert told["ifosfamide"]["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"


@pytest.mark.parametrize("said", [{"given": "requested"}, {"given": "unclear"}])
def test_what_nobody_administered_is_an_observation(said: dict[str, str]) -> None:
    found, left = lines(*TREATED, drug("anlotinib", "targeted", **said), drug("none", given="not-given"))  # type: ignore[arg-type]
    assert of(found, "MedicationAdministration") == []
    assert len(about(of(found, "Observation"), "antineoplastic-drug")) == 2
    assert left == {}


@pytest.mark.parametrize(
    ("told", "status", "profile"),
    [
        (fact("biopsy", "present", "2023-12-01"), "completed", False),
        (fact("radiotherapy", "absent"), "not-done", False),
        (fact("radiotherapy", "suspected"), "unknown", False),
        (fact("laparotomy", "present", standing="hedged"), "unknown", False),
    ],
)
def test_a_procedure_was_done_or_not_or_nobody_knows(told: Fact, status: str, profile: bool) -> None:
    (one,) = about(lines(*TREATED, told)[0], told.concept)
    assert one["status"] == status
    assert ("profile" in one["meta"]) == profile


def test_the_index_surgery_meets_mcodes_and_has_its_margin() -> None:
    found, _ = lines(
        *FULL, fact("resection-margin", "R0", "2024-03-12"), fact("organs-resected", "kidney", "2024-03-10")
    )
    (surgery,) = about(found, "index-surgery")
    assert surgery["meta"]["profile"][0].endswith("cancer-related-surgical-procedure")
    for what in ("resection-margin", "organs-resected"):
        assert about(found, what)[0]["partOf"] == [{"reference": f"Procedure/{surgery['id']}"}]


def test_an_adverse_event_has_its_grade_and_no_code_of_the_hospitals() -> None:
    told = fact(
        "adverse-event",
        "anaemia",
        "2024-01-08",
        grade=grade(2, 3),
        term="urn:hospital|4711",
        outcome="resolved",
        severity="severe",
    )
    found, _ = lines(*FULL, told)
    (one,) = about(found, "anaemia")
    assert one["extension"][0]["valueRange"] == {"low": {"value": 2}, "high": {"value": 3}}
    assert (codes(one["outcome"]), codes(one["severity"])) == (["resolved"], ["severe"])
    assert "4711" not in json.dumps(found)
    (graded,) = about(found, "neutrophil-count-decreased")
    assert graded["extension"][0]["valueInteger"] == 3
    assert codes(graded["seriousness"]) == ["serious"]


def test_profiles_are_claimed_only_where_what_they_ask_for_is_there() -> None:
    facts = (
        lab("ecog", "1", "2024-01-03"),
        fact("ecog", grade(1, 2), "2024-01-04"),
        fact("disease-assessment", "stable", "2024-05-01"),
        fact("disease-assessment", "PD", "2024-06-01"),
        fact("ihc-cd34", "positive", "2024-01-01"),
        fact("ihc-cd34", "pending", "2024-01-02"),
        fact("ihc-desmin", "positive"),
    )
    found, _ = lines(*FULL, *facts)
    claimed = [one["meta"].get("profile", [""])[0].rpartition("mcode-")[2] for one in found]
    for profile, count in {"ecog-performance-status": 2, "cancer-disease-status": 1, "tumor-marker-test": 1}.items():
        assert claimed.count(profile) == count


def test_endpoints_come_with_their_derivation_and_what_they_rest_on() -> None:
    found, _ = lines(*FULL)
    (one,) = about(found, "PFS")
    told = [[part["valueCode"] for part in each["extension"]] for each in one["extension"]]
    assert ["status", "event"] in told
    assert ["reason", "progression"] in told
    assert [name for name, _ in told].count("derivation") >= 2
    (grew,) = about(found, "progression")
    assert {"reference": f"Observation/{grew['id']}"} in one["derivedFrom"]
    sets = [codes(part["valueCodeableConcept"])[0] for part in about(found, "analysis-sets")[0]["component"]]
    assert "OPERATED" in sets


def test_an_imputed_endpoint_has_neither_days_nor_dates() -> None:
    """The fifteenth of a month, moved, would give away by how much; so would days from a surgery that goes out."""
    found, _ = lines(*TREATED[:-2], fact("death", "present", "2025-03", reference="Patient/1"))
    (one,) = about(found, "OS")
    assert codes(one["dataAbsentReason"]) == ["masked"]
    assert {"valueQuantity", "effectivePeriod"} & one.keys() == set()


def test_who_was_never_operated_has_a_reason_and_no_endpoint_from_surgery() -> None:
    waiting = (*TREATED[:3], fact("allocation", NEO, "2024-01-02", reference="ResearchSubject/1"))
    found, _ = lines(*waiting)
    assert codes(about(found, "never-operated")[0]["valueCodeableConcept"]) == ["pending"]
    assert codes(about(found, "PFS")[0]["dataAbsentReason"]) == ["not-applicable"]


def test_the_form_has_answers_and_no_words_and_no_day() -> None:
    (one,) = of(lines(*CANDIDATE, *FULL)[0], "QuestionnaireResponse")
    items = [item for group in one["item"] for item in group["item"]]
    assert {item["answer"][0]["valueCoding"]["code"] for item in items} == {"yes", "no", "unknown"}
    assert {*items[0]} == {"linkId", "answer"}
    assert "authored" not in one
    assert all(
        "extension" in item["answer"][0] for item in items if item["answer"][0]["valueCoding"]["code"] == "unknown"
    )


def test_sources_are_told_by_keyed_ids_alone() -> None:
    found, _ = lines(*FULL)
    (one,) = of(found, "Provenance")
    assert one["recorded"].startswith("2026-06-30T")
    told = {agent["who"]["identifier"]["system"].rpartition("/")[2]: agent["who"] for agent in one["agent"]}
    assert told["mapping"]["identifier"]["value"] == mappings().hash
    assert told["export-rules"]["identifier"]["value"] == mappings().exporting.hash
    assert told["mapping"]["display"] == f"natars-fhir {__version__}"
    assert len(one["entity"]) == len({(each.source.reference, each.source.version) for each in FULL})
    told = json.dumps(found)
    assert not any(f'"{each.source.reference}"' in told for each in FULL)


def test_what_is_known_later_than_consent_lasted_does_not_go_out() -> None:
    withdrawn = fact("consent", "withdrawn", "2024-06-01", reference="Consent/2")
    found, _ = lines(*FULL, withdrawn, seen(300))
    assert about(found, "last-known-alive") == []
    assert about(found, "progression") == []
    assert codes(about(found, "index-surgery")[0]["code"])


def test_a_value_and_a_concept_that_nobody_knows_stay_and_are_told() -> None:
    found, left = lines(*FULL, fact("ihc-mdm2", "韩梅梅"), fact("shoe-size", "韩梅梅"))
    assert left == {("ihc-mdm2", "value"): 1, ("concept", "place"): 1}
    assert "韩" not in json.dumps(found, ensure_ascii=False)


def test_a_value_may_change_and_its_resource_keeps_its_id() -> None:
    ids = [about(lines(*FULL, lab("anc", value, "2024-05-01"))[0], "anc")[-1]["id"] for value in ("1.5", "2.5")]
    assert ids[0] == ids[1]


def test_two_facts_of_one_place_have_two_ids() -> None:
    told = [fact("ihc-mdm2", "positive"), fact("ihc-mdm2", "negative")]
    found = about(lines(*FULL, *told)[0], "ihc-mdm2")
    assert len({one["id"] for one in found}) == 2


def test_words_that_a_fact_was_read_from_go_along_scrubbed_and_marked() -> None:
    found, left = lines(*FULL, text=lambda _: "Li Lei, MDM2(+)", scrub=lambda text: text.replace("Li Lei", "[name]"))
    (one,) = about(found, "index-surgery")
    assert one["note"][0]["text"] == "[name], MDM2(+)"
    assert one["note"][0]["extension"][0]["valueBoolean"] is True
    assert [label["code"] for label in one["meta"]["security"]] == ["PSEUDED", "REDACTED"]
    assert left == {}


def test_words_do_not_go_along_unless_they_were_asked_for() -> None:
    found, left = lines(*FULL, text=lambda _: "Li Lei, MDM2(+)")
    assert (found, left) == lines(*FULL)


def test_a_text_that_says_nothing_is_none() -> None:
    found, left = lines(*FULL, text=lambda _: " \u200b-", scrub=lambda text: text)
    assert (found, left) == lines(*FULL)


def test_only_the_types_that_are_asked_for_come() -> None:
    from tests.export.research.made import whole

    mask = writer().mask(NAME)
    kinds = {line.kind for line in writer().lines(whole(*FULL), mask, frozenset({"Patient", "AdverseEvent"}))}
    assert kinds == {"Patient", "AdverseEvent"}


def test_a_dose_of_which_only_the_year_is_known_goes_out_without_it() -> None:
    found, left = lines(*FULL, drug("gemcitabine", "chemotherapy", when="2020"))
    (one,) = about(found, "gemcitabine")
    assert one["_effectiveDateTime"]["extension"][0]["valueCode"] == "masked"
    assert left == {("MedicationAdministration.effectiveDateTime", "day"): 1}
