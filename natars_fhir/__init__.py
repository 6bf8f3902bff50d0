"""natars-fhir: a hospital's FHIR bundles in; trial records, prefilled screening and ResearchSubjects out."""

__version__ = "0.1.0"
