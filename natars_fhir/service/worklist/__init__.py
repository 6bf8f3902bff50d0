"""Worklist: what people see of patients: the list, the log, the history, and what an answer stands on."""
