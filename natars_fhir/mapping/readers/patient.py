"""Patient: birth date, sex and death. Identity is the pipeline's; names and addresses are never read."""

from __future__ import annotations

from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.entity import Plan
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told, plain

_OUT_OF_USE = "This Patient is said to be out of use: what it says counts, and whose it is a person should look up."


def patient(_: View, __: Lore) -> Plan:
    """Facts of the person that the criteria ask for."""

    def plan(resource: Any, sink: Sink) -> None:
        if resource.birthDate is not None:
            sink.add(Told("birth-date", str(resource.birthDate)), "Patient.birthDate")
        if resource.gender is not None:
            sink.add_all(plain("sex", resource.gender), "Patient.gender")
        if resource.active is False and resource.link is None:  # of one that was merged its link tells whose it is
            sink.tell("business-rule", "Patient.active", _OUT_OF_USE)
        if resource.deceasedDateTime is not None:
            sink.when = str(resource.deceasedDateTime)
            sink.add(Told("death", "present"), "Patient.deceasedDateTime")
        elif resource.deceasedBoolean is not None:
            sink.add(Told("death", "present" if resource.deceasedBoolean else "absent"), "Patient.deceasedBoolean")

    return plan
