"""The walker's parts: rules that are compiled once from the R4 definitions (https://hl7.org/fhir/R4/validation.html).

A rule takes a JSON value and gives the faults that it finds there; most often none. A fault says its place from where
it was found, and the rules around it add theirs on the way out, so a sound resource pays for no path at all.
"""
