"""Tells what people say: the admission's form and the team's conclusions, as questionnaires or as items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from natars_fhir.fhir.build import Node
from natars_fhir.simulate.rates import table
from natars_fhir.simulate.story import Event
from natars_fhir.simulate.teller import Teller, at


def form(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The form's answers: one QuestionnaireResponse in words, or an Observation each."""
    answers = {item: said for item, said in event.value.items() if said is not None and teller.told(f"form:{item}")}
    if teller.dialect.told["questionnaire"]:
        yield _questionnaire(teller, event, name, answers)
        return
    for item, said in answers.items():
        asked = teller.dialect.item(item, table("words")["questions"][item])
        value = teller.dialect.value(said if isinstance(said, str) else "yes" if said else "no")
        yield teller.observation(f"{name}-{item}", event.day, asked, value, "survey")


def _questionnaire(teller: Teller, event: Event, name: str, answers: dict[str, Any]) -> Node:
    links, questions = teller.dialect.told["links"], table("words")["questions"]
    items = [
        {"linkId": links[item], "text": questions[item], "answer": [{"valueString": _word(teller, item, said)}]}
        for item, said in answers.items()
    ]
    return teller.resource(
        "QuestionnaireResponse",
        name,
        event.day,
        questionnaire=teller.dialect.told["questionnaire"],
        status="completed",
        authored=at(event.day, 545),
        item=items,
    )


def _word(teller: Teller, item: str, said: Any) -> str:
    if isinstance(said, str):
        return str(teller.dialect.told["says"][said])
    return "有" if said else teller.chance(item).one_of(("否认", "无"))


def mdt(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The team's conclusions, an Observation each."""
    for item, said in event.value.items():
        if teller.told("diaphragm") or item != "diaphragm-crossing":
            asked = teller.dialect.item(item, table("words")["conclusions"][item])
            titled = asked | {"text": table("words")["conclusions"][item]}
            value = teller.dialect.value("yes" if said else "no")
            yield teller.observation(f"{name}-{item}", event.day, titled, value, "survey")
