"""What a site asks for besides: the prefilled form and the sources of everything, valid in R4 and R5, and dateless."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.researchstudy import ResearchStudy

from natars_fhir.emit import EMITTERS, ON_REQUEST, Emission, emit
from natars_fhir.emit.questionnaire_response import meaning
from natars_fhir.emit.research_study import master_study
from tests import ward
from tests.emit.judged import faults, in_r5
from tests.emit.test_questionnaire_response import FULL, OPEN, TEXT, found
from tests.emit.trial import BASE, KEY

STUDY = ward.mappings().study


def emission(case: str, **more: Any) -> Emission:
    site = case.partition("/")[0]
    return Emission(found(case).screening, STUDY, site, site, BASE, KEY, **more)


@pytest.mark.parametrize("kind", ["QuestionnaireResponse", "Provenance"])
@pytest.mark.parametrize("case", [FULL, TEXT, OPEN])
def test_it_is_one_valid_resource_in_r4_and_r5(kind: str, case: str) -> None:
    (made,) = EMITTERS[kind](emission(case)).resources
    assert faults(made) == []
    assert in_r5(made)["resourceType"] == kind
    assert json.dumps(made) == json.dumps(EMITTERS[kind](emission(case)).resources[0])


def test_it_is_made_for_nobody_who_did_not_ask() -> None:
    kinds = {one["resourceType"] for one in emit(emission(FULL)).resources}
    assert not kinds & ON_REQUEST
    everything = {one["resourceType"] for one in emit(emission(FULL), ON_REQUEST).resources}
    assert everything >= {"Observation", "Provenance", "QuestionnaireResponse"}


def test_the_form_names_no_moment_and_is_known_by_the_subject() -> None:
    (made,) = EMITTERS["QuestionnaireResponse"](emission(FULL)).resources
    (subject,) = EMITTERS["ResearchSubject"](emission(FULL)).resources
    assert "authored" not in made
    assert made["identifier"]["value"] == subject["identifier"][0]["value"]
    assert in_r5(made)["identifier"] == [made["identifier"]]
    assert made["subject"] == subject["individual"]


def test_another_day_gives_the_form_the_same_meaning_and_another_answer_does_not() -> None:
    day = found(FULL).screening
    (today,) = EMITTERS["QuestionnaireResponse"](emission(FULL)).resources
    later = replace(emission(FULL), screening=replace(day, as_of=day.as_of + timedelta(days=1)))
    (tomorrow,) = EMITTERS["QuestionnaireResponse"](later).resources
    assert today != tomorrow
    assert meaning(today) == meaning(tomorrow)
    less = replace(emission(FULL), screening=replace(day, findings=day.findings[1:]))
    (other,) = EMITTERS["QuestionnaireResponse"](less).resources
    assert meaning(other) != meaning(today)


def test_the_sources_are_those_of_the_findings_and_name_their_subject() -> None:
    told = emission(FULL)
    (made,) = EMITTERS["Provenance"](told).resources
    (subject,) = EMITTERS["ResearchSubject"](told).resources
    assert made["target"][0]["identifier"] == subject["identifier"][0]
    facts = {fact.source.reference for _, finding in told.screening.findings for fact in finding.facts}
    named = json.dumps(made)
    assert facts
    assert all(reference in named for reference in facts)


def test_without_a_fact_there_is_no_source() -> None:
    bare = replace(found(FULL).screening, findings=())
    assert EMITTERS["Provenance"](replace(emission(FULL), screening=bare)).resources == ()


@pytest.mark.parametrize(("version", "kind"), [("R4", "Group"), ("R4B", "Group"), ("R5", "EvidenceVariable")])
def test_the_study_says_whom_it_asks_for_as_each_version_has_it(version: Any, kind: str) -> None:
    (master, _) = EMITTERS["ResearchStudy"](emission(FULL, version=version)).resources
    (asked,) = master["contained"]
    assert asked["resourceType"] == kind
    assert master["enrollment"] == [{"reference": f"#{asked['id']}"}]
    told = in_r5(master)
    assert told["recruitment"] == {"targetNumber": 102, "eligibility": {"reference": f"#{asked['id']}"}}


def test_the_study_as_it_ships_is_valid_and_says_what_is_registered() -> None:
    made = master_study(STUDY, BASE)
    assert faults(made) == []
    in_fives = in_r5(master_study(STUDY, BASE, "R5"))
    ResearchStudy.model_validate(in_fives)
    assert {one["value"] for one in made["identifier"]} == {"NCT05844813", "natars"}
    assert in_fives["primaryPurposeType"]["coding"][0]["code"] == "treatment"
    designs = [one["coding"][0]["display"] for one in in_fives["studyDesign"]]
    assert "Non-randomized assignment" in designs
    assert not any("andomized" in one and "Non-" not in one for one in designs)
    assert len(in_fives["outcomeMeasure"]) == len(STUDY.outcomes)
    assert in_fives["relatedArtifact"][0]["document"] == {"url": "https://clinicaltrials.gov/study/NCT05844813"}
    assert [one["type"] for one in made["relatedArtifact"]] == ["documentation", "composed-of"]
    assert len(made["site"]) == 7
