"""Notice: what a hospital's server tells us by a subscription: of which kind, how many events, of what. Pure.

R4: a history Bundle that begins with Parameters; R4B and R5: with a SubscriptionStatus. Only references are taken from
it, whatever else it holds. http://hl7.org/fhir/uv/subscriptions-backport, https://hl7.org/fhir/R5/subscriptions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

#: An id, which is no way up (`..`).
_ID = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9\-.]{1,64}"
_KEY = re.compile(rf"([A-Z][A-Za-z]{{1,63}})/({_ID})(/_history/{_ID})?")


@dataclass(frozen=True, slots=True)
class Notice:
    """``told``: events since the subscription began; ``numbers`` of those that this is about; ``keys`` of what they are
    about (`Observation/17`) and whether it is gone; ``blind``: an event does not say of what it is."""

    type: str
    status: str
    told: int
    numbers: tuple[int, ...]
    keys: Mapping[str, bool]
    blind: bool


def notice(raw: bytes, base: str) -> Notice | None:
    """What is told; None where it is no notification. *base* is that of the server which tells it."""
    try:
        told = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("resourceType") != "Bundle":
        return None
    entries = _nodes(told, "entry")
    first = entries[0].get("resource") if entries else None
    if not isinstance(first, dict):
        return None
    if first.get("resourceType") == "Parameters":
        plain = _parameters(first)
    elif first.get("resourceType") == "SubscriptionStatus":
        plain = _status(first)
    else:
        return None
    kind, status, count, events = plain
    if not kind:
        return None
    keys, blind = _keys(events, base), any(key_of(reference, base) is None for _, reference in events)
    keys |= dict.fromkeys(_gone(entries[1:], base), True)
    numbers = tuple(sorted(number for number, _ in events if number))
    return Notice(kind, status, max([count, *numbers]), numbers, keys, blind)


def key_of(reference: str, base: str) -> str | None:
    """The resource of the server that a reference names; None where it names none of its own."""
    found = _KEY.fullmatch(reference.removeprefix(base.rstrip("/") + "/"))
    return f"{found[1]}/{found[2]}" if found else None


_Event = tuple[int, str]
_Plain = tuple[str, str, int, list[_Event]]


def _parameters(told: dict[str, Any]) -> _Plain:
    values = {str(one.get("name")): one for one in _nodes(told, "parameter")}
    events = [_parts(one) for one in _nodes(told, "parameter") if one.get("name") == "notification-event"]
    count = _number(_text(values, "events-since-subscription-start"))
    return _text(values, "type"), _text(values, "status"), count, events


def _parts(event: dict[str, Any]) -> _Event:
    parts = {str(one.get("name")): one for one in _nodes(event, "part")}
    return _number(_text(parts, "event-number")), _reference(parts.get("focus", {}).get("valueReference"))


def _status(told: dict[str, Any]) -> _Plain:
    events = [
        (_number(one.get("eventNumber")), _reference(one.get("focus"))) for one in _nodes(told, "notificationEvent")
    ]
    count = _number(told.get("eventsSinceSubscriptionStart"))
    return str(told.get("type", "")), str(told.get("status", "")), count, events


def _keys(events: list[_Event], base: str) -> dict[str, bool]:
    found = (key_of(reference, base) for _, reference in events)
    return dict.fromkeys((key for key in found if key), False)


def _gone(entries: list[dict[str, Any]], base: str) -> Iterator[str]:
    """What the Bundle says was deleted."""
    for one in entries:
        asked = one.get("request")
        if isinstance(asked, dict) and asked.get("method") == "DELETE":
            for told in (asked.get("url"), one.get("fullUrl")):
                if isinstance(told, str) and (key := key_of(told, base)):
                    yield key


def _nodes(of: Any, name: str) -> list[dict[str, Any]]:
    listed = of.get(name) if isinstance(of, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _text(values: Mapping[str, dict[str, Any]], name: str) -> str:
    one = values.get(name, {})
    return str(next((value for key, value in one.items() if key.startswith("value")), ""))


def _reference(told: Any) -> str:
    found = told.get("reference") if isinstance(told, dict) else None
    return found if isinstance(found, str) else ""


def _number(told: Any) -> int:
    """A count, as the standard writes it (a text) or as some do; 0 where it is none."""
    text = str(told)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
