"""Free text of pathology, imaging and operation reports, read by rules: ``load``, ``read``, ``one``, ``marker``."""

from natars_fhir.mapping.narrative.markers import marker
from natars_fhir.mapping.narrative.reader import load, one, read
from natars_fhir.mapping.narrative.said import Kind, Reading, Said, Unread
from natars_fhir.mapping.narrative.words import WordListError, Words

__all__ = ["Kind", "Reading", "Said", "Unread", "WordListError", "Words", "load", "marker", "one", "read"]
