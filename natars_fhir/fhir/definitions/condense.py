"""Writes the checker's tables from the full R4 definitions: ``python -m natars_fhir.fhir.definitions.condense FILE``.

The same definitions always give the same bytes, so that a test can compare. https://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

#: The package's own copy.
CONDENSED = Path(__file__).with_name("r4.json.gz")
#: A narrative is asked of every resource, as a warning: hospital exports have none, and it changes no fact.
LEFT_OUT = frozenset({"dom-6"})
FHIRPATH_STRING = "http://hl7.org/fhirpath/System.String"


def condense(definitions: dict[str, Any]) -> dict[str, Any]:
    """What the checker needs of *definitions*: elements, cardinalities, types, targets, codes and invariants."""
    types = {name: _structure(definition) for name, definition in sorted(definitions["types"].items())}
    bound = {row["codes"] for structure in types.values() for row in structure["elements"].values() if "codes" in row}
    value_sets = {url: sorted(codes) for url, codes in sorted(definitions["requiredValueSets"].items()) if url in bound}
    return {
        "source": definitions["source"],
        "fhirVersion": definitions["fhirVersion"],
        "types": types,
        "valueSets": value_sets,
        "notEnumerable": sorted(bound - value_sets.keys()),
    }


def _structure(definition: dict[str, Any]) -> dict[str, Any]:
    kind = definition["kind"]
    if kind == "primitive-type":
        return {"kind": kind, "elements": {}}
    elements = {row["path"].partition(".")[2]: _element(row) for row in definition["elements"]}
    structure = {"kind": kind, "elements": elements}
    return structure | {"abstract": True} if definition["abstract"] else structure


def _element(row: dict[str, Any]) -> dict[str, Any]:
    """One element; what is usual (optional, once) is left out."""
    types = row.get("type", [])
    said = {
        "min": row["min"],
        "many": row["max"] == "*",
        "types": ["string" if kind["code"] == FHIRPATH_STRING else kind["code"] for kind in types],
        "targets": sorted({target for kind in types for target in kind.get("target", [])}),
        "codes": row.get("required"),
        "like": row.get("contentReference"),
        "invariants": [
            [rule["key"], rule["severity"], rule["human"]]
            for rule in row.get("constraint", [])
            if rule["key"] not in LEFT_OUT
        ],
    }
    return {key: value for key, value in said.items() if value}


def written(condensed: dict[str, Any]) -> bytes:
    """The file's bytes: no time stamp, no choice."""
    text = json.dumps(condensed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m natars_fhir.fhir.definitions.condense DEFINITIONS.json.gz", file=sys.stderr)
        return 64
    definitions = json.loads(gzip.decompress(Path(arguments[0]).read_bytes()))
    CONDENSED.write_bytes(written(condense(definitions)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
