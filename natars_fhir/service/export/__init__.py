"""Export: the trial's data out of the store: FHIR, Bulk Data, tables, endpoints."""
