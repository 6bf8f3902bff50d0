"""The R4 definitions that the checker reads: condensed from HL7's package (https://hl7.org/fhir/R4/downloads.html)."""
