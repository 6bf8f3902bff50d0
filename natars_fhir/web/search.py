"""Search: a few resources that we publish, as a searchset. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from natars_fhir.fhir.build import Node

#: Search parameter → what a resource has under it.
Searched = Mapping[str, Callable[[Node], Iterable[str]]]

_MATCH = {"search": {"mode": "match"}}


def searchset(
    kind: str, published: Iterable[Node], searched: Searched, asked: Mapping[str, str], at: str, base: str
) -> Node:
    """Those that have what is *asked*; a parameter that is not known does not count, as the standard has it for lenient
    searches, and the link tells which did. *at* is the address that was asked."""
    wanted = {name: value.split(",") for name, value in asked.items() if name in searched}
    hits = [one for one in published if all(_has(one, searched, name, values) for name, values in wanted.items())]
    link = at.partition("?")[0] + ("?" + "&".join(f"{n}={','.join(v)}" for n, v in wanted.items()) if wanted else "")
    entries = [{"fullUrl": f"{base}/{kind}/{one['id']}", "resource": one, **_MATCH} for one in hits]
    bundle: Node = {"resourceType": "Bundle", "type": "searchset", "total": len(hits)}
    return {**bundle, "link": [{"relation": "self", "url": link}], **({"entry": entries} if entries else {})}


def _has(one: Node, searched: Searched, name: str, values: list[str]) -> bool:
    told = set(searched[name](one))
    if name.endswith("-code") or name == "status":  # tokens: a system may stand before the code
        values = [value.rpartition("|")[2] for value in values]
    return bool(told.intersection(values))
