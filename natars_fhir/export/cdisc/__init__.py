"""The trial in CDISC's forms: rows of SDTM's datasets, ODM 1.3.2, Dataset-JSON 1.1; pure."""
