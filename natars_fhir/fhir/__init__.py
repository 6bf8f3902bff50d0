"""What FHIR is. Knows no trial."""
