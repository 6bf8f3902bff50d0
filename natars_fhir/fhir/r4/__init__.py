"""FHIR R4 (4.0.1) as Structs: `structs` is generated from HL7's definitions by `generate`, upon `primitives`."""
