"""The families of questions that a criterion can ask of a record: each function makes a rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.study import Asked, Rule

#: A concept id of ``mappings/concepts.toml``: the trial file is checked against them.
Concept = Annotated[str, "concept"]

Parameters = ParamSpec("Parameters")


def negated(factory: Callable[Parameters, Rule]) -> Callable[Parameters, Rule]:
    """The same question asked the other way round: an inclusion's "never" is an exclusion's "ever"."""

    @wraps(factory)
    def made(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Rule:
        rule = factory(*args, **kwargs)

        def opposite(asked: Asked) -> Finding:
            found = rule(asked)
            if found.answer is UNKNOWN:
                return found
            return Finding(~found.answer, found.reason, found.sentence, found.facts)

        return opposite

    return made
