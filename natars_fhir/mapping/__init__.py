"""The engine that reads `mappings/` and applies it to FHIR."""
