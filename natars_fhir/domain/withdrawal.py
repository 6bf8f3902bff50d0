"""When a consent that does not stand any more was withdrawn: by the end of its period, else by its own day.

https://hl7.org/fhir/R4/consent.html: ``dateTime`` is when it was issued, and stays so; ``inactive`` says it is over.
"""

from __future__ import annotations

from natars_fhir.domain.record import Fact


def withdrawn_on(fact: Fact) -> Fact:
    """*fact*, dated by the day of the withdrawal where that is told."""
    ended = fact.said("ended")
    return fact._replace(when=ended) if isinstance(ended, str) else fact
