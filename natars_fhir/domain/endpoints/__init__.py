"""Endpoints of the trial, derived from a subject's record, each with the trace of how (clinical.md §6)."""
