"""The trial's record as pseudonymised FHIR R4, a module a resource; pure.

Each makes a resource of the record as it stands, with true days and our own handles for ids. Nothing of that goes out
but through `export.allowed`, which keys the ids, moves the days, and leaves out what has no rule.
"""
